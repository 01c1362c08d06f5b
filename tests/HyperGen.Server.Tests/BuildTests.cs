using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HyperGen.CompilerServices;
using HyperGen.Server.Hosting;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Tests;

/// <summary>What <see cref="HyperAppBuilder.Build"/> reports before anything is served.</summary>
public sealed class BuildTests
{
    [Fact]
    public void Everything_that_is_missing_or_captive_is_reported_at_once()
    {
        InvalidOperationException failure = Assert.Throws<InvalidOperationException>(() => Build(
            new FixtureApp()
                .Map("GET", "/admin", static _ => ValueTask.CompletedTask, PipelineFeatures.Authorization)
                .Map("GET", "/limited", static _ => ValueTask.CompletedTask, PipelineFeatures.RateLimiting)
                .Map("GET", "/limited/2", static _ => ValueTask.CompletedTask, PipelineFeatures.RateLimiting)
                .Map("GET", "/cors", static _ => ValueTask.CompletedTask, PipelineFeatures.Cors)
                .Map("GET", "/timed", static _ => ValueTask.CompletedTask, PipelineFeatures.RequestTimeouts)
                .Require(new ServiceRequirement(typeof(IMissing), null, "Users", false))
                .Require(new ServiceRequirement(typeof(IMissing), "blue", "Users.Find", false))
                .Require(new ServiceRequirement(typeof(Scoped), null, "Audit", true))
                .Require(new ServiceRequirement(typeof(HoldsScoped), null, "Cache", false))
                .Require(new ServiceRequirement(typeof(NeedsMissing), null, "Reports", false)),
            static services => services.AddScoped<Scoped>().AddSingleton<HoldsScoped>().AddTransient<NeedsMissing>()));
        Assert.Equal(
            """
            The application cannot be built, because of its services:
              - Users asks for IMissing, which is not registered: add it to builder.Services.
              - Users.Find asks for IMissing with the key 'blue', which is not registered: add it to builder.Services.
              - Audit lives as long as the application but asks for Scoped, which is scoped: a request would be given another's.
              - HoldsScoped lives as long as the application but asks for Scoped, which is scoped: a request would be given another's.
              - NeedsMissing asks for List<IMissing>, which is not registered: add it to builder.Services.
              - Fixture.GET/timed requires request timeouts: call builder.Services.AddRequestTimeouts(…).
              - Fixture.GET/limited and 1 more endpoint require rate limiting: call builder.Services.AddRateLimiter(…).
              - Fixture.GET/cors requires CORS: call builder.Services.AddCors(…).
              - Fixture.GET/admin requires authorization: call builder.Services.AddAuthentication(…).
              - Fixture.GET/admin requires authorization: call builder.Services.AddAuthorization(…).
            """,
            failure.Message);
    }

    [Fact]
    public void What_is_registered_is_not_reported()
    {
        using HyperApp app = Build(
            new FixtureApp()
                .Require(new ServiceRequirement(typeof(ILogger<BuildTests>), null, "Users", true))
                .Require(new ServiceRequirement(typeof(IOptions<HyperServerOptions>), null, "Users", true))
                .Require(new ServiceRequirement(typeof(IOptionsSnapshot<HyperServerOptions>), null, "Users", false))
                .Require(new ServiceRequirement(typeof(IServiceProvider), null, "Users", true))
                .Require(new ServiceRequirement(typeof(IServiceScopeFactory), null, "Users", true))
                .Require(new ServiceRequirement(typeof(IEnumerable<IMissing>), null, "Users", true))
                .Require(new ServiceRequirement(typeof(IEnumerable<Scoped>), null, "Users", false))
                .Require(new ServiceRequirement(typeof(Scoped), "blue", "Users", true))
                .Require(new ServiceRequirement(typeof(Open<int>), null, "Users", true)),
            static services => services.AddScoped<Scoped>().AddKeyedSingleton<Scoped>("blue").AddSingleton(typeof(Open<>)));
    }

