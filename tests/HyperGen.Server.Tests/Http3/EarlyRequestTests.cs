using System.Net;
using HyperGen.Server.Hosting;
using HyperGen.Tls;
using HyperGen.Transport.Shards;
using HyperGen.Transport.Udp;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.Server.Tests.Http3;

/// <summary>Requests in early data (0-RTT), which may be replays: RFC 8470, RFC 9114 section 7.2.4.2.</summary>
public sealed class EarlyRequestTests
{
    private int _runs;

    [Fact]
    public async Task An_endpoint_that_says_so_answers_before_the_handshake_is_over()
    {
        await using TestHost host = await StartAsync();
        TestClient client = await ComeAgainAsync(host, out FirstFlightGate gate, "GET", "/early");
        await using (gate)
        {
            Assert.Equal("200 early", Assert.Single(await client.RunAsync()));
        }

        Assert.Equal(1, _runs);
        Assert.Equal(EarlyDataState.Accepted, client.EarlyData);
    }

    //= https://www.rfc-editor.org/rfc/rfc8470#section-3
    //= type=test
    //# Absent such explicit information, origin servers MUST either reject early data or implement the techniques described in this document for ensuring that requests are not processed prior to TLS handshake completion.
    [Theory]
    [InlineData("GET", "/late", "200 late")]
    [InlineData("POST", "/early", "200 late")]
    [InlineData("GET", "/cached", "200 late")]
    [InlineData("GET", "/nowhere", "404 ")]
    [InlineData("GET", "/hinted", "103 200 late")]
    public async Task Every_other_request_waits_until_the_handshake_is_over(string method, string path, string expected)
    {
        await using TestHost host = await StartAsync();
        TestClient client = await ComeAgainAsync(host, out FirstFlightGate gate, method, path);
        await using (gate)
        {
            Task<List<string>> answers = client.RunAsync();

            // The request is there, and its shard has gone on to other work.
            await HoldsAsync(host, static usage => usage.Places == 1);
            await new TestClient(EndPoint(host), "", count: 1, parallel: 1, path: "/late") { Method = "GET" }.RunAsync();
            Assert.Equal(1, _runs);
            Assert.False(answers.IsCompleted);

            await gate.OpenAsync();
            Assert.StartsWith(expected, Assert.Single(await answers), StringComparison.Ordinal);
        }

        Assert.Equal(EarlyDataState.Accepted, client.EarlyData);
        await HoldsAsync(host, static usage => usage == default);
    }

    [Fact]
    public async Task A_body_in_early_data_arrives_whole_though_its_request_waits()
    {
        await using TestHost host = await StartAsync();
        string body = new('x', 200_000);
        TestClient client = await ComeAgainAsync(host, out FirstFlightGate gate, "POST", "/length", body);
        await using (gate)
        {
            Task<List<string>> answers = client.RunAsync();
            await HoldsAsync(host, static usage => usage.Places == 1);
            await gate.OpenAsync();
            Assert.Equal("200 200000", Assert.Single(await answers));
        }
    }

