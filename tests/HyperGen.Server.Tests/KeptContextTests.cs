using System.Security.Claims;
using HyperGen.CompilerServices;
using HyperGen.Server.Tests.Kestrel;
using HyperGen.Transport.Udp;

namespace HyperGen.Server.Tests;

/// <summary>A <see cref="RequestContext"/> that somebody has kept says that its request has ended, and serves the next request unharmed.</summary>
public sealed class KeptContextTests
{
    private static readonly Action<RequestContext>[] s_uses =
    [
        static context => _ = context.Method,
        static context => _ = context.Protocol,
        static context => _ = context.RequestHeaders,
        static context => _ = context.RequestBody,
        static context => _ = context.StatusCode,
        static context => context.StatusCode = 500,
        static context => _ = context.ResponseHeaders,
        static context => _ = context.ResponseBody,
        static context => _ = context.HasStarted,
        static context => _ = context.Aborted,
        static context => _ = context.Services,
        static context => _ = context.User,
        static context => context.User = new ClaimsPrincipal(),
        static context => _ = context.TraceIdentifier,
        static context => context.Features.Set(new object()),
        static context => context.Features.Get<object>(),
        static context => _ = context.HttpContext,
        static context => context.Abort(),
        static context => _ = Respond.Text(context, "late").AsTask(),
    ];

    [Theory]
    [InlineData(Door.HyperApp, 1)]
    [InlineData(Door.HyperApp, 3)]
    [InlineData(Door.AspNetCore, 1)]
    public async Task It_throws_between_two_requests(Door door, int version)
    {
        Assert.SkipUnless(version < 3 || UdpSocket.IsSupported, "These sockets are Linux's.");
        RequestContext? kept = null;
        await using DoorHost host = await DoorHost.StartAsync(door, () => new FixtureApp().Map("GET", "/", context =>
        {
            kept ??= context;
            return Respond.Text(context, "ok");
        }));
        using var client = new HttpClient { BaseAddress = host.Urls[0] };
        await using Http3TestClient? http3 = version == 3 ? await Http3TestClient.ConnectAsync(host.Urls[1].Port) : null;
        Assert.Equal("ok", await GetAsync());

        // The client may have the answer a moment before the server is done with the request.
        await KestrelServer.EventuallyAsync(() => Record.Exception(() => kept!.Method) is ObjectDisposedException);
        foreach (Action<RequestContext> use in s_uses)
        {
            Assert.Contains("has ended", Assert.Throws<ObjectDisposedException>(() => use(kept!)).Message, StringComparison.Ordinal);
        }
        Assert.True(kept!.Path.IsEmpty || version == 3);

        Assert.Equal("ok", await GetAsync());
        Assert.True(host.Failures.Length == 0, host.Failures);

        async Task<string> GetAsync() => http3 is null
            ? await client.GetStringAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken)
            : (await http3.GetAsync("GET", "/")).Text;
    }
}
