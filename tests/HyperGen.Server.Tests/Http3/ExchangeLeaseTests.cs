using System.Net;
using HyperGen.Server.Hosting;
using HyperGen.Transport.Shards;
using HyperGen.Transport.Udp;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.Server.Tests.Http3;

/// <summary>However requests end, the server afterwards holds nothing for them.</summary>
public sealed class ExchangeLeaseTests
{
    [Theory]
    [InlineData("--connections 1", true)]
    [InlineData("--connections 50", false)]
    public async Task A_thousand_connections_leave_nothing_behind(string connections, bool inline)
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/", static context => TestHost.Text(context, "ok"), inline: inline));

        // Without a limit for each, the first to be connected would take the requests of those that are not yet.
        string output = await LoadProcess.RunAsync($"--url https://127.0.0.1:{host.Https!.Port}/ {connections} --per-connection 1 --count 1000 --timeout 600");

        Assert.Contains("answers 1000 of 1000", output, StringComparison.Ordinal);
        await HoldsNothingAsync(host);
    }

    [Fact]
    public async Task Handlers_whose_clients_leave_are_cancelled_and_end()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        int begun = 0;
        int cancelled = 0;
        var allBegun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestHost host = await StartAsync(new FixtureApp().Map("POST", "/", async context =>
        {
            if (Interlocked.Increment(ref begun) == 50)
            {
                allBegun.SetResult();
            }
            try
            {
                await Task.Delay(Timeout.Infinite, context.Aborted);
            }
            finally
            {
                Interlocked.Increment(ref cancelled);
            }
        }));

        await new TestClient(new IPEndPoint(IPAddress.Loopback, host.Https!.Port), "body", count: 50, parallel: 50).LeaveAsync(allBegun.Task);

        await HoldsNothingAsync(host);
        Assert.Equal(50, cancelled);
    }

    [Fact]
    public async Task Handlers_whose_clients_leave_in_the_middle_of_a_body_end()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        int begun = 0;
        var allBegun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestHost host = await StartAsync(new FixtureApp().Map("POST", "/", async context =>
        {
            if (Interlocked.Increment(ref begun) == 20)
            {
                allBegun.SetResult();
            }
            while (!(await context.RequestBody.ReadAsync(CancellationToken.None)).IsCompleted)
            {
                context.RequestBody.AdvanceTo(default);
            }
        }));

        await new TestClient(new IPEndPoint(IPAddress.Loopback, host.Https!.Port), "body", count: 20, parallel: 20) { LeavesUnfinished = true }.LeaveAsync(allBegun.Task);

        await HoldsNothingAsync(host);
    }

    [Fact]
    public async Task Requests_that_are_reset_leave_nothing_behind()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using TestHost host = await StartAsync(new FixtureApp().Map("POST", "/", static context => TestHost.Text(context, "ok")));

        List<string> answers = await new TestClient(new IPEndPoint(IPAddress.Loopback, host.Https!.Port), new string('x', 2_000), count: 300, parallel: 30) { ResetsAllBut = 3 }
            .RunAsync();

        Assert.Equal(100, answers.Count(static answer => answer == "200 ok"));
        await HoldsNothingAsync(host);
    }

    [Fact]
    public async Task An_answer_under_way_when_the_server_stops_arrives_whole_and_nothing_is_left_of_the_server()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        string text = new('x', 2_000_000);
        for (int round = 0; round < 3; round++)
        {
            var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var proceed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/", async context =>
            {
                entered.SetResult();
                await proceed.Task;
                await TestHost.Text(context, text);
            }));
            var server = (HyperServer)host.App.Services.GetRequiredService<IServer>();
            Task<List<string>> answers = new TestClient(new IPEndPoint(IPAddress.Loopback, host.Https!.Port), "", count: 1, parallel: 1) { Method = "GET" }.RunAsync();
            await entered.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            Assert.NotEqual(0, server.Http3Memory);

            Task stop = host.App.StopAsync(TestContext.Current.CancellationToken);
            Assert.False(stop.IsCompleted);
            proceed.SetResult();

            Assert.Equal($"200 {text}", Assert.Single(await answers));
            await stop;
            Assert.Equal(default, server.Http3Usage);
            Assert.Equal(0, server.Http3Memory);
        }
    }

    private static Task<TestHost> StartAsync(FixtureApp app) => TestHost.StartAsync(app, null, null, "--server:port=0");

    private static async Task HoldsNothingAsync(TestHost host)
    {
        var server = (HyperServer)host.App.Services.GetRequiredService<IServer>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (server.Http3Usage is var usage && usage != default(ShardUsage))
        {
            Assert.False(patience.IsCancellationRequested, $"The server holds {usage}.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
