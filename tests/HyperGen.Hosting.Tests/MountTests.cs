using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.FileProviders;

namespace HyperGen.Hosting.Tests;

/// <summary>A controller of MVC, beside those of ours.</summary>
[ApiController, Route("mvc/things")]
public sealed class ThingsController : ControllerBase
{
    [HttpGet("{id:int}")]
    public ActionResult<Thing> Get(int id) => id > 9 ? NotFound() : new Thing("t" + id, id);

    [HttpPost]
    public ActionResult<Thing> Add(Thing thing) => CreatedAtAction(nameof(Get), new { id = 7 }, thing);

    [HttpGet("link")]
    public string? Link() => Url.Action(nameof(Get), new { id = 3 });

    [HttpGet("page")]
    public ContentResult Page() => Content("<p>MVC</p>", "text/html");
}

/// <summary>ASP.NET Core's own in branches of a HyperApp, all in one, beside generated endpoints.</summary>
public sealed class MountTests : IAsyncLifetime
{
    private readonly string _files = Directory.CreateDirectory(Path.Combine(TestData.Directory, Path.GetRandomFileName())).FullName;
    private RunningApp _app = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_files, "hello.txt"), "from a file");
        await File.WriteAllTextAsync(Path.Combine(_files, "index.html"), "<p>index</p>");
        _app = await RunningApp.StartHyperAppAsync(
            static services =>
            {
                services.AddControllers().AddApplicationPart(typeof(ThingsController).Assembly);
                services.AddResponseCompression(static options => options.EnableForHttps = true);
            },
            mount: app => app
                .Mount("/files", branch =>
                {
                    var files = new PhysicalFileProvider(_files);
                    branch.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files }).UseStaticFiles(new StaticFileOptions { FileProvider = files });
                })
                .Mount("/proxied", static branch =>
                {
                    branch.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.All });
                    branch.Run(static http => http.Response.WriteAsync($"{http.Request.Scheme} {http.Request.Host} {http.Connection.RemoteIpAddress}", http.RequestAborted));
                })
                .Mount("/compressed", static branch =>
                {
                    branch.UseResponseCompression();
                    branch.Run(static http =>
                    {
                        http.Response.ContentType = "text/plain";
                        return http.Response.WriteAsync(new string('a', 1000), http.RequestAborted);
                    });
                })
                .Mount("/socket", static branch =>
                {
                    branch.UseWebSockets();
                    branch.Run(EchoAsync);
                })
                .Mount("/fails", static branch => branch.Run(static _ => throw new InvalidOperationException("This is secret.")))
                .Mount("/handled", static branch =>
                {
                    branch.UseExceptionHandler(static handler => handler.Run(static http => http.Response.WriteAsync("handled", http.RequestAborted)));
                    branch.Run(static _ => throw new InvalidOperationException("This is secret."));
                })
                .Mount("/", static branch => branch.UseRouting().UseEndpoints(static endpoints =>
                {
                    endpoints.MapControllers();
                    endpoints.MapGet("/minimal/{n:int}", static (int n) => Results.Text($"minimal {n}"));
                })));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Generated_endpoints_come_first()
    {
        Assert.Equal("text", await _app.Client.GetStringAsync("/bad/text/text", Stop));
        using HttpResponseMessage wrong = await _app.Client.PostAsync("/bad/text/text", null, Stop);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, wrong.StatusCode);
    }

    [Fact]
    public async Task MVC_controllers_route_bind_validate_and_link()
    {
        Assert.Equal("""{"name":"t7","number":7,"inner":null,"more":null}""", await _app.Client.GetStringAsync("/mvc/things/7", Stop));
        Assert.Equal(HttpStatusCode.NotFound, (await _app.Client.GetAsync("/mvc/things/10", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _app.Client.GetAsync("/mvc/things/x", Stop)).StatusCode);
        using var thing = new StringContent("""{"name":"new"}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage created = await _app.Client.PostAsync("/mvc/things", thing, Stop);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("/mvc/things/7", created.Headers.Location?.AbsolutePath);
        using var invalid = new StringContent("{}", Encoding.UTF8, "application/json");
        using HttpResponseMessage refused = await _app.Client.PostAsync("/mvc/things", invalid, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("/mvc/things/3", await _app.Client.GetStringAsync("/mvc/things/link", Stop));
        using HttpResponseMessage page = await _app.Client.GetAsync("/mvc/things/page", Stop);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Equal("minimal 3", await _app.Client.GetStringAsync("/minimal/3", Stop));
    }

    [Fact]
    public async Task Files_of_a_folder_are_served()
    {
        using HttpResponseMessage file = await _app.Client.GetAsync("/files/hello.txt", Stop);
        Assert.Equal("from a file", await file.Content.ReadAsStringAsync(Stop));
        Assert.Equal("text/plain", file.Content.Headers.ContentType?.MediaType);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/files/hello.txt") { Headers = { IfNoneMatch = { file.Headers.ETag! } } };
        Assert.Equal(HttpStatusCode.NotModified, (await _app.Client.SendAsync(again, Stop)).StatusCode);
        using var part = new HttpRequestMessage(HttpMethod.Get, "/files/hello.txt") { Headers = { Range = new(0, 3) } };
        Assert.Equal("from", await (await _app.Client.SendAsync(part, Stop)).Content.ReadAsStringAsync(Stop));
        using var head = new HttpRequestMessage(HttpMethod.Head, "/files/hello.txt");
        Assert.Equal(11, (await _app.Client.SendAsync(head, Stop)).Content.Headers.ContentLength);
        Assert.Equal("<p>index</p>", await _app.Client.GetStringAsync("/files/", Stop));
        Assert.Equal(HttpStatusCode.NotFound, (await _app.Client.GetAsync("/files/absent.txt", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _app.Client.GetAsync("/files/%2e%2e/%2e%2e/etc/passwd", Stop)).StatusCode);
    }

    [Fact]
    public async Task Middleware_of_a_branch_changes_what_the_branch_sees()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/proxied");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "shop.example");
        request.Headers.Add("X-Forwarded-For", "203.0.113.7");
        using HttpResponseMessage response = await _app.Client.SendAsync(request, Stop);
        Assert.Equal("https shop.example 203.0.113.7", await response.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task Middleware_of_a_branch_changes_what_the_branch_answers()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/compressed") { Headers = { { "Accept-Encoding", "gzip" } } };
        using HttpResponseMessage response = await _app.Client.SendAsync(request, Stop);
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        Assert.InRange((await response.Content.ReadAsByteArrayAsync(Stop)).Length, 1, 200);
    }

    [Fact]
    public async Task A_branch_may_take_a_connection_over()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{_app.Port}/socket"), Stop);
        await socket.SendAsync("ping"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Stop);
        byte[] buffer = new byte[16];
        WebSocketReceiveResult received = await socket.ReceiveAsync(buffer, Stop);
        Assert.Equal("ping", Encoding.UTF8.GetString(buffer, 0, received.Count));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Stop);
    }

    [Fact]
    public async Task What_a_branch_throws_is_a_problem_unless_the_branch_handles_it()
    {
        using HttpResponseMessage failed = await _app.Client.GetAsync("/fails", Stop);
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.Equal("application/problem+json", failed.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("secret", await failed.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        using HttpResponseMessage handled = await _app.Client.GetAsync("/handled", Stop);
        Assert.Equal("handled", await handled.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task What_no_branch_answers_is_404()
    {
        using HttpResponseMessage response = await _app.Client.GetAsync("/nowhere", Stop);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    private static async Task EchoAsync(HttpContext http)
    {
        using WebSocket socket = await http.WebSockets.AcceptWebSocketAsync();
        byte[] buffer = new byte[1024];
        while (await socket.ReceiveAsync(buffer, http.RequestAborted) is { MessageType: not WebSocketMessageType.Close } received)
        {
            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, http.RequestAborted);
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, http.RequestAborted);
    }
}
