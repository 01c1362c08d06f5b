using System.Net;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Tests;

/// <summary>The same endpoints of <see cref="Controllers"/> through both doors: our host on Kestrel, and ASP.NET Core's.</summary>
public sealed class GeneratedTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Door.HyperApp, false)]
    [InlineData(Door.HyperApp, true)]
    [InlineData(Door.AspNetCore, false)]
    [InlineData(Door.AspNetCore, true)]
    public async Task What_attributes_ask_for_is_done_on_Kestrel_and_on_a_test_server(Door door, bool onTestServer)
    {
        await using Host host = await StartAsync(door, onTestServer);
        Assert.Equal("Hello, Ada!", await host.Client.GetStringAsync("/generated/hello/Ada", Stop));
        Assert.Equal("hi", await host.Client.GetStringAsync("/generated/greeting", Stop));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host, HttpMethod.Get, "/generated/admin"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(host, HttpMethod.Get, "/generated/admin", null, ("X-User", "guest")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, HttpMethod.Get, "/generated/admin", null, ("X-User", "admin")));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(host, HttpMethod.Get, "/generated/limited"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, HttpMethod.Get, "/generated/once"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(host, HttpMethod.Get, "/generated/once"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(host, HttpMethod.Get, "/generated/host"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, HttpMethod.Get, "/generated/host", null, ("Host", "a.example")));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(host, HttpMethod.Get, "/generated/deadline"));
        Assert.Equal(HttpStatusCode.GatewayTimeout, await StatusAsync(host, HttpMethod.Get, "/generated/timeout"));
        Assert.Equal(await host.Client.GetStringAsync("/generated/cached", Stop), await host.Client.GetStringAsync("/generated/cached", Stop));
    }

    [Theory]
    [InlineData(Door.HyperApp)]
    [InlineData(Door.AspNetCore)]
    public async Task Attributes_of_the_program_are_enforced_whatever_else_they_are(Door door)
    {
        await using Host host = await StartAsync(door);
        foreach (string path in (string[])["/generated/guarded", "/generated/guarded-middleware"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host, HttpMethod.Get, path));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, HttpMethod.Get, path, null, ("X-User", "guest")));
        }
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(host, HttpMethod.Get, "/generated/own-host"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, HttpMethod.Get, "/generated/own-host", null, ("Host", "own.example")));
    }

    [Theory]
    [InlineData(Door.HyperApp)]
    [InlineData(Door.AspNetCore)]
    public async Task Middleware_is_disposed_of_with_the_application(Door door)
    {
        int before;
        await using (await StartAsync(door))
        {
            before = Pass.Disposed;
        }
        Assert.True(Pass.Disposed > before);
    }

    [Theory]
    [InlineData(Door.HyperApp)]
    [InlineData(Door.AspNetCore)]
    public async Task A_form_needs_its_token_and_a_preflight_its_policy(Door door)
    {
        await using Host host = await StartAsync(door);
        using var form = new FormUrlEncodedContent([new("name", "value")]);
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(host, HttpMethod.Post, "/generated/form", form));
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/generated/cors");
        preflight.Headers.Add("Origin", "https://a.example");
        preflight.Headers.Add("Access-Control-Request-Method", "PUT");
        using HttpResponseMessage response = await host.Client.SendAsync(preflight, Stop);
        Assert.True(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData(Door.HyperApp)]
    [InlineData(Door.AspNetCore)]
    public async Task A_form_with_its_token_is_let_in(Door door)
    {
        await using Host host = await StartAsync(door);
        using HttpResponseMessage given = await host.Client.GetAsync("/generated/token", Stop);
        string token = await given.Content.ReadAsStringAsync(Stop);
        (string, string)[] cookie = given.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? cookies) ? [("Cookie", cookies.First().Split(';')[0])] : [];
        using var form = new FormUrlEncodedContent([new("name", "value"), new("__RequestVerificationToken", token)]);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, HttpMethod.Post, "/generated/form", form, cookie));
        using var forged = new FormUrlEncodedContent([new("name", "value"), new("__RequestVerificationToken", token[..^2])]);
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(host, HttpMethod.Post, "/generated/form", forged, cookie));
    }

    [Theory]
    [InlineData("/generated/small")]
    [InlineData("/generated/sized")]
    public async Task The_largest_body_is_enforced(string path)
    {
        await using Host host = await StartAsync(Door.HyperApp);
        using var fits = new StringContent("1234");
        using var tooLarge = new StringContent("12345");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, HttpMethod.Post, path, fits));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await StatusAsync(host, HttpMethod.Post, path, tooLarge));
    }

    [Fact]
    public void Build_names_the_services_that_are_missing()
    {
        InvalidOperationException failure = Assert.Throws<InvalidOperationException>(static () => HyperApp.CreateBuilder([]).Build());
        Assert.Contains("Greetings", failure.Message, StringComparison.Ordinal);
        Assert.Contains("IGreeting, which is not registered", failure.Message, StringComparison.Ordinal);
        Assert.Contains("AddAuthorization", failure.Message, StringComparison.Ordinal);
        Assert.Contains("AddCors", failure.Message, StringComparison.Ordinal);
        Assert.Contains("AddAntiforgery", failure.Message, StringComparison.Ordinal);
        Assert.Contains("AddRateLimiter", failure.Message, StringComparison.Ordinal);
        Assert.Contains("AddRequestTimeouts", failure.Message, StringComparison.Ordinal);
        Assert.Contains("AddOutputCache", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAPI_knows_parameters_and_methods()
    {
        await using Host host = await StartAsync(Door.AspNetCore);
        using JsonDocument document = JsonDocument.Parse(await host.Client.GetStringAsync("/openapi/v1.json", Stop));
        JsonElement hello = document.RootElement.GetProperty("paths").GetProperty("/generated/hello/{name}").GetProperty("get");
        Assert.Equal("name", hello.GetProperty("parameters")[0].GetProperty("name").GetString());
        Assert.Equal("path", hello.GetProperty("parameters")[0].GetProperty("in").GetString());
        JsonElement users = document.RootElement.GetProperty("paths").GetProperty("/users");
        Assert.Equal(["after", "limit"], users.GetProperty("get").GetProperty("parameters").EnumerateArray().Select(static parameter => parameter.GetProperty("name").GetString()));
        Assert.Contains("NewUser", users.GetProperty("post").GetProperty("requestBody").GetRawText(), StringComparison.Ordinal);
        Assert.Contains("User", users.GetProperty("post").GetProperty("responses").GetProperty("201").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_start_up_table_names_file_and_line()
    {
        await using Host host = await StartAsync(Door.HyperApp);
        string report = host.Logs.Entries.First(static entry => entry.Message.StartsWith("Serving ", StringComparison.Ordinal)).Message;
        Assert.Matches(@"\nGET +/generated/hello/\{name\} +Controllers\.cs:\d+ ", report);
        Assert.All(report.Split('\n'), static line => Assert.InRange(line.Length, 0, 114));
    }

    [Theory]
    [InlineData(Door.HyperApp, "/secured/user", null, HttpStatusCode.Unauthorized)]
    [InlineData(Door.HyperApp, "/secured/user", "bob", HttpStatusCode.OK)]
    [InlineData(Door.HyperApp, "/secured/admin", "bob", HttpStatusCode.Forbidden)]
    [InlineData(Door.HyperApp, "/secured/admin", "admin", HttpStatusCode.OK)]
    [InlineData(Door.HyperApp, "/secured/policy", "bob", HttpStatusCode.Forbidden)]
    [InlineData(Door.HyperApp, "/secured/policy", "ada", HttpStatusCode.OK)]
    [InlineData(Door.HyperApp, "/secured/open", null, HttpStatusCode.OK)]
    [InlineData(Door.AspNetCore, "/secured/user", null, HttpStatusCode.Unauthorized)]
    [InlineData(Door.AspNetCore, "/secured/user", "bob", HttpStatusCode.OK)]
    [InlineData(Door.AspNetCore, "/secured/admin", "bob", HttpStatusCode.Forbidden)]
    [InlineData(Door.AspNetCore, "/secured/admin", "admin", HttpStatusCode.OK)]
    [InlineData(Door.AspNetCore, "/secured/policy", "bob", HttpStatusCode.Forbidden)]
    [InlineData(Door.AspNetCore, "/secured/policy", "ada", HttpStatusCode.OK)]
    [InlineData(Door.AspNetCore, "/secured/open", null, HttpStatusCode.OK)]
    public async Task A_web_application_factory_finds_endpoints_guarded(Door door, string path, string? user, HttpStatusCode status)
    {
        await using WebApplicationFactory<Secured.Secret> factory = new WebApplicationFactory<Secured.Secret>().WithWebHostBuilder(builder => builder.UseSetting("door", door.ToString()));
        using HttpClient client = factory.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (user is not null)
        {
            request.Headers.Add("X-User", user);
        }
        using HttpResponseMessage response = await client.SendAsync(request, Stop);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(door == Door.HyperApp, factory.Services.GetService<Hosting.EndpointTable>() is not null);
    }

    [Fact]
    public async Task A_web_application_factory_runs_a_HyperApp()
    {
        await using var factory = new WebApplicationFactory<Hello.UserStore>();
        using HttpClient client = factory.CreateClient();
        Assert.Contains("Ada", await client.GetStringAsync("/users/1", Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/users/99", Stop)).StatusCode);
        Assert.NotNull(factory.Server);
    }

    private static async Task<HttpStatusCode> StatusAsync(Host host, HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using HttpResponseMessage response = await host.Client.SendAsync(request, Stop);
        return response.StatusCode;
    }

    private static Task<Host> StartAsync(Door door) => StartAsync(door, onTestServer: door == Door.AspNetCore);

    private static async Task<Host> StartAsync(Door door, bool onTestServer)
    {
        var logs = new RecordedLogs();
        if (door == Door.HyperApp)
        {
            HyperAppBuilder builder = HyperApp.CreateBuilder(["--server:httpPort=0", "--server:port=off"]);
            builder.Logging.ClearProviders().AddProvider(logs);
            AddServices(builder.Services);
            if (onTestServer)
            {
                builder.WebHost.UseTestServer();
            }
            HyperApp app = builder.Build();
            await app.StartAsync(Stop);
            return new Host(onTestServer ? app.GetTestClient() : new HttpClient { BaseAddress = new Uri(app.Urls.Single()) }, logs, app);
        }
        WebApplicationBuilder web = WebApplication.CreateBuilder();
        if (onTestServer)
        {
            web.WebHost.UseTestServer();
        }
        else
        {
            web.WebHost.UseUrls("http://127.0.0.1:0");
        }
        web.Logging.ClearProviders().AddProvider(logs);
        AddServices(web.Services);
        web.Services.AddOpenApi();
        web.Services.AddHyperGen();
        WebApplication theirs = web.Build();
        theirs.UseRouting();
        theirs.UseRequestTimeouts();
        theirs.UseRateLimiter();
        theirs.UseCors();
        theirs.UseAuthentication();
        theirs.UseAuthorization();
        theirs.UseAntiforgery();
        theirs.UseOutputCache();
        theirs.MapHyperGen();
        theirs.MapOpenApi();
        await theirs.StartAsync(Stop);
        return new Host(onTestServer ? theirs.GetTestClient() : new HttpClient { BaseAddress = new Uri(theirs.Urls.Single()) }, logs, theirs);
    }

    internal static void AddServices(IServiceCollection services)
    {
        services.AddSingleton<IGreeting, Greeting>();
        services.AddSingleton<Hello.IUserStore, Hello.UserStore>();
        Secured.Security.Add(services);
        services.AddAntiforgery();
        services.AddRequestTimeouts();
        services.AddOutputCache();
        services.AddCors(static cors => cors.AddPolicy("open", static policy => policy.WithOrigins("https://a.example").WithMethods("PUT")));
        services.AddRateLimiter(static options =>
        {
            options.RejectionStatusCode = 429;
            options.AddPolicy("once", static _ => RateLimitPartition.GetFixedWindowLimiter("", static _ => new FixedWindowRateLimiterOptions { PermitLimit = 1, Window = TimeSpan.FromHours(1) }));
            options.AddPolicy("none", static _ => RateLimitPartition.Get("", static _ => new NoPermits()));
        });
    }

    private sealed record Host(HttpClient Client, RecordedLogs Logs, IAsyncDisposable App) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await App.DisposeAsync();
        }
    }

    private sealed class Greeting : IGreeting
    {
        public string Text => "hi";
    }

    private sealed class NoPermits : RateLimiter
    {
        public override TimeSpan? IdleDuration => null;

        public override RateLimiterStatistics? GetStatistics() => null;

        protected override RateLimitLease AttemptAcquireCore(int permitCount) => new Refusal();

        protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) => new(new Refusal());

        private sealed class Refusal : RateLimitLease
        {
            public override bool IsAcquired => false;

            public override IEnumerable<string> MetadataNames => [];

            public override bool TryGetMetadata(string metadataName, out object? metadata)
            {
                metadata = null;
                return false;
            }
        }
    }
}
