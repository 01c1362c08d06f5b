using System.Text;

namespace HyperGen.Hosting.Tests;

/// <summary>Start, stop, and what lives as long as the application.</summary>
public sealed class LifetimeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hosted_services_and_the_lifetime_see_start_and_stop()
    {
        var seen = new List<string>();
        RunningApp app = await RunningApp.StartHyperAppAsync(
            services => services.AddHostedService(_ => new Recorder(seen)),
            mount: app =>
            {
                app.Lifetime.ApplicationStarted.Register(() => seen.Add("started"));
                app.Lifetime.ApplicationStopping.Register(() => seen.Add("stopping"));
                app.Lifetime.ApplicationStopped.Register(() => seen.Add("stopped"));
            });
        app.App.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await app.App.WaitForShutdownAsync(Stop);
        await app.DisposeAsync();
        Assert.Equal(["service starts", "started", "stopping", "service stops", "stopped"], seen);
    }

    [Fact]
    public async Task Run_ends_when_it_is_told_to()
    {
        HyperAppBuilder builder = HyperApp.CreateBuilder(["--server:httpPort=0", "--server:port=off"]);
        builder.Logging.ClearProviders();
        HyperApp app = builder.Build();
        IHostApplicationLifetime lifetime = app.Lifetime;
        Task run = app.RunAsync(Stop);
        lifetime.StopApplication();
        await run;
        Assert.True(lifetime.ApplicationStopped.IsCancellationRequested);
    }

    [Theory]
    [InlineData(Door.HyperApp)]
    [InlineData(Door.AspNetCore)]
    public async Task A_stream_that_never_ends_is_broken_off_when_the_patience_of_the_host_ends(Door door)
    {
        await using RunningApp app = await RunningApp.StartAsync(door, static services => services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(300)));
        using HttpResponseMessage response = await app.Client.GetAsync("/straight/forever", HttpCompletionOption.ResponseHeadersRead, Stop);
        await using Stream stream = await response.Content.ReadAsStreamAsync(Stop);
        Assert.NotEqual(0, await stream.ReadAsync(new byte[16], Stop));
        await app.App.StopAsync(Stop);
        Exception? broken = await Record.ExceptionAsync(async () => await stream.CopyToAsync(System.IO.Stream.Null, Stop));
        Assert.True(broken is IOException or HttpRequestException, $"The client takes a part for the whole: {broken}");
    }

    [Fact]
    public async Task A_stream_over_HTTP_3_that_never_ends_is_broken_off_as_well()
    {
        await using RunningApp app = await RunningApp.StartHyperAppAsync(
            static services => services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(300)), args: "--server:port=0");
        Uri https = new(app.Urls.Single(static url => url.StartsWith("https:", StringComparison.Ordinal)));
        using var curl = Peer.Start($"curl -sSN -k -H Accept:text/event-stream --http3-only --max-time 60 https://127.0.0.1:{https.Port}/straight/forever", 70);
        while (!curl.Output.Contains("data: 1", StringComparison.Ordinal))
        {
            await Task.Delay(20, Stop);
            Assert.DoesNotContain("curl:", curl.Output, StringComparison.Ordinal);
        }
        await app.App.StopAsync(Stop);
        string output = await Task.Run(curl.WaitForOutput, Stop);
        Assert.Contains("curl: (", output, StringComparison.Ordinal);
        Assert.DoesNotContain("timed out", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_under_way_is_finished_on_a_connection_that_is_kept()
    {
        await using RunningApp app = await RunningApp.StartAsync(Door.HyperApp);
        using var connection = new RawConnection(app.Port);
        await connection.SendAsync(Encoding.ASCII.GetBytes("POST /bad/stream HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"), Stop);

        // It is sent when the handler reads.
        Assert.Equal(100, (await connection.ReadAsync(Stop))?.Status);
        Task stopping = app.App.StopAsync(Stop);
        await connection.SendAsync("abcd"u8.ToArray(), Stop);
        Assert.Equal((200, "4"), await connection.ReadAsync(Stop) is { } answer ? (answer.Status, answer.Body) : default);
        await stopping;
        Assert.Null(await connection.ReadAsync(Stop));
    }

    private sealed class Recorder(List<string> seen) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            seen.Add("service starts");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            seen.Add("service stops");
            return Task.CompletedTask;
        }
    }
}
