using System.Net;
using System.Text;
using static HyperGen.Server.Tests.TestHost;

namespace HyperGen.Server.Tests;

public sealed class RequestTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static FixtureApp Routes() => new FixtureApp()
        .Map("GET", "/plaintext", static context => Text(context, "Hello, World!"))
        .Map("GET", "/users/{id}/posts/{post}", static context => Text(context, $"{Encoding.UTF8.GetString(context.RouteValue(0))}+{Encoding.UTF8.GetString(context.RouteValue(1))}?{Encoding.UTF8.GetString(context.Query)}"))
        .Map("GET", "/http", static context => Text(context, $"{context.HttpContext.Request.Path} {context.HttpContext.Request.RouteValues.Count} {context.HttpContext.GetType().Name}"));

    [Fact]
    public async Task An_endpoint_answers()
    {
        await using TestHost host = await StartAsync(Routes());
        Assert.Equal((HttpStatusCode.OK, "Hello, World!"), await host.GetAsync("/plaintext"));
    }

    [Fact]
    public async Task Route_values_and_query_arrive()
    {
        await using TestHost host = await StartAsync(Routes());
        Assert.Equal((HttpStatusCode.OK, "7+ä?x=1&y=%20"), await host.GetAsync("/users/7/posts/%C3%A4?x=1&y=%20"));
    }

    [Fact]
    public async Task No_route_answers_404()
    {
        await using TestHost host = await StartAsync(Routes());
        using HttpResponseMessage response = await host.SendAsync(HttpMethod.Get, "/nowhere");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task A_wrong_method_answers_405_with_the_methods_allowed()
    {
        await using TestHost host = await StartAsync(Routes());
        using HttpResponseMessage response = await host.SendAsync(HttpMethod.Post, "/plaintext");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task OPTIONS_lists_the_methods()
    {
        await using TestHost host = await StartAsync(Routes());
        using HttpResponseMessage response = await host.SendAsync(HttpMethod.Options, "/plaintext");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task HEAD_has_the_head_of_GET_and_no_body()
    {
        await using TestHost host = await StartAsync(Routes());
        using HttpResponseMessage response = await host.SendAsync(HttpMethod.Head, "/plaintext");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(13, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Stop));
    }

    [Fact]
    public async Task HTTP_2_is_spoken_over_https()
    {
        await using TestHost host = await StartAsync(Routes(), args: "--server:port=0");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Https!, "/plaintext")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using HttpResponseMessage response = await host.Client.SendAsync(request, Stop);
        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.Equal("Hello, World!", await response.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task The_HttpContext_is_made_when_asked_for()
    {
        await using TestHost host = await StartAsync(Routes());
        Assert.Equal("/http 0 DefaultHttpContext", (await host.GetAsync("/http")).Body);
        Assert.Equal("/http 0 DefaultHttpContext", (await host.GetAsync("/http")).Body);
    }
}
