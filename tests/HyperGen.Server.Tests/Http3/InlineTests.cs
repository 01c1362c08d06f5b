using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using HyperGen.CompilerServices;
using HyperGen.Transport.Udp;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Tests.Http3;

/// <summary>What runs on the thread that serves a connection, and what does not.</summary>
public sealed class InlineTests
{
    private const string ShardName = "HyperGen shard";

    [Theory]
    [InlineData("50 150 100 99 101 50 50", "5 -2")]
    [InlineData("150 50*49 150 50", "51 -1")]
    [InlineData("150 50*50 150 50*50 150 50", "104")]
    [InlineData("150*2 50*1000 50*51 150 50", "2 -1000 53")]
    [InlineData("150*2 50*1000 150 50*100", "2 -1000 1 -100")]
    public async Task A_route_that_is_too_slow_for_its_shard_twice_in_fifty_runs_is_left_to_workers_and_gets_another_chance(string microseconds, string runs)
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        var clock = new HandClock();
        var threads = new ConcurrentQueue<bool>();
        int[] takes = [.. microseconds.Split(' ').Select(static part => part.Split('*')).SelectMany(static part => Enumerable.Repeat(Number(part[0]), part.Length == 2 ? Number(part[1]) : 1))];
        int run = 0;
        FixtureApp app = new FixtureApp().Map("GET", "/inline", context =>
        {
            threads.Enqueue(IsShard);
            clock.Advance(TimeSpan.FromMicroseconds(takes[run++]));
            return TestHost.Text(context, "ok");
        }, inline: true);
        await using TestHost host = await TestHost.StartAsync(app, builder => builder.Services.AddSingleton<TimeProvider>(clock), null, "--server:port=0");

        List<string> answers = await GetAsync(host, "/inline", takes.Length);

        Assert.All(answers, static answer => Assert.Equal("200 ok", answer));
        Assert.Equal(runs.Split(' ').Select(Number).SelectMany(static count => Enumerable.Repeat(count > 0, Math.Abs(count))), threads);
        IEnumerable<(LogLevel Level, string Message)> told = host.Logs.Entries
            .Where(static entry => entry.Message.Contains("left to workers", StringComparison.Ordinal)).Select(static entry => (entry.Level, entry.Message));
        if (!runs.Contains('-', StringComparison.Ordinal))
        {
            Assert.Empty(told);
            return;
        }
        (LogLevel level, string message) = Assert.Single(told);
        Assert.Equal(LogLevel.Warning, level);
        Assert.Contains("GET /inline", message, StringComparison.Ordinal);

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_quick_inline_route_stays_on_its_shard_and_others_never_run_there()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        var clock = new HandClock();
        var threads = new ConcurrentQueue<(string, bool)>();
        FixtureApp app = new FixtureApp()
            .Map("GET", "/inline", Record, inline: true)
            .Map("GET", "/worker", Record);
        await using TestHost host = await TestHost.StartAsync(app, builder => builder.Services.AddSingleton<TimeProvider>(clock), null, "--server:port=0");

        await GetAsync(host, "/inline", 200);
        await GetAsync(host, "/worker", 200);

        Assert.Equal(200, threads.Count(static entry => entry == ("/inline", true)));
        Assert.Equal(200, threads.Count(static entry => entry == ("/worker", false)));

        ValueTask Record(RequestContext context)
        {
            threads.Enqueue((context.Endpoint!.Template, IsShard));
            return TestHost.Text(context, "ok");
        }
    }

    [Fact]
    public async Task Code_of_ASP_NET_Core_never_runs_on_a_shard()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        var threads = new ConcurrentQueue<bool>();
        FixtureApp app = new FixtureApp().Map("GET", "/cached", context =>
        {
            threads.Enqueue(IsShard);
            return TestHost.Text(context, "ok");
        }, PipelineFeatures.OutputCaching, inline: true);
        await using TestHost host = await TestHost.StartAsync(
            app, builder => builder.Services.AddSingleton<IHttpContextFactory>(new WatchedFactory(threads)), null, "--server:port=0");

        List<string> answers = await GetAsync(host, "/cached", 20);

        Assert.All(answers, static answer => Assert.Equal("200 ok", answer));
        Assert.Equal(40, threads.Count);
        Assert.DoesNotContain(true, threads);
    }

    [Fact]
    public async Task An_inline_handler_that_throws_is_answered_on_a_worker()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        var handler = new WatchedExceptions();
        FixtureApp app = new FixtureApp()
            .Map("GET", "/throws", static _ => throw new InvalidOperationException("at once"), inline: true)
            .Map("GET", "/fails", static _ => ValueTask.FromException(new InvalidOperationException("as a task")), inline: true);
        await using TestHost host = await TestHost.StartAsync(
            app, builder => builder.Services.AddSingleton<Microsoft.AspNetCore.Diagnostics.IExceptionHandler>(handler), null, "--server:port=0");

        Assert.StartsWith("418 ", Assert.Single(await GetAsync(host, "/throws", 1)), StringComparison.Ordinal);
        Assert.StartsWith("418 ", Assert.Single(await GetAsync(host, "/fails", 1)), StringComparison.Ordinal);

        Assert.Equal([false, false], handler.Threads);
    }

    private static bool IsShard => Thread.CurrentThread.Name?.StartsWith(ShardName, StringComparison.Ordinal) ?? false;

    private static Task<List<string>> GetAsync(TestHost host, string path, int count) =>
        new TestClient(new IPEndPoint(IPAddress.Loopback, host.Https!.Port), "", count, parallel: 1, path: path) { Method = "GET" }.RunAsync();

    /// <summary>A clock that stands still unless a test moves it.</summary>
    private sealed class HandClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);
    }

    private sealed class WatchedFactory(ConcurrentQueue<bool> threads) : IHttpContextFactory
    {
        public HttpContext Create(IFeatureCollection featureCollection)
        {
            threads.Enqueue(IsShard);
            return new DefaultHttpContext(featureCollection);
        }

        public void Dispose(HttpContext httpContext)
        {
        }
    }

    private sealed class WatchedExceptions : Microsoft.AspNetCore.Diagnostics.IExceptionHandler
    {
        public ConcurrentQueue<bool> Threads { get; } = new();

        public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            Threads.Enqueue(IsShard);
            httpContext.Response.StatusCode = StatusCodes.Status418ImATeapot;
            return ValueTask.FromResult(true);
        }
    }
}