    [Fact]
    public async Task Clients_that_leave_while_their_request_waits_are_forgotten()
    {
        await using TestHost host = await StartAsync();
        TestClient client = await ComeAgainAsync(host, out FirstFlightGate gate, "GET", "/late");
        await using (gate)
        {
            await client.LeaveAsync(HoldsAsync(host, static usage => usage.Places == 1));
        }

        await HoldsAsync(host, static usage => usage == default);
        Assert.Equal(0, _runs);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-9.2
    //= type=test
    //# Endpoints MUST implement and use the replay protections described in [TLS13]
    [Fact]
    public async Task A_first_flight_that_comes_twice_is_executed_once()
    {
        await using TestHost host = await StartAsync();
        TestClient client = await ComeAgainAsync(host, out FirstFlightGate gate, "GET", "/early");
        await using (gate)
        {
            Assert.Equal("200 early", Assert.Single(await client.RunAsync()));
            await gate.OpenAsync();
            await HoldsAsync(host, static usage => usage == default);

            await gate.RepeatAsync();
        }

        // Whatever of it was still to be looked at has been, when another client is answered.
        await new TestClient(EndPoint(host), "", count: 1, parallel: 1, path: "/nowhere") { Method = "GET" }.RunAsync();
        Assert.Equal(1, _runs);
    }

    [Theory]
    [InlineData("--server:earlyData=off", true)]
    [InlineData("--server:earlyData=on", false)]
    public async Task No_early_data_is_taken_where_nobody_wants_it(string setting, bool isMarked)
    {
        await using TestHost host = await StartAsync(isMarked, setting);
        ClientSession session = await EarnAsync(host);
        Assert.False(session.AllowsEarlyData);

        var client = new TestClient(EndPoint(host), "", count: 1, parallel: 1, path: "/early") { Method = "GET", Session = session };

        Assert.Equal("200 late", Assert.Single(await client.RunAsync()));
        Assert.Equal(EarlyDataState.None, client.EarlyData);
    }

    //= https://www.rfc-editor.org/rfc/rfc8470#section-5.1
    //= type=test
    //# Requests that contain the Early-Data header field and cannot be safely processed MUST be rejected using the 425 (Too Early) status code.
    //
    //= https://www.rfc-editor.org/rfc/rfc8470#section-5.1
    //= type=test
    //# Multiple or invalid instances of the header field MUST be treated as equivalent to a single instance with a value of 1 by a server.
    [Theory]
    [InlineData("GET", "/early", "1", "200 early")]
    [InlineData("GET", "/late", "1", "425 ")]
    [InlineData("GET", "/cached", "1", "200 early")]
    [InlineData("POST", "/early", "1", "425 ")]
    [InlineData("GET", "/late", "?", "425 ")]
    public async Task What_was_early_at_an_intermediary_runs_where_early_data_may_and_is_answered_425_elsewhere(string method, string path, string value, string expected)
    {
        await using TestHost host = await StartAsync();

        var client = new TestClient(EndPoint(host), "", count: 1, parallel: 1, path: path) { Method = method, Headers = [("early-data", value)] };
        string overHttp3 = Assert.Single(await client.RunAsync());
        using HttpResponseMessage overHttp1 = await host.SendAsync(new HttpMethod(method), path, null, ("Early-Data", value));

        Assert.StartsWith(expected, overHttp3, StringComparison.Ordinal);
        Assert.StartsWith(expected, $"{(int)overHttp1.StatusCode} {await overHttp1.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}", StringComparison.Ordinal);
        Assert.Equal(expected.StartsWith('4') ? 0 : 2, _runs);
    }

    private static IPEndPoint EndPoint(TestHost host) => new(IPAddress.Loopback, host.Https!.Port);

    private static Task<ClientSession> EarnAsync(TestHost host) =>
        new TestClient(EndPoint(host), "", count: 1, parallel: 1, path: "/nowhere") { Method = "GET", KeepsSession = true }.EarnAsync();

    /// <summary>A client with a session of the server's, which reaches it through a gate and has not begun yet.</summary>
    private static Task<TestClient> ComeAgainAsync(TestHost host, out FirstFlightGate gate, string method, string path, string body = "")
    {
        var between = gate = new FirstFlightGate(EndPoint(host));
        return Come();

        async Task<TestClient> Come() =>
            new TestClient(between.EndPoint, body, count: 1, parallel: 1, path: path) { Method = method, Session = await EarnAsync(host) };
    }

    private static async Task HoldsAsync(TestHost host, Func<ShardUsage, bool> condition)
    {
        var server = (HyperServer)host.App.Services.GetRequiredService<IServer>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!condition(server.Http3Usage))
        {
            Assert.False(patience.IsCancellationRequested, $"The server holds {server.Http3Usage}.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private Task<TestHost> StartAsync(bool isMarked = true, string setting = "--server:earlyData=on")
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        FixtureApp app = new FixtureApp()
            .Map("GET", "/early", Run, earlyData: isMarked)
            .Map("POST", "/early", Run, earlyData: isMarked)
            .Map("GET", "/late", Run)
            .Map("GET", "/hinted", context =>
            {
                Assert.True(context.SendEarlyHints("</main.css>; rel=preload; as=style"));
                return Run(context);
            })
            .Map("GET", "/cached", Run, CompilerServices.PipelineFeatures.OutputCaching, earlyData: isMarked)
            .Map("POST", "/length", static async context =>
            {
                long length = 0;
                while (true)
                {
                    System.IO.Pipelines.ReadResult read = await context.RequestBody.ReadAsync();
                    length += read.Buffer.Length;
                    context.RequestBody.AdvanceTo(read.Buffer.End);
                    if (read.IsCompleted)
                    {
                        await TestHost.Text(context, length.ToString(System.Globalization.CultureInfo.InvariantCulture));
                        return;
                    }
                }
            });
        return TestHost.StartAsync(app, null, null, "--server:port=0", "--server:shards=1", setting);
    }

    private ValueTask Run(RequestContext context)
    {
        Interlocked.Increment(ref _runs);
        return TestHost.Text(context, context.IsEarly ? "early" : "late");
    }
}
