using HyperGen.CompilerServices;
using HyperGen.Server.Http3;
using HyperGen.Transport.Udp;

namespace HyperGen.Server.Tests.Http3;

/// <summary>What a client is told ahead of the response: 103 (Early Hints), RFC 8297.</summary>
public sealed class EarlyHintsTests : IDisposable
{
    private const string Links = "</main.css>; rel=preload; as=style, </font.woff2>; rel=preload; as=font; crossorigin";

    private static readonly (string, string) s_navigation = ("sec-fetch-mode", "navigate");

    private readonly SemaphoreSlim _gate = new(0);

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task A_page_that_takes_its_time_is_preceded_by_what_it_will_need()
    {
        await using TestHost host = await StartAsync();
        await using Http3TestClient client = await Http3TestClient.ConnectAsync(host.Https!.Port);

        foreach (int _ in (int[])[1, 2])
        {
            TestRequest request = await client.SendAsync("GET", "/page", fields: s_navigation);
            await request.Hinted.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            Assert.False(request.Head.IsCompleted);

            _gate.Release();
            await request.Ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            Assert.Equal((200, "page", Links), (request.Status, request.Text, request.Headers["link"]));
            Assert.Equal([Links], request.Hints);
        }
    }

    [Fact]
    public void What_an_endpoint_announces_is_encoded_once()
    {
        var links = new PreloadLinks(Links);
        byte[] frame = HeadBlocks.HintsOf(links);
        Assert.Equal(0, Allocations.LeastOf(() => Assert.Same(frame, HeadBlocks.HintsOf(links))));
    }

    [Theory]
    [InlineData("sec-fetch-mode", "cors")]
    [InlineData("sec-fetch-mode", "navigate-not")]
    [InlineData("accept", "text/html")]
    public async Task Who_would_make_no_use_of_it_is_told_in_the_response_alone(string name, string value)
    {
        _gate.Release();
        await using TestHost host = await StartAsync();
        await using Http3TestClient client = await Http3TestClient.ConnectAsync(host.Https!.Port);

        TestRequest answer = await client.GetAsync("GET", "/page", fields: (name, value));

        Assert.Equal((200, Links), (answer.Status, answer.Headers["link"]));
        Assert.Empty(answer.Hints);
    }

    [Fact]
    public async Task An_inline_page_is_there_at_once_and_needs_no_hint()
    {
        await using TestHost host = await StartAsync();
        await using Http3TestClient client = await Http3TestClient.ConnectAsync(host.Https!.Port);

        TestRequest answer = await client.GetAsync("GET", "/inline", fields: s_navigation);

        Assert.Equal((200, Links), (answer.Status, answer.Headers["link"]));
        Assert.Empty(answer.Hints);
    }

    [Fact]
    public async Task A_handler_sends_hints_of_its_own_as_often_as_it_likes()
    {
        await using TestHost host = await StartAsync();
        await using Http3TestClient client = await Http3TestClient.ConnectAsync(host.Https!.Port);

        TestRequest request = await client.SendAsync("GET", "/own");
        await request.Hinted.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        _gate.Release();
        await request.Ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal((200, "True True"), (request.Status, request.Text));
        Assert.Equal(["</a.css>; rel=preload; as=style", "<https://b.example>; rel=preconnect", "</c.js>; rel=preload; as=script"], request.Hints);

        TestRequest inline = await client.GetAsync("GET", "/own-inline");
        Assert.Equal((200, "True"), (inline.Status, inline.Text));
        Assert.Equal(["</a.css>; rel=preload; as=style"], inline.Hints);
    }

    [Fact]
    public async Task Nothing_comes_ahead_of_a_response_that_has_started()
    {
        await using TestHost host = await StartAsync();
        await using Http3TestClient client = await Http3TestClient.ConnectAsync(host.Https!.Port);

        TestRequest late = await client.GetAsync("GET", "/late", fields: s_navigation);

        Assert.Equal((200, "begun InvalidOperationException"), (late.Status, late.Text));
        Assert.Empty(late.Hints);
    }

