using System.Net;
using HyperGen.Server.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static HyperGen.Server.Tests.TestHost;

namespace HyperGen.Server.Tests;

/// <summary>Where an application listens, and what it says of it.</summary>
public sealed class ListenTests
{
    [Theory]
    [InlineData("", "http://localhost:8080 https://localhost:8443")]
    [InlineData("server:httpPort=0;server:port=0", "http://127.0.0.1:0 https://127.0.0.1:0")]
    [InlineData("server:port=off", "http://localhost:8080")]
    [InlineData("server:host=*", "http://*:8080 https://*:8443")]
    [InlineData("server:host=::1;server:port=1", "http://[::1]:8080 https://[::1]:1")]
    [InlineData("server:port=1;urls=http://[::]:2", "")]
    [InlineData("Kestrel:Endpoints:Http:Url=http://[::]:2", "")]
    public void The_configuration_decides(string settings, string expected)
    {
        IConfiguration configuration = Configuration(settings);
        var options = new HyperServerOptions();
        new ServerOptionsSetup(configuration).Configure(options);
        List<string> addresses = [];
        ListenAddresses.Complete(addresses, options, configuration, NullLogger.Instance);
        Assert.Equal(expected, string.Join(' ', addresses));
    }

    [Theory]
    [InlineData("http_ports=8080", "http://*:8080")]
    [InlineData("http_ports=8080;server:httpPort=1;server:port=off", "http://localhost:1")]
    public void Ports_of_a_container_image_give_way_to_ours(string settings, string expected)
    {
        IConfiguration configuration = Configuration(settings);
        var options = new HyperServerOptions();
        new ServerOptionsSetup(configuration).Configure(options);
        List<string> addresses = ["http://*:8080"];
        ListenAddresses.Complete(addresses, options, configuration, NullLogger.Instance);
        Assert.Equal(expected, string.Join(' ', addresses));
    }

    [Fact]
    public async Task An_address_that_is_taken_is_told_in_a_sentence()
    {
        await using TestHost first = await StartAsync(new FixtureApp().Map("GET", "/", static context => Text(context, "first")));
        string[] args = [$"--server:httpPort={first.Http.Port}", "--server:port=off"];
        var logs = new RecordedLogs();
        var builder = new HyperAppBuilder(new FixtureApp(), args);
        builder.Logging.ClearProviders().AddProvider(logs);
        int before = Environment.ExitCode;
        await builder.Build().RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, Environment.ExitCode);
        Environment.ExitCode = before;
        Exception told = Assert.Single(logs.Entries, static entry => entry.Exception is not null).Exception!;
        Assert.Equal(
            $"Failed to bind to address http://127.0.0.1:{first.Http.Port}: address already in use. Stop the program that listens there, or choose another port: "
            + "--server:httpPort=<port> for HTTP, --server:port=<port> for HTTPS; 0 takes one that is free.",
            told.ToString());
        await using HyperApp second = new HyperAppBuilder(new FixtureApp(), args).Build();
        await Assert.ThrowsAnyAsync<IOException>(() => second.StartAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Start_up_says_where_and_what_is_served()
    {
        await using TestHost host = await StartAsync(new FixtureApp()
            .Map("GET", "/users/{id}", static context => Text(context, "user"))
            .Map("DELETE", "/users/{id}", static context => Text(context, "user")));
        string report = Assert.Single(host.Logs.Entries, static entry => entry.Category == "HyperGen.Server").Message;
        Assert.StartsWith($"Serving 2 endpoints on {host.Http.ToString().TrimEnd('/')}\n\nMETHOD  ROUTE        SOURCE", report, StringComparison.Ordinal);
        Assert.Contains("\nDELETE  /users/{id}  ", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_table_can_be_cut_and_switched_off()
    {
        FixtureApp Routes() => new FixtureApp().Map("GET", "/a", static context => Text(context, "a")).Map("GET", "/b", static context => Text(context, "b"));
        await using TestHost one = await StartAsync(Routes(), args: "--server:startupTable=1");
        Assert.Contains(one.Logs.Entries, static entry => entry.Message.EndsWith("… and 1 more: --server:startupTable=2 shows all", StringComparison.Ordinal));
        await using TestHost none = await StartAsync(Routes(), args: "--server:startupTable=off");
        Assert.DoesNotContain(none.Logs.Entries, static entry => entry.Message.Contains("METHOD", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_port_that_is_given_twice_is_reported()
    {
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/a", static context => Text(context, "a")), args: ["--urls=http://127.0.0.1:0"]);
        Assert.Contains(host.Logs.Entries, static entry => entry.Level == LogLevel.Warning && entry.Message == "server:httpPort and server:port have no effect, because urls says where to listen");
    }

    [Fact]
    public async Task Shutdown_finishes_the_requests_under_way()
    {
        var entered = new TaskCompletionSource();
        var proceed = new TaskCompletionSource();
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/", async context =>
        {
            entered.SetResult();
            await proceed.Task;
            await Text(context, "finished");
        }));
        Task<(HttpStatusCode Status, string Body)> request = host.GetAsync("/");
        await entered.Task;
        Task stop = host.App.StopAsync(TestContext.Current.CancellationToken);
        Assert.False(stop.IsCompleted);
        proceed.SetResult();
        Assert.Equal((HttpStatusCode.OK, "finished"), await request);
        await stop;
    }

    private static IConfiguration Configuration(string settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(static setting =>
        {
            int at = setting.IndexOf('=', StringComparison.Ordinal);
            return new KeyValuePair<string, string?>(setting[..at], setting[(at + 1)..]);
        }))
        .Build();
}
