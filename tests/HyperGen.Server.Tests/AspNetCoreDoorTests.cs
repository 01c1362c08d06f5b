using System.Net;
using System.Text;
using System.Text.Json;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static HyperGen.Server.Tests.TestHost;

namespace HyperGen.Server.Tests;

/// <summary>Generated endpoints within an ASP.NET Core application, which matches the requests itself.</summary>
public sealed class AspNetCoreDoorTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static FixtureApp Routes() => new FixtureApp()
        .Map("GET", "/users/{id:int}/{name}", static context => Text(context, Encoding.UTF8.GetString(context.RouteValue(0)) + "+" + Encoding.UTF8.GetString(context.RouteValue(1))))
        .Map("GET", "/services", static context => Text(context, ReferenceEquals(context.Services, context.HttpContext.RequestServices) ? "same" : "other"))
        .Map("GET", "/tagged", static context => Text(context, context.Endpoint!.DisplayName), metadata: [new TagsAttribute("blue"), new EndpointNameAttribute("tagged")])
        .Map("GET", "/cached", static context => Text(context, Guid.NewGuid().ToString()), PipelineFeatures.OutputCaching, metadata: new OutputCacheAttribute { Duration = 60 })
        .Map("POST", "/limited", static async context => await context.RequestBody.CopyToAsync(Stream.Null, context.Aborted), maxBody: 4);

    [Fact]
    public async Task ASP_NET_Core_matches_and_the_endpoint_finds_its_route_values()
    {
        await using WebApplication app = await StartAsync();
        using HttpClient client = app.GetTestClient();
        Assert.Equal("7+ä", await client.GetStringAsync("/users/7/%C3%A4", Stop));
        Assert.Equal("8+b", await client.GetStringAsync("/users/8/b", Stop));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/users/x/b", Stop)).StatusCode);
        Assert.Equal("same", await client.GetStringAsync("/services", Stop));
        Assert.Equal("theirs", await client.GetStringAsync("/theirs", Stop));
    }

    [Fact]
    public async Task The_endpoints_carry_what_ASP_NET_Core_looks_for()
    {
        await using WebApplication app = await StartAsync();
        RouteEndpoint endpoint = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Single(static endpoint => endpoint.RoutePattern.RawText == "/tagged");
        Assert.Equal(["GET"], endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods);
        Assert.NotNull(endpoint.Metadata.GetMetadata<System.Reflection.MethodInfo>());
        Assert.Equal(["blue"], endpoint.Metadata.GetRequiredMetadata<ITagsMetadata>().Tags);
        Assert.Equal("GET /tagged => Fixture.GET/tagged", endpoint.DisplayName);
    }

    [Fact]
    public async Task Conventions_and_groups_apply()
    {
        await using WebApplication app = await StartAsync(static app =>
        {
            RouteGroupBuilder group = app.MapGroup("/api").WithTags("group");
            HyperGenEndpoints.Map(group).WithMetadata("own");
        });
        RouteEndpoint endpoint = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Single(static endpoint => endpoint.RoutePattern.RawText == "/api/services");
        Assert.Contains("own", endpoint.Metadata);
        Assert.Equal("same", await app.GetTestClient().GetStringAsync("/api/services", Stop));
    }

    [Fact]
    public async Task A_convention_that_requires_authorization_is_enforced()
    {
        await using WebApplication app = await StartAsync(
            static app => HyperGenEndpoints.Map(app).RequireAuthorization(),
            static services =>
            {
                services.AddAuthentication("none").AddCookie("none", static options => options.Events.OnRedirectToLogin = static context =>
                {
                    context.Response.StatusCode = 401;
                    return Task.CompletedTask;
                });
                services.AddAuthorization();
            });
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetTestClient().GetAsync("/services", Stop)).StatusCode);
    }

    [Fact]
    public async Task Output_is_cached()
    {
        await using WebApplication app = await StartAsync(
            static app =>
            {
                app.UseOutputCache();
                HyperGenEndpoints.Map(app);
            },
            static services => services.AddOutputCache());
        using HttpClient client = app.GetTestClient();
        string first = await client.GetStringAsync("/cached", Stop);
        Assert.NotEmpty(first);
        Assert.Equal(first, await client.GetStringAsync("/cached", Stop));
    }

    [Fact]
    public async Task OpenAPI_describes_the_endpoints()
    {
        await using WebApplication app = await StartAsync(
            static app =>
            {
                HyperGenEndpoints.Map(app);
                app.MapOpenApi();
            },
            static services => services.AddOpenApi());
        using JsonDocument document = JsonDocument.Parse(await app.GetTestClient().GetStringAsync("/openapi/v1.json", Stop));
        JsonElement tagged = document.RootElement.GetProperty("paths").GetProperty("/tagged").GetProperty("get");
        Assert.Equal("tagged", tagged.GetProperty("operationId").GetString());
        Assert.Equal("blue", tagged.GetProperty("tags")[0].GetString());
    }

    [Fact]
    public async Task An_endpoint_filter_is_refused_and_not_forgotten()
    {
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await using WebApplication app = await StartAsync(static app => HyperGenEndpoints.Map(app).AddEndpointFilter(static (context, next) => next(context)));
            await app.GetTestClient().GetAsync("/services", Stop);
        });
        Assert.Contains("[Use<", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Middleware_goes_on_with_its_own_token_after_a_deadline_has_passed()
    {
        CancellationToken before = default;
        CancellationToken after = default;
        CancellationToken within = default;
        await using WebApplication app = await StartAsync(app =>
        {
            app.Use(async (http, next) =>
            {
                before = http.RequestAborted;
                await next(http);
                after = http.RequestAborted;
                await http.Response.WriteAsync("more", http.RequestAborted);
            });
            HyperGenEndpoints.Map(app);
        }, null, () => new FixtureApp().Map("GET", "/late", async context =>
        {
            within = context.HttpContext.RequestAborted;
            await Task.Delay(Timeout.Infinite, context.Aborted);
        }, deadline: 30));
        using HttpResponseMessage response = await app.GetTestClient().GetAsync("/late", HttpCompletionOption.ResponseHeadersRead, Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(within.IsCancellationRequested);
        Assert.False(after.IsCancellationRequested);
        Assert.Equal(before, after);
    }

    [Fact]
    public void Mapping_without_adding_is_explained()
    {
        using WebApplication app = WebApplication.CreateSlimBuilder().Build();
        Assert.Contains("AddHyperGen()", Assert.Throws<InvalidOperationException>(() => HyperGenEndpoints.Map(app)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HyperApp_runs_on_a_test_server()
    {
        var builder = new HyperAppBuilder(Routes(), []);
        builder.Services.AddOutputCache();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        await using HyperApp app = builder.Build();
        await app.StartAsync(Stop);
        using HttpClient client = app.GetTestClient();
        Assert.Equal("7+b", await client.GetStringAsync("/users/7/b", Stop));
        Assert.Equal("same", await client.GetStringAsync("/services", Stop));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/nowhere", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.DeleteAsync("/services", Stop)).StatusCode);
        Assert.IsType<TestServer>(app.Services.GetRequiredService<IServer>());
    }

    private static async Task<WebApplication> StartAsync(Action<WebApplication>? map = null, Action<IServiceCollection>? configure = null, Func<GeneratedApp>? routes = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions());
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        HyperGenServiceCollection.Add(builder.Services, routes ?? Routes);
        builder.Services.AddOutputCache();
        configure?.Invoke(builder.Services);
        WebApplication app = builder.Build();
        app.MapGet("/theirs", static () => "theirs");
        (map ?? (static app => HyperGenEndpoints.Map(app)))(app);
        await app.StartAsync(Stop);
        return app;
    }
}