    [Fact]
    public void A_scoped_service_among_several_is_captive_too()
    {
        InvalidOperationException failure = Assert.Throws<InvalidOperationException>(() => Build(
            new FixtureApp().Require(new ServiceRequirement(typeof(IEnumerable<object>), null, "Users", true)),
            static services => services.AddSingleton<object>().AddScoped<object>()));
        Assert.Contains("Users lives as long as the application but asks for IEnumerable<Object>", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Everyone_who_holds_a_captive_service_is_reported_whoever_was_first()
    {
        InvalidOperationException failure = Assert.Throws<InvalidOperationException>(() => Build(
            new FixtureApp()
                .Require(new ServiceRequirement(typeof(First), null, "Users", false))
                .Require(new ServiceRequirement(typeof(Second), null, "Users", false))
                .Require(new ServiceRequirement(typeof(Passes), null, "Audit", true)),
            static services => services.AddScoped<Scoped>().AddTransient<Passes>().AddSingleton<First>().AddSingleton<Second>()));
        Assert.Equal(
            """
            The application cannot be built, because of its services:
              - First lives as long as the application but asks for Scoped (through Passes), which is scoped: a request would be given another's.
              - Second lives as long as the application but asks for Scoped (through Passes), which is scoped: a request would be given another's.
              - Audit lives as long as the application but asks for Scoped (through Passes), which is scoped: a request would be given another's.
            """,
            failure.Message);
    }

#if NET10_0_OR_GREATER
    [Fact]
    public void A_key_that_is_inherited_is_that_of_whoever_asks()
    {
        FixtureApp routes = new FixtureApp().Require(new ServiceRequirement(typeof(Inherits), "blue", "Users", true)).Require(new ServiceRequirement(typeof(Inherits), null, "Users", true));
        using (HyperApp app = Build(routes, static services => services
            .AddKeyedSingleton<Inherits>("blue").AddSingleton<Inherits>().AddKeyedSingleton<IMissing, Found>("blue").AddSingleton<IMissing, Found>()))
        {
            Assert.Same(app.Services.GetRequiredKeyedService<IMissing>("blue"), app.Services.GetRequiredKeyedService<Inherits>("blue").Own);
            Assert.Same(app.Services.GetRequiredService<IMissing>(), app.Services.GetRequiredService<Inherits>().Own);
        }
        InvalidOperationException failure = Assert.Throws<InvalidOperationException>(() => Build(
            routes, static services => services.AddKeyedSingleton<Inherits>(KeyedService.AnyKey).AddSingleton<Inherits>().AddKeyedScoped<IMissing, Found>("blue")));
        Assert.Equal(
            """
            The application cannot be built, because of its services:
              - Inherits lives as long as the application but asks for IMissing with the key 'blue', which is scoped: a request would be given another's.
              - Inherits asks for IMissing, which is not registered: add it to builder.Services.
            """,
            failure.Message);
    }
#endif

    [Theory]
    [InlineData("--server:httpPort=eighty", "The setting server:httpPort is 'eighty', which cannot be: a port is a number from 0 (any free one) to 65535, or 'off'.")]
    [InlineData("--server:port=65536", "The setting server:port is '65536', which cannot be: a port is a number from 0 (any free one) to 65535, or 'off'.")]
    [InlineData("--server:prot=1", "There is no setting server:prot. Those below server: are server:host, server:httpPort, server:port, server:http3, server:http3Engine, server:altSvc, server:earlyData, server:shards, server:retry, server:maxConnections, server:connectionMemory, server:startupTable, server:secrets, server:qlog, server:keyLog, server:clientCertificate, server:certificate:path, server:certificate:keyPath, server:certificate:password, server:certificate:ocspPath, server:certificates:0:path (and so on).")]
    [InlineData("--server:retry=maybe", "The setting server:retry is 'maybe', which cannot be: it is 'auto', 'never' or 'always'.")]
    [InlineData("--server:maxConnections=0", "The setting server:maxConnections is '0', which cannot be: it is a number of connections, at least 1.")]
    [InlineData("--server:connectionMemory=1M", "The setting server:connectionMemory is '1M', which cannot be: it is a number of bytes, at least 1048576.")]
    [InlineData("--server:host=example.com", "The setting server:host is 'example.com', which cannot be: it is localhost, * (all addresses) or an IP address.")]
    [InlineData("--server:startupTable=many", "The setting server:startupTable is 'many', which cannot be: it is the greatest number of endpoints to show, or 'off'.")]
    public void A_setting_that_makes_no_sense_is_reported_in_a_sentence(string argument, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<InvalidOperationException>(() => new HyperAppBuilder(new FixtureApp(), [argument]).Build()).Message);

    [Theory]
    [InlineData("a.example:http")]
    [InlineData("a.example:65536")]
    [InlineData("*:-1")]
    public void A_host_that_cannot_be_is_reported_in_a_sentence(string host) =>
        Assert.Equal(
            $"Fixture.GET/ is for the host '{host}', which cannot be: it is a name, '*.name' or '*', and may end with ':port' or ':*'.",
            Assert.Throws<InvalidOperationException>(() => Build(
                new FixtureApp().Map("GET", "/", static _ => ValueTask.CompletedTask, PipelineFeatures.Host, metadata: new HostAttribute(host)), static _ => { })).Message);

    [Fact]
    public void The_JSON_context_of_the_program_wins_over_that_of_a_library()
    {
        var options = new ServiceCollection();
        new TwoModules().AddModules(options);
        using ServiceProvider services = options.BuildServiceProvider();
        Assert.Equal("program, library", string.Join(", ", services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions.TypeInfoResolverChain.OfType<Contracts>().Select(static c => c.Name)));
    }

    private static HyperApp Build(FixtureApp routes, Action<IServiceCollection> configure)
    {
        var builder = new HyperAppBuilder(routes, []);
        configure(builder.Services);
        return builder.Build();
    }

    private sealed class TwoModules : GeneratedApp
    {
        public override IReadOnlyList<EndpointModule> Modules { get; } = [new Module("program"), new Module("library")];

        public override int MaxRouteValues => 0;

        public override int Match(string method, ReadOnlySpan<byte> path, Span<RouteRange> values) => NoMatch;

        public override string AllowedMethods(int match) => "";

        public override ValueTask InvokeAsync(int endpoint, RequestContext context) => default;
    }

    private sealed class Module(string name) : EndpointModule
    {
        public override IReadOnlyList<EndpointDescriptor> Endpoints => [];

        public override IReadOnlyList<ServiceRequirement> Services => [];

        public override void ConfigureJson(JsonSerializerOptions options) => JsonContracts.Configure(options, new Contracts(name));

        public override void Initialize(ModuleServices services)
        {
        }

        public override ValueTask InvokeAsync(int endpoint, RequestContext context) => default;
    }

    private sealed class Contracts(string name) : IJsonTypeInfoResolver
    {
        public string Name => name;

        public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) => null;
    }

    private interface IMissing;

    private sealed class Scoped;

    private sealed class Passes(Scoped scoped)
    {
        public Scoped Held { get; } = scoped;
    }

    private sealed class First(Passes passes)
    {
        public Passes Held { get; } = passes;
    }

    private sealed class Second(Passes passes)
    {
        public Passes Held { get; } = passes;
    }

    private sealed class Found : IMissing;

#if NET10_0_OR_GREATER
    private sealed class Inherits([FromKeyedServices] IMissing own)
    {
        public IMissing Own { get; } = own;
    }
#endif

    private sealed class HoldsScoped(Scoped scoped)
    {
        public Scoped Held { get; } = scoped;
    }

    private sealed class NeedsMissing(List<IMissing> missing, int optional = 1)
    {
        public List<IMissing> Missing { get; } = missing;

        public int Optional { get; } = optional;
    }

    private sealed class Open<T>
    {
        public T? Value { get; init; }
    }
}
