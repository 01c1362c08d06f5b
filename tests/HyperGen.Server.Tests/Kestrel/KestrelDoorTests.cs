using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using HyperGen.CompilerServices;
using HyperGen.Http3;
using HyperGen.Quic;
using HyperGen.Server.Configuration;
using HyperGen.Transport.Udp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using static HyperGen.Server.Tests.Kestrel.KestrelServer;
using static HyperGen.Testing.Http3TestClient;

namespace HyperGen.Server.Tests.Kestrel;

/// <summary>What users set, and what clients may not do.</summary>
[Collection(nameof(WholeProcess))]
public sealed class KestrelDoorTests
{
    public KestrelDoorTests() => Assert.SkipUnless(UdpSocket.IsSupported, "Our QUIC runs on 64-bit Linux.");

    [Theory]
    [InlineData("server:http3Engine=kestrel", true)]
    [InlineData("server:http3Engine=Kestrel;server:http3=off", false)]
    [InlineData("server:http3Engine=hypergen", false)]
    [InlineData("server:port=1", false)]
    public void The_configuration_chooses_the_engine(string settings, bool isKestrels) =>
        Assert.Equal(isKestrels, ServerOptionsSetup.IsHttp3Kestrels(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Split(';').Select(static setting => KeyValuePair.Create(setting.Split('=')[0], (string?)setting.Split('=')[1]))).Build()));

    [Fact]
    public void An_unknown_engine_is_told_in_a_sentence()
    {
        var builder = new HyperAppBuilder(new FixtureApp(), ["--server:http3Engine=msquic"]);
        builder.Logging.ClearProviders();

        InvalidOperationException told = Assert.Throws<InvalidOperationException>(() => builder.Build());

        Assert.Equal("The setting server:http3Engine is 'msquic', which cannot be: it is 'hypergen' or 'kestrel'.", told.Message);
    }

    [Fact]
    public async Task An_existing_application_serves_all_three_on_one_port()
    {
        int port = FreePort();
        X509Certificate2 certificate = CreateCertificate();
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseHyperGenQuic().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2AndHttp3;
            listen.UseHttps(certificate);
        }));
        await using WebApplication app = builder.Build();
        app.MapGet("/", static (HttpContext context) => context.Request.Protocol);
        await app.StartAsync(TestContext.Current.CancellationToken);

        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == certificate.GetCertHashString();
        using var tcp = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using HttpResponseMessage second = await tcp.GetAsync(new Uri($"https://127.0.0.1:{port}/"), TestContext.Current.CancellationToken);
        await using Http3TestClient client = await ConnectAsync(port);
        TestRequest third = await client.GetAsync("GET", "/");

        Assert.Equal("HTTP/2", await second.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith($"h3=\":{port}\"", Assert.Single(second.Headers.GetValues("alt-svc")), StringComparison.Ordinal);
        Assert.Equal("HTTP/3", third.Text);
    }

    [Fact]
    public async Task The_application_chooses_the_certificate_by_name_and_may_take_its_time()
    {
        var asked = new List<string?>();
        X509Certificate2 certificate = CreateCertificate("b.test");
        await using KestrelServer server = await StartAsync(
            listen => listen.UseHttps(async (stream, hello, state, cancel) =>
            {
                await Task.Delay(20, cancel);
                asked.Add(hello.ServerName);
                return hello.ServerName == "b.test" ? new() { ServerCertificate = certificate } : throw new InvalidOperationException("No such name.");
            }, new object()),
            static context => context.Response.WriteAsync(context.Features.Get<ITlsHandshakeFeature>()!.HostName));

        await using Http3TestClient known = await ConnectAsync(server.Port, "b.test");
        await using Http3TestClient unknown = await ConnectAsync(server.Port, "c.test");

        Assert.Equal("b.test", (await known.GetAsync("GET", "/")).Text);
        Assert.False(await unknown.IsReadyAsync());
        await EventuallyAsync(() => unknown.Connection.Quic.CloseReason.Kind == CloseKind.ByPeerTransport);
        Assert.Equal(["b.test", "c.test"], asked.Order());
    }

    [Theory]
    [InlineData(ClientCertificateMode.NoCertificate, true)]
    [InlineData(ClientCertificateMode.AllowCertificate, true)]
    [InlineData(ClientCertificateMode.RequireCertificate, false)]
    public async Task An_endpoint_that_requires_certificates_of_clients_is_not_open_to_those_without(ClientCertificateMode mode, bool isOpen)
    {
        await using KestrelServer server = await StartAsync(
            listen => listen.UseHttps(CreateCertificate(), https => https.ClientCertificateMode = mode), static context => context.Response.WriteAsync("in"));

        await using Http3TestClient client = await ConnectAsync(server.Port);

        Assert.Equal(isOpen, await client.IsReadyAsync());
    }

    [Fact]
    public async Task A_thousand_connections_one_after_another_leave_nothing()
    {
        await using KestrelServer server = await StartAsync(Door.AspNetCore, static context => context.Response.WriteAsync("hello"));
        long before = 0;
        for (int number = 0; number < 1_000; number++)
        {
            if (number == 200)
            {
                await server.NothingIsLeftAsync();
                before = GC.GetTotalMemory(forceFullCollection: true);
            }
            await using Http3TestClient client = await ConnectAsync(server.Port);
            Assert.Equal("hello", (await client.GetAsync("GET", "/")).Text);
        }
        await server.NothingIsLeftAsync();

        // 800 further connections: had each left as much as one stream context, it would show.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 16_000_000);
    }

    [Fact]
    public async Task A_flood_of_requests_that_are_reset_at_once_ends_the_connection_and_nothing_else()
    {
        int begun = 0;
        await using KestrelServer server = await StartAsync(Door.AspNetCore, async context =>
        {
            Interlocked.Increment(ref begun);
            await context.Response.WriteAsync("hello");
        });
        await using Http3TestClient flood = await ConnectAsync(server.Port);
        Assert.True(await flood.IsReadyAsync());
        await flood.FloodAsync();
        await flood.Ended.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((CloseKind.ByPeerApplication, (long)ErrorCode.ExcessiveLoad), (flood.Connection.Quic.CloseReason.Kind, flood.Connection.Quic.CloseReason.ErrorCode));
        await using (Http3TestClient other = await ConnectAsync(server.Port))
        {
            Assert.Equal("hello", (await other.GetAsync("GET", "/")).Text);
        }
        await server.NothingIsLeftAsync();
    }

    [Fact]
    public async Task What_Kestrel_is_told_when_a_stream_closes_may_throw()
    {
        await using KestrelServer server = await StartAsync(Door.AspNetCore, static async context =>
        {
            context.Features.Get<IStreamClosedFeature>()!.OnClosed(static _ => throw new InvalidOperationException("from a callback"), null);
            await context.Response.WriteAsync("hello");
        });
        await using (Http3TestClient client = await ConnectAsync(server.Port))
        {
            for (int number = 0; number < 3; number++)
            {
                Assert.Equal("hello", (await client.GetAsync("GET", "/")).Text);
            }
        }
        await server.NothingIsLeftAsync();
        await EventuallyAsync(() => server.Logs.Entries.Count(static entry => entry.Exception?.Message == "from a callback") == 3);
    }

    [Fact]
    public async Task What_is_kept_of_a_stream_is_harmless_after_its_connection()
    {
        ConnectionContext? kept = null;
        IStreamAbortFeature? abort = null;
        await using KestrelServer server = await StartAsync(Door.AspNetCore, context =>
        {
            kept ??= (ConnectionContext)context.Features.Get<IStreamIdFeature>()!;
            abort ??= context.Features.Get<IStreamAbortFeature>();
            return context.Response.WriteAsync("hello");
        });
        await using (Http3TestClient client = await ConnectAsync(server.Port))
        {
            Assert.Equal("hello", (await client.GetAsync("GET", "/")).Text);
        }
        await server.NothingIsLeftAsync();

        var reason = new ConnectionAbortedException("late");
        abort!.AbortRead(1, reason);
        abort.AbortWrite(1, reason);
        kept!.Abort();
        await kept.Transport.Output.CompleteAsync(reason);

        Assert.All(server.Shards, static shard => Assert.Equal(default, shard.Usage));
        await using Http3TestClient other = await ConnectAsync(server.Port);
        Assert.Equal("hello", (await other.GetAsync("GET", "/")).Text);
    }

    [Fact]
    public async Task What_is_kept_of_a_stream_does_nothing_to_those_that_come_after_it()
    {
        var kept = new ConcurrentQueue<(IStreamAbortFeature Stream, IConnectionLifetimeFeature Lifetime)>();
        var contexts = new HashSet<object>(ReferenceEqualityComparer.Instance);
        await using KestrelServer server = await StartAsync(Door.AspNetCore, async context =>
        {
            contexts.Add(context.Features.Get<IPersistentStateFeature>()!.State);
            IStreamAbortFeature stream = context.Features.Get<IStreamAbortFeature>()!;
            switch (context.Request.Path.Value)
            {
                case "/keep":
                    kept.Enqueue((stream, context.Features.Get<IConnectionLifetimeFeature>()!));
                    break;
                case "/abort":
                    stream.AbortWrite((long)ErrorCode.InternalError, new ConnectionAbortedException("in time"));
                    break;
                default:
                    foreach ((IStreamAbortFeature old, IConnectionLifetimeFeature lifetime) in kept)
                    {
                        old.AbortRead(1, new ConnectionAbortedException("late"));
                        old.AbortWrite(1, new ConnectionAbortedException("late"));
                        lifetime.Abort();
                    }
                    break;
            }
            await context.Request.Body.CopyToAsync(context.Response.Body);
        });
        await using Http3TestClient client = await ConnectAsync(server.Port);
        for (int number = 0; number < 50; number++)
        {
            TestRequest first = await client.GetAsync("POST", "/keep", "first"u8.ToArray());
            TestRequest next = await client.GetAsync("POST", "/next", "next"u8.ToArray());
            Assert.Equal((null, 200, "first"), (first.Error, first.Status, first.Text));
            Assert.Equal((null, 200, "next"), (next.Error, next.Status, next.Text));
        }

        // It went through contexts that were used again, where what is lent now has its effect.
        Assert.InRange(contexts.Count, 1, 20);
        Assert.Equal(ErrorCode.InternalError, (await client.GetAsync("POST", "/abort", "abort"u8.ToArray())).Error);
    }

    [Fact]
    public async Task Stream_contexts_are_used_again_with_what_Kestrel_keeps_in_them()
    {
        var kept = new HashSet<object>(ReferenceEqualityComparer.Instance);
        await using KestrelServer server = await StartAsync(Door.AspNetCore, context =>
        {
            kept.Add(context.Features.Get<IPersistentStateFeature>()!.State);
            return context.Response.WriteAsync(context.Connection.Id);
        });
        await using Http3TestClient client = await ConnectAsync(server.Port);
        for (int number = 0; number < 50; number++)
        {
            Assert.NotEmpty((await client.GetAsync("GET", "/")).Text);
        }

        // A context comes back when the client has acknowledged the end: a few take turns.
        Assert.InRange(kept.Count, 1, 10);
    }

    [Theory]
    [InlineData("/straight", 200, "whole")]
    [InlineData("/hosted", 200, "whole")]
    [InlineData("/late", 503, "deadline")]
    [InlineData("/fails", 500, "Internal Server Error")]
    [InlineData("/nowhere", 404, "Not Found")]
    public async Task What_nobody_flushed_is_sent_all_the_same(string path, int status, string text)
    {
        FixtureApp routes = new FixtureApp()
            .Map("GET", "/straight", static context => Respond.Text(context, "whole"))
            .Map("GET", "/hosted", static context => Respond.Text(context, "whole"), PipelineFeatures.OutputCaching)
            .Map("GET", "/late", static async context => await Task.Delay(Timeout.Infinite, context.Aborted), deadline: 1)
            .Map("GET", "/fails", static _ => throw new InvalidOperationException("no"));
        await using TestHost host = await TestHost.StartAsync(routes, null, null, "--server:port=0", "--server:http3Engine=kestrel");
        await using Http3TestClient client = await ConnectAsync(host.Https!.Port);

        TestRequest answer = await client.GetAsync("GET", path);

        Assert.Equal((null, status), (answer.Error, answer.Status));
        Assert.Contains(text, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Curl_is_not_cut_off_by_a_server_that_stops()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using KestrelServer server = await StartAsync(Door.AspNetCore, async context =>
        {
            begun.SetResult();
            await mayEnd.Task;
            await context.Response.WriteAsync("in peace");
        });
        using Peer curl = Peer.Start(string.Create(CultureInfo.InvariantCulture, $"curl -s -4 -k --http3-only --max-time 20 https://127.0.0.1:{server.Port}/"), seconds: 60);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Task stopping = server.StopAsync();
        await Task.Delay(200, TestContext.Current.CancellationToken);
        mayEnd.SetResult();

        Assert.Contains("in peace", curl.WaitForOutput(), StringComparison.Ordinal);
        await stopping;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