    [Theory]
    [InlineData("")]
    [InlineData("</a\r\nx: y>")]
    [InlineData("</\u00e9>")]
    public async Task A_hint_is_a_header_and_as_guarded_as_one(string link)
    {
        await using TestHost host = await StartAsync();
        await using Http3TestClient client = await Http3TestClient.ConnectAsync(host.Https!.Port);

        TestRequest answer = await client.GetAsync("GET", "/link", fields: ("x-link", Uri.EscapeDataString(link)));

        Assert.Equal((200, "ArgumentException"), (answer.Status, answer.Text));
        Assert.Empty(answer.Hints);
    }

    /// <summary>Kestrel cannot send a response 103 (dotnet/aspnetcore#27851).</summary>
    [Fact]
    public async Task Over_Kestrel_nothing_is_sent_ahead()
    {
        _gate.Release(2);
        await using TestHost host = await StartAsync();

        using HttpResponseMessage page = await host.SendAsync(HttpMethod.Get, "/page", null, ("Sec-Fetch-Mode", "navigate"));
        using HttpResponseMessage own = await host.SendAsync(HttpMethod.Get, "/own", null);

        Assert.Equal(Links, Assert.Single(page.Headers.GetValues("Link")));
        Assert.Equal("False False", await own.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Through the generator: attributes, ASP.NET Core's authorization, our HTTP/3.</summary>
    [Fact]
    public async Task Generated_endpoints_send_them_when_everything_before_the_handler_has_let_the_request_in()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using TestHost host = await TestHost.StartAsync(new App(), static builder => GeneratedTests.AddServices(builder.Services), null, "--server:port=0");
        await using Http3TestClient client = await Http3TestClient.ConnectAsync(host.Https!.Port);

        TestRequest page = await client.SendAsync("GET", "/generated/page", fields: s_navigation);
        await page.Hinted.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Gate.Opened.Release();
        await page.Ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal((200, "page", Links), (page.Status, page.Text, page.Headers["link"]));
        Assert.Equal([Links], page.Hints);

        TestRequest refused = await client.GetAsync("GET", "/generated/guarded-page", fields: s_navigation);
        Assert.Equal(401, refused.Status);
        Assert.Empty(refused.Hints);

        TestRequest admitted = await client.GetAsync("GET", "/generated/guarded-page", null, s_navigation, ("x-user", "guest"));
        Assert.Equal(200, admitted.Status);
        Assert.Equal(["</secret.css>; rel=preload; as=style"], admitted.Hints);
    }

    private Task<TestHost> StartAsync()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        var links = new PreloadLinks(Links);
        FixtureApp app = new FixtureApp()
            .Map("GET", "/page", async context =>
            {
                links.Announce(context);
                await _gate.WaitAsync(context.Aborted);
                await TestHost.Text(context, "page");
            })
            .Map("GET", "/inline", context =>
            {
                links.Announce(context);
                return TestHost.Text(context, "page");
            }, inline: true)
            .Map("GET", "/own", async context =>
            {
                bool first = context.SendEarlyHints("</a.css>; rel=preload; as=style", "<https://b.example>; rel=preconnect");
                bool second = context.SendEarlyHints("</c.js>; rel=preload; as=script");
                await _gate.WaitAsync(context.Aborted);
                await TestHost.Text(context, $"{first} {second}");
            })
            .Map("GET", "/own-inline", static context =>
                TestHost.Text(context, context.SendEarlyHints("</a.css>; rel=preload; as=style").ToString()), inline: true)
            .Map("GET", "/late", async context =>
            {
                System.Buffers.BuffersExtensions.Write(context.ResponseBody, "begun "u8);
                await context.ResponseBody.FlushAsync();
                links.Announce(context);
                Exception failure = Assert.ThrowsAny<Exception>(() => context.SendEarlyHints("</a.css>"));
                System.Buffers.BuffersExtensions.Write(context.ResponseBody, System.Text.Encoding.ASCII.GetBytes(failure.GetType().Name));
            })
            .Map("GET", "/link", static context =>
            {
                string link = Uri.UnescapeDataString(context.RequestHeaders["X-Link"].ToString());
                Exception failure = Assert.ThrowsAny<Exception>(() => link.Length == 0 ? context.SendEarlyHints() : context.SendEarlyHints(link));
                return TestHost.Text(context, failure.GetType().Name);
            });
        return TestHost.StartAsync(app, null, null, "--server:port=0", "--server:shards=1");
    }
}
