using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace HyperGen.Hosting.Tests;

/// <summary>What ASP.NET Core emits for each request, on the door of our own: to real listeners, and to nobody when nobody listens.</summary>
public sealed class TelemetryTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_listens_and_nothing_is_made()
    {
        await using RunningApp app = await RunningApp.StartAsync(Door.HyperApp);
        Assert.Equal("1 straight untraced", await app.Client.GetStringAsync("/straight/way/1", Stop));
        Assert.Equal("1 straight untraced", await TracedAsync(app));
    }

    [Fact]
    public async Task An_activity_is_current_and_belongs_to_the_trace_of_the_client_as_on_ASP_NET_Core_s_door()
    {
        Activity ours = await ListenAsync(Door.HyperApp);
        Assert.Equal("Microsoft.AspNetCore.Hosting.HttpRequestIn", ours.OperationName);
        Assert.Equal("b7ad6b7169203331", ours.ParentSpanId.ToString());
        Assert.Equal(ActivityKind.Server, ours.Kind);
        Activity theirs = await ListenAsync(Door.AspNetCore);
        Assert.Equal(Show(theirs), Show(ours));

        static string Show(Activity activity) => $"{activity.DisplayName} {activity.ParentSpanId} {activity.Status} {string.Join(' ', activity.TagObjects.Select(static tag => tag.Key))}";
    }

    private static async Task<Activity> ListenAsync(Door door)
    {
        var stopped = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Microsoft.AspNetCore",
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using (RunningApp app = await RunningApp.StartAsync(door))
        {
            Assert.EndsWith(TraceId, await TracedAsync(app), StringComparison.Ordinal);
            Assert.DoesNotContain("untraced", await app.Client.GetStringAsync("/straight/way/1", Stop), StringComparison.Ordinal);
        }
        Assert.Equal(2, stopped.Count);
        return stopped.First();
    }

    [Fact]
    public async Task A_trace_of_the_client_is_passed_on_though_nobody_listens()
    {
        await using RunningApp app = await RunningApp.StartAsync(Door.HyperApp, null, static logging => logging.AddProvider(new ScopeRecorder(takesScopes: false)));
        Assert.Equal("1 straight untraced", await app.Client.GetStringAsync("/straight/way/1", Stop));
        Assert.Equal($"1 hosted {TraceId}", await TracedAsync(app));
    }

    [Theory]
    [InlineData(Door.HyperApp)]
    [InlineData(Door.AspNetCore)]
    public async Task Meters_carry_the_route(Door door)
    {
        var measured = new ConcurrentQueue<(string Name, Dictionary<string, object?> Tags)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, self) =>
            {
                if (instrument.Meter.Name == "Microsoft.AspNetCore.Hosting")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => measured.Enqueue((instrument.Name, new(tags.ToArray()))));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => measured.Enqueue((instrument.Name, new(tags.ToArray()))));
        listener.Start();
        await using (RunningApp app = await RunningApp.StartAsync(door))
        {
            await app.Client.GetStringAsync("/straight/way/1", Stop);
        }
        Assert.Equal(2, measured.Count(static measurement => measurement.Name == "http.server.active_requests"));
        Dictionary<string, object?> tags = Assert.Single(measured, static measurement => measurement.Name == "http.server.request.duration").Tags;
        Assert.Equal("/straight/way/{id:int}", tags["http.route"]);
        Assert.Equal("GET", tags["http.request.method"]);
        Assert.Equal(200, tags["http.response.status_code"]);
    }

    [Theory]
    [InlineData(Door.HyperApp)]
    [InlineData(Door.AspNetCore)]
    public async Task A_provider_that_takes_scopes_learns_the_request_of_what_is_logged(Door door)
    {
        var recorder = new ScopeRecorder(takesScopes: true);
        await using RunningApp app = await RunningApp.StartAsync(door, null, logging => logging.AddProvider(recorder), "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:Microsoft.AspNetCore=Warning");
        await app.Client.GetStringAsync("/straight/log", Stop);
        Dictionary<string, object?> scope = Assert.Single(recorder.Entries, static entry => entry.Category == "Test.Handler").Scope;
        Assert.Equal("/straight/log", scope["RequestPath"]);
        Assert.NotNull(scope["RequestId"]);
    }

    [Fact]
    public async Task Scopes_that_hosting_is_told_not_to_make_close_nothing()
    {
        await using RunningApp app = await RunningApp.StartAsync(
            Door.HyperApp, null, static logging => logging.AddProvider(new ScopeRecorder(takesScopes: true)), "--Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics=None");
        Assert.Equal("1 straight untraced", await app.Client.GetStringAsync("/straight/way/1", Stop));
    }

    [Theory]
    [InlineData("", "straight")]
    [InlineData("--Logging:Console:FormatterOptions:IncludeScopes=true", "hosted")]
    public async Task The_console_takes_scopes_when_it_shows_them(string setting, string way)
    {
        await using RunningApp app = await RunningApp.StartAsync(
            Door.HyperApp, null, static logging => logging.AddConsole(), ["--Logging:LogLevel:Default=None", "--Logging:LogLevel:Microsoft.AspNetCore=Error", .. setting.Length > 0 ? [setting] : Array.Empty<string>()]);
        Assert.StartsWith("1 " + way, await app.Client.GetStringAsync("/straight/way/1", Stop), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Door.HyperApp)]
    [InlineData(Door.AspNetCore)]
    public async Task Requests_are_logged_from_when_someone_asks_for_it(Door door)
    {
        var recorder = new ScopeRecorder(takesScopes: false);
        await using RunningApp app = await RunningApp.StartAsync(door, null, logging => logging.AddProvider(recorder), "--Logging:LogLevel:Microsoft.AspNetCore=Warning");
        await app.Client.GetStringAsync("/straight/way/1", Stop);
        Assert.DoesNotContain(recorder.Entries, static entry => entry.Message.StartsWith("Request starting", StringComparison.Ordinal));
        IConfiguration configuration = app.App.Services.GetRequiredService<IConfiguration>();
        configuration["Logging:LogLevel:Microsoft.AspNetCore"] = "Information";
        ((IConfigurationRoot)configuration).Reload();
        await app.Client.GetStringAsync("/straight/way/2", Stop);
        Assert.Contains(recorder.Entries, static entry => entry.Message.StartsWith("Request starting", StringComparison.Ordinal) && entry.Message.Contains("/straight/way/2", StringComparison.Ordinal));
        await app.App.StopAsync(Stop);
        Assert.Contains(recorder.Entries, static entry => entry.Message.StartsWith("Request finished", StringComparison.Ordinal) && entry.Message.Contains(" 200 ", StringComparison.Ordinal));
    }

    private static async Task<string> TracedAsync(RunningApp app)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/straight/way/1");
        request.Headers.Add("traceparent", $"00-{TraceId}-b7ad6b7169203331-01");
        using HttpResponseMessage response = await app.Client.SendAsync(request, Stop);
        return await response.Content.ReadAsStringAsync(Stop);
    }
}
