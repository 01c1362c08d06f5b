using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Threading.RateLimiting;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using static HyperGen.Server.Tests.TestHost;

namespace HyperGen.Server.Tests;

/// <summary>What ASP.NET Core does for the requests that need it, and that nothing else takes that way.</summary>
public sealed class PipelineTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly Func<RequestContext, ValueTask> s_way = static context =>
        Text(context, context.Features.GetType().Name.StartsWith("HostedFeatures", StringComparison.Ordinal) ? "hosted" : "straight");

    [Fact]
    public async Task An_endpoint_that_requires_nothing_is_reached_straight()
    {
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/", s_way));
        Assert.Equal("straight", (await host.GetAsync("/")).Body);
    }

    [Fact]
    public async Task A_filter_that_adds_middleware_for_all_requests_is_not_passed_by()
    {
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/", s_way), static builder => builder.Services.AddSingleton<IStartupFilter, HeaderFilter>());
        using HttpResponseMessage response = await host.SendAsync(HttpMethod.Get, "/");
        Assert.Equal("hosted", await response.Content.ReadAsStringAsync(Stop));
        Assert.True(response.Headers.Contains("X-Filter"));
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.BadRequest)]
    public async Task AllowedHosts_are_enforced(string name, HttpStatusCode status)
    {
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/", s_way), args: "--AllowedHosts=localhost");
        using HttpResponseMessage response = await host.SendAsync(HttpMethod.Get, "/", null, ("Host", name));
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task The_http_accessor_knows_of_every_request()
    {
        await using TestHost host = await StartAsync(
            new FixtureApp().Map("GET", "/here", static context => Text(context, context.Services.GetRequiredService<IHttpContextAccessor>().HttpContext!.Request.Path)),
            static builder => builder.Services.AddHttpContextAccessor());
        Assert.Equal("/here", (await host.GetAsync("/here")).Body);
        Assert.Contains(host.Logs.Entries, static entry => entry.Message.StartsWith("Every request passes through ASP.NET Core's pipeline: IHttpContextAccessor", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_carry_the_route_when_someone_listens()
    {
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/users/{id}", s_way));
        Assert.Equal("straight", (await host.GetAsync("/users/1")).Body);
        var measured = new ConcurrentQueue<Dictionary<string, object?>>();
        IMeterFactory meters = host.App.Services.GetRequiredService<IMeterFactory>();
        using (var listener = new MeterListener())
        {
            listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "http.server.request.duration" && ReferenceEquals(instrument.Meter.Scope, meters))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<double>((_, _, tags, _) => measured.Enqueue(new(tags.ToArray())));
            listener.Start();
            Assert.Equal("hosted", (await host.GetAsync("/users/2")).Body);
            Assert.Equal("hosted", (await host.GetAsync("/users/3")).Body);
        }
        Assert.True(measured.TryDequeue(out Dictionary<string, object?>? tags));
        Assert.Equal("/users/{id}", tags["http.route"]);
        Assert.Equal(200, tags["http.response.status_code"]);
        Assert.Equal("straight", (await host.GetAsync("/users/4")).Body);
    }

    [Fact]
    public async Task Failures_are_measured_with_their_type()
    {
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/", static _ => throw new TimeoutException()));
        var types = new ConcurrentQueue<object?>();
        IMeterFactory meters = host.App.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "http.server.request.duration" && ReferenceEquals(instrument.Meter.Scope, meters))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => types.Enqueue(new Dictionary<string, object?>(tags.ToArray())["error.type"]));
        listener.Start();
        await host.GetAsync("/");
        await host.GetAsync("/");
        Assert.True(types.TryDequeue(out object? type));
        Assert.Equal(typeof(TimeoutException).FullName, type);
    }

    [Fact]
    public async Task Traces_are_ASP_NET_Core_s_own()
    {
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/users/{id}", s_way));
        ActivitySource source = host.App.Services.GetRequiredService<ActivitySource>();
        var stopped = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = candidate => ReferenceEquals(candidate, source),
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        Assert.Equal("hosted", (await host.GetAsync("/users/1")).Body);
        await host.GetAsync("/users/1");
        Assert.True(stopped.TryDequeue(out Activity? activity));
        Assert.Equal("Microsoft.AspNetCore.Hosting.HttpRequestIn", activity.OperationName);
    }

    [Fact]
    public async Task Request_logs_are_written_when_asked_for()
    {
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/logged", s_way), args: "--Logging:LogLevel:Microsoft.AspNetCore=Information");
        Assert.Equal("hosted", (await host.GetAsync("/logged")).Body);
        Assert.Contains(host.Logs.Entries, static entry => entry.Message.StartsWith("Request starting", StringComparison.Ordinal) && entry.Message.Contains("/logged", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("guest", HttpStatusCode.Forbidden)]
    [InlineData("admin", HttpStatusCode.OK)]
    public async Task Authorization_is_enforced(string? user, HttpStatusCode status)
    {
        await using TestHost host = await StartAsync(
            new FixtureApp().Map("GET", "/admin", static context => Text(context, context.User.Identity!.Name!), PipelineFeatures.Authorization, metadata: new AuthorizeAttribute { Roles = "admin" }),
            AddTestSecurity);
        using HttpResponseMessage response = await host.SendAsync(HttpMethod.Get, "/admin", null, user is null ? [] : [("X-User", user)]);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task An_endpoint_without_attributes_knows_its_user_where_authentication_is_registered()
    {
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/me", static context => Text(context, context.User.Identity?.Name ?? "nobody")), AddTestSecurity);
        using HttpResponseMessage response = await host.SendAsync(HttpMethod.Get, "/me", null, ("X-User", "guest"));
        Assert.Equal("guest", await response.Content.ReadAsStringAsync(Stop));
        Assert.Equal("nobody", (await host.GetAsync("/me")).Body);
    }

    [Fact]
    public async Task A_fallback_policy_concerns_endpoints_without_attributes()
    {
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/", s_way), static builder =>
        {
            AddTestSecurity(builder);
            builder.Services.AddAuthorizationBuilder().AddFallbackPolicy("all", static policy => policy.RequireAuthenticatedUser());
        });
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.GetAsync("/")).Status);
    }

    [Fact]
    public async Task A_preflight_is_answered_by_the_policy_of_the_endpoint_it_asks_for()
    {
        await using TestHost host = await StartAsync(
            new FixtureApp()
                .Map("PUT", "/open", s_way, PipelineFeatures.Cors, metadata: new EnableCorsAttribute("open"))
                .Map("PUT", "/closed", s_way),
            static builder => builder.Services.AddCors(static cors => cors.AddPolicy("open", static policy => policy.WithOrigins("https://a.example").WithMethods("PUT"))));
        (string, string)[] headers = [("Origin", "https://a.example"), ("Access-Control-Request-Method", "PUT")];
        using HttpResponseMessage open = await host.SendAsync(HttpMethod.Options, "/open", null, headers);
        Assert.Equal("https://a.example", Assert.Single(open.Headers.GetValues("Access-Control-Allow-Origin")));
        using HttpResponseMessage closed = await host.SendAsync(HttpMethod.Options, "/closed", null, headers);
        Assert.Equal(HttpStatusCode.NoContent, closed.StatusCode);
        Assert.False(closed.Headers.Contains("Access-Control-Allow-Origin"));
        using HttpResponseMessage real = await host.SendAsync(HttpMethod.Put, "/open", null, ("Origin", "https://a.example"));
        Assert.True(real.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_preflight_is_for_a_host_as_well()
    {
        await using TestHost host = await StartAsync(
            new FixtureApp().Map("PUT", "/open", s_way, PipelineFeatures.Cors | PipelineFeatures.Host, metadata: [new EnableCorsAttribute("open"), new HostAttribute("a.example")]),
            static builder => builder.Services.AddCors(static cors => cors.AddPolicy("open", static policy => policy.WithOrigins("https://a.example").WithMethods("PUT"))));
        (string, string)[] headers = [("Origin", "https://a.example"), ("Access-Control-Request-Method", "PUT")];
        using HttpResponseMessage own = await host.SendAsync(HttpMethod.Options, "/open", null, [.. headers, ("Host", "a.example")]);
        Assert.True(own.Headers.Contains("Access-Control-Allow-Origin"));
        using HttpResponseMessage other = await host.SendAsync(HttpMethod.Options, "/open", null, headers);
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_branch_cannot_be_mounted_when_it_would_serve_nothing()
    {
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/", s_way));
        Assert.Throws<InvalidOperationException>(() => host.App.Mount("/late", static _ => { }));
    }

    [Fact]
    public async Task Rate_limits_are_enforced_where_they_are_asked_for()
    {
        await using TestHost host = await StartAsync(
            new FixtureApp().Map("GET", "/rare", s_way, PipelineFeatures.RateLimiting, metadata: new EnableRateLimitingAttribute("one")).Map("GET", "/often", s_way),
            static builder => builder.Services.AddRateLimiter(static options =>
                options.AddPolicy("one", static _ => RateLimitPartition.GetConcurrencyLimiter("", static _ => new ConcurrencyLimiterOptions { PermitLimit = 0 + 1 }))
                    .AddFixedWindowLimiter("unused", static _ => { }).GlobalLimiter = null));
        Assert.Equal("hosted", (await host.GetAsync("/rare")).Body);
        Assert.Equal("straight", (await host.GetAsync("/often")).Body);
    }

    [Fact]
    public async Task Output_is_cached()
    {
        int calls = 0;
        await using TestHost host = await StartAsync(
            new FixtureApp().Map("GET", "/cached", context => Text(context, $"{++calls}"), PipelineFeatures.OutputCaching, metadata: new OutputCacheAttribute { Duration = 60 }),
            static builder => builder.Services.AddOutputCache());
        Assert.Equal("1", (await host.GetAsync("/cached")).Body);
        Assert.Equal("1", (await host.GetAsync("/cached")).Body);
    }

    [Fact]
    public async Task Request_timeouts_cancel_the_request()
    {
        await using TestHost host = await StartAsync(
            new FixtureApp().Map("GET", "/slow", static async context => await Task.Delay(Timeout.Infinite, context.Aborted), PipelineFeatures.RequestTimeouts, metadata: new RequestTimeoutAttribute(50)),
            static builder => builder.Services.AddRequestTimeouts());
        Assert.Equal(HttpStatusCode.GatewayTimeout, (await host.GetAsync("/slow")).Status);
    }

    [Fact]
    public async Task A_form_without_antiforgery_token_is_refused()
    {
        await using TestHost host = await StartAsync(
            new FixtureApp().Map("POST", "/form", s_way, PipelineFeatures.Antiforgery, metadata: new Microsoft.AspNetCore.Antiforgery.RequireAntiforgeryTokenAttribute()),
            static builder => builder.Services.AddAntiforgery());
        using var form = new FormUrlEncodedContent([new("name", "value")]);
        using HttpResponseMessage response = await host.SendAsync(HttpMethod.Post, "/form", form);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("a.example", HttpStatusCode.OK)]
    [InlineData("x.b.example", HttpStatusCode.OK)]
    [InlineData("b.example", HttpStatusCode.NotFound)]
    [InlineData("c.example:81", HttpStatusCode.OK)]
    [InlineData("c.example:82", HttpStatusCode.NotFound)]
    public async Task Hosts_of_an_endpoint_are_matched(string name, HttpStatusCode status)
    {
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/", s_way, PipelineFeatures.Host, metadata: new HostAttribute("a.example", "*.b.example", "c.example:81")));
        using HttpResponseMessage response = await host.SendAsync(HttpMethod.Get, "/", null, ("Host", name));
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Branches_serve_what_no_route_matches()
    {
        await using TestHost host = await StartAsync(
            new FixtureApp().Map("GET", "/files/own", s_way),
            mount: static app => app
                .Mount("/files", static branch => branch.Use(static (http, next) =>
                    http.Request.Path == "/a" ? http.Response.WriteAsync($"branch {http.Request.PathBase} {http.Request.Path}", http.RequestAborted) : next(http)))
                .Mount("/", static branch => branch.UseRouting().UseEndpoints(static endpoints => endpoints.MapGet("/files/{name}", static (string name) => $"rest {name}"))));
        Assert.Equal("straight", (await host.GetAsync("/files/own")).Body);
        Assert.Equal("branch /files /a", (await host.GetAsync("/files/a")).Body);
        Assert.Equal("rest b", (await host.GetAsync("/files/b")).Body);
        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync("/other")).Status);
        using HttpResponseMessage wrong = await host.SendAsync(HttpMethod.Post, "/files/own");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, wrong.StatusCode);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/files")]
    public async Task A_path_that_is_not_text_reaches_no_branch(string branch)
    {
        await using TestHost host = await StartAsync(
            new FixtureApp().Map("GET", "/own", s_way),
            mount: app => app.Mount(branch, static branch => branch.Run(static http => http.Response.WriteAsync("branch", http.RequestAborted))));
        Assert.Equal("branch", (await host.GetAsync("/files/%C3%A4")).Body);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.GetAsync("/files/%FF")).Status);
    }

    [Fact]
    public async Task A_filter_may_rewrite_path_and_query_whatever_the_protocol()
    {
        await using TestHost host = await StartAsync(
            new FixtureApp().Map("GET", "/users/{id}", static context => Text(context, $"{Encoding.UTF8.GetString(context.Path)} {Encoding.UTF8.GetString(context.RouteValue(0))} {Encoding.UTF8.GetString(context.Query)}")),
            static builder => builder.Services.AddSingleton<IStartupFilter, RewritingFilter>(),
            null,
            "--server:port=0");
        Assert.Equal((HttpStatusCode.OK, "/users/7 7 a=1&b=2"), await host.GetAsync("/base/users/7?a=1"));
        var server = new IPEndPoint(IPAddress.Loopback, host.Https!.Port);
        List<string> answers = await new TestClient(server, "", count: 3, parallel: 1, path: "/base/users/7?a=1") { Method = "GET" }.RunAsync();
        Assert.All(answers, static answer => Assert.Equal("200 /users/7 7 a=1&b=2", answer));
    }

    [Fact]
    public async Task Links_lead_to_named_endpoints()
    {
        await using TestHost host = await StartAsync(new FixtureApp()
            .Map("GET", "/users/{id}", s_way, metadata: new EndpointNameAttribute("user"))
            .Map("GET", "/link", static context => Text(context, context.Services.GetRequiredService<LinkGenerator>().GetPathByName("user", new RouteValueDictionary { ["id"] = 7 }) ?? "none")));
        Assert.Equal("/users/7", (await host.GetAsync("/link")).Body);
    }

    private static void AddTestSecurity(HyperAppBuilder builder) => Secured.Security.Add(builder.Services);

    private sealed class RewritingFilter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UsePathBase("/base");
            app.Use(static (http, rest) =>
            {
                http.Request.QueryString = http.Request.QueryString.Add("b", "2");
                return rest(http);
            });
            next(app);
        };
    }

    private sealed class HeaderFilter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(static (http, rest) =>
            {
                http.Response.Headers["X-Filter"] = "1";
                return rest(http);
            });
            next(app);
        };
    }
}
