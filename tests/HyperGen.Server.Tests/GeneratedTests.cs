using System.Net;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Tests;

/// <summary>The same endpoints of <see cref="Controllers"/> through both doors: our host on Kestrel, and ASP.NET Core's.</summary>
public sealed class GeneratedTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public enum Door
    {
        HyperApp,
        AspNetCore,
    }

    [Theory]
    [InlineData(Door.HyperApp)]
    [InlineData(Door.AspNetCore)]
    public async Task What_attributes_ask_for_is_done(Door door)
    {
        await using Host host = await StartAsync(door);
        Assert.Equal("Hello, Ada!", await host.Client.GetStringAsync("/generated/hello/Ada", Stop));
        Assert.Equal("hi", await host.Client.GetStringAsync("/generated/greeting", Stop));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host, HttpMethod.Get, "/generated/admin"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(host, HttpMethod.Get, "/generated/admin", null, ("X-User", "guest")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, HttpMethod.Get, "/generated/admin", null, ("X-User", "admin")));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(host, HttpMethod.Get, "/generated/limited"));
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
        Assert.Contains("User", users.GetProperty("post").GetProperty("responses").GetProperty("200").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_start_up_table_names_file_and_line()
    {
        await using Host host = await StartAsync(Door.HyperApp);
        string report = host.Logs.Entries.First(static entry => entry.Message.StartsWith("Serving ", StringComparison.Ordinal)).Message;
        Assert.Matches(@"\nGET +/generated/hello/\{name\} +Controllers\.cs:\d+ ", report);
        Assert.All(report.Split('\n'), static line => Assert.InRange(line.Length, 0, 114));
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

    private static async Task<Host> StartAsync(Door door)
    {
        var logs = new RecordedLogs();
        if (door == Door.HyperApp)
        {
            HyperAppBuilder builder = HyperApp.CreateBuilder(["--server:httpPort=0", "--server:port=off"]);
            builder.Logging.ClearProviders().AddProvider(logs);
            AddServices(builder.Services);
            HyperApp app = builder.Build();
            await app.StartAsync(Stop);
            return new Host(new HttpClient { BaseAddress = new Uri(app.Urls.Single()) }, logs, app);
        }
        WebApplicationBuilder web = WebApplication.CreateBuilder();
        web.WebHost.UseTestServer();
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
        return new Host(theirs.GetTestClient(), logs, theirs);
    }

    private static void AddServices(IServiceCollection services)
    {
        services.AddSingleton<IGreeting, Greeting>();
        services.AddSingleton<Hello.IUserStore, Hello.UserStore>();
        services.AddTestSecurity();
        services.AddAntiforgery();
        services.AddRequestTimeouts();
        services.AddOutputCache();
        services.AddCors(static cors => cors.AddPolicy("open", static policy => policy.WithOrigins("https://a.example").WithMethods("PUT")));
        services.AddRateLimiter(static options =>
        {
            options.RejectionStatusCode = 429;
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
