using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.Generator.Tests;

public sealed class HandlerTests
{
    private const string Stores = """
        internal interface IStore { int Number { get; } }
        internal sealed class Store : IStore { private static int s_count; public int Number { get; } = Interlocked.Increment(ref s_count); }
        internal static class Registration { public static void Singleton(IServiceCollection s) => s.AddSingleton<IStore, Store>(); public static void Scoped(IServiceCollection s) => s.AddScoped<IStore, Store>(); }
        """;

    private const string CountsItself = """
        public static int Made;
        [Get] public string Get() => Made.ToString();
        """;

    [Fact]
    public async Task A_handler_of_readonly_fields_is_made_once()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of($$"""
            [HyperController]
            internal sealed class Site
            {
                private readonly int _number = ++Made;
                {{CountsItself}}
            }
            """));

        Assert.Equal("200 1", await app.GetAsync("/"));
        Assert.Equal("200 1", await app.GetAsync("/"));
        Assert.True(app.Endpoints[0].SharedHandler);
    }

    [Theory]
    [InlineData("private int _number = ++Made;")]
    [InlineData("public int Number { get; set; } = ++Made;")]
    [InlineData("private readonly int _number = ++Made; public event Action? Changed { add { } remove { } }")]
    public async Task A_handler_that_can_change_is_made_for_each_request(string member)
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of($$"""
            [HyperController]
            internal sealed class Site
            {
                {{member}}
                public int Use() => _ = GetHashCode();
                {{CountsItself}}
            }
            """.Replace("private int _number = ++Made;", "private int _number = ++Made; public void Set() => _number = 1; public int Read() => _number;", StringComparison.Ordinal)));

        Assert.Equal("200 1", await app.GetAsync("/"));
        Assert.Equal("200 2", await app.GetAsync("/"));
        Assert.False(app.Endpoints[0].SharedHandler);
    }

    [Fact]
    public async Task A_handler_is_shared_only_while_what_it_asks_for_are_singletons()
    {
        GeneratedProgram program = GeneratedProgram.Of(Stores + """
            [HyperController]
            internal sealed class Site(IStore store)
            {
                [Get] public string Get() => store.Number.ToString();
            }
            """);

        RunningApp singleton = RunningApp.Start(program, s => Configure(s, "Singleton"));
        RunningApp scoped = RunningApp.Start(program, s => Configure(s, "Scoped"));

        Assert.Equal(await singleton.GetAsync("/"), await singleton.GetAsync("/"));
        Assert.NotEqual(await scoped.GetAsync("/"), await scoped.GetAsync("/"));
    }

    [Fact]
    public void A_primary_constructor_parameter_that_is_assigned_is_a_field_that_changes()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of(Stores + """
            [HyperController("/a")] internal sealed class Reads(IStore store) { [Get] public string Get() => store.Number.ToString(); }
            [HyperController("/b")] internal sealed class Writes(IStore store) { [Get] public string Get() { store = null!; return "" + store; } }
            [HyperController("/c")] internal sealed class Passes(IStore store) { [Get] public string Get() { Change(ref store); return "" + store; } private static void Change(ref IStore s) => s = null!; }
            [HyperController("/d")] internal sealed class Deconstructs(IStore store) { [Get] public string Get() { (store, _) = (null!, 1); return "" + store; } }
            """), s => Configure(s, "Singleton"));

        Assert.Equal(
            ["Deconstructs.Get False", "Passes.Get False", "Reads.Get True", "Writes.Get False"],
            app.Endpoints.Select(static e => $"{e.DisplayName} {e.SharedHandler}"));
        Assert.Equal(["IStore "], app.Endpoints.Single(static e => e.DisplayName == "Reads.Get").HandlerServices.Select(static s => $"{s.Type.Name} {s.Key}"));
    }

    [Fact]
    public async Task The_array_of_a_constructor_with_params_is_one_service_as_for_the_container()
    {
        GeneratedProgram program = GeneratedProgram.Of("""
            [HyperController] internal sealed class Site(params string[] words) { [Get] public string Get() => string.Join(' ', words); }
            [HyperController("/all")] internal sealed class All(params IEnumerable<string> words) { [Get] public string Get() => string.Join(' ', words); }
            """);

        RunningApp app = RunningApp.Start(program, static s => s.AddSingleton<string[]>(["registered", "as", "one"]).AddSingleton("each").AddSingleton("word"));

        Assert.Equal("200 registered as one", await app.GetAsync("/"));
        Assert.Equal("200 each word", await app.GetAsync("/all"));
        Assert.Contains(app.App.Modules.SelectMany(static m => m.Services), static s => s.ServiceType == typeof(string[]));
    }

    [Fact]
    public async Task A_constructor_with_a_span_or_a_pointer_is_left_to_others()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            [HyperController]
            internal sealed class Site
            {
                public Site() { }
                public Site(params ReadOnlySpan<string> words) => _ = words;
                [Get] public string Get() => "made";
            }
            """));

        Assert.Equal("200 made", await app.GetAsync("/"));
    }

    [Fact]
    public async Task Keyed_and_optional_services_reach_constructors()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            using System.Text;

            internal static class Startup
            {
                public static void Configure(IServiceCollection services)
                {
                    services.AddKeyedSingleton("one", "first");
                    services.AddKeyedSingleton(Letters.Two, "second");
                }
            }

            internal enum Letters { One, Two }

            [HyperController]
            internal sealed class Site(
                [FromKeyedServices("one")] string one,
                [FromKeyedServices(Letters.Two)] string two,
                [FromKeyedServices("none")] string? none = null,
                StringBuilder? missing = null,
                int number = 7,
                DayOfWeek? day = null)
            {
                [Get] public string Get() => $"{one} {two} {none ?? "-"} {missing?.ToString() ?? "-"} {number} {day?.ToString() ?? "-"}";
            }
            """));

        Assert.Equal("200 first second - - 7 -", await app.GetAsync("/"));
    }

#if NET10_0_OR_GREATER
    [Fact]
    public async Task A_key_that_is_not_named_is_none_because_a_handler_has_none_to_pass_on()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            internal static class Startup
            {
                public static void Configure(IServiceCollection services)
                {
                    services.AddSingleton("plain");
                    services.AddKeyedSingleton("one", "first");
                }
            }

            [HyperController]
            internal sealed class Site([FromKeyedServices] string own)
            {
                [Get] public string Get([FromKeyedServices] string given, [FromKeyedServices(null)] string named, [FromKeyedServices] List<int>? missing) =>
                    $"{own} {given} {named} {missing?.Count.ToString() ?? "-"}";
            }
            """));

        Assert.Equal("200 plain plain plain -", await app.GetAsync("/"));
    }
#endif

    [Fact]
    public async Task A_disposable_handler_is_disposed_with_its_request()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            [HyperController("/a")]
            internal sealed class A : IDisposable
            {
                public static int Disposed;
                [Get] public string Get() => Disposed.ToString();
                [Get("fails")] public string Fails() => throw new NotSupportedException();
                public void Dispose() => Disposed++;
            }

            [HyperController("/b")]
            internal sealed class B : IAsyncDisposable
            {
                public static int Disposed;
                [Get] public async Task<string> Get() { await Task.Yield(); return Disposed.ToString(); }
                public async ValueTask DisposeAsync() { await Task.Yield(); Disposed++; }
            }
            """));

        Assert.Equal("200 0", await app.GetAsync("/a"));
        await Assert.ThrowsAsync<NotSupportedException>(() => app.GetAsync("/a/fails"));
        Assert.Equal("200 2", await app.GetAsync("/a"));
        Assert.Equal("200 0", await app.GetAsync("/b"));
        Assert.Equal("200 1", await app.GetAsync("/b"));
    }

    [Fact]
    public async Task A_constructor_may_ask_for_the_request()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            [HyperController]
            internal sealed class Site(RequestContext request, HttpContext http)
            {
                [Get] public string Get() => request.Method + " " + http.Request.Method;
            }
            """));

        Assert.Equal("200 GET GET", await app.GetAsync("/"));
    }

    [Fact]
    public async Task Endpoints_are_inherited_and_overridden()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            internal abstract class Resource<T>
            {
                [Get("/name")] public string Name() => typeof(T).Name;
                [Get("/kind")] public virtual string Kind() => "base";
            }

            [HyperController("/users")] internal sealed class Users : Resource<int> { [Get("/kind")] public override string Kind() => "user"; }
            [HyperController("/orders")] internal sealed class Orders : Resource<string>;
            """));

        Assert.Equal("200 Int32", await app.GetAsync("/users/name"));
        Assert.Equal("200 user", await app.GetAsync("/users/kind"));
        Assert.Equal("200 String", await app.GetAsync("/orders/name"));
        Assert.Equal("200 base", await app.GetAsync("/orders/kind"));
        Assert.All(app.Endpoints, static e => Assert.NotNull(e.MethodInfo));
    }

    [Fact]
    public async Task A_method_that_overrides_an_endpoint_without_a_word_remains_one()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            internal sealed class Mark { public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext { context.StatusCode = 201; return next.InvokeAsync(context); } }

            [MaxBody(4), Deadline(50), Use<Mark>]
            internal abstract class Resource
            {
                [Get("/kind"), MaxBody(5)] public virtual string Kind() => "base";
                [Get("/own")] public virtual string Own() => "base";
            }

            [HyperController("/users"), Deadline(60)]
            internal sealed class Users : Resource
            {
                public override string Kind() => "user";
                [Get("/renamed")] public override string Own() => "own";
            }
            """));

        Assert.Equal(["GET /users/kind", "GET /users/renamed"], app.Endpoints.Select(static e => e.Method + " " + e.Template));
        Assert.Equal("user", (await app.RequestAsync("GET", "/users/kind")).ResponseText());
        Assert.Equal("own", (await app.RequestAsync("GET", "/users/renamed")).ResponseText());
        Assert.Equal([5L, 4L], app.Endpoints.Select(static e => e.MaxBody));
        Assert.All(app.Endpoints, static e => Assert.Equal((60, "Mark"), (e.Deadline, Assert.Single(e.Middleware))));
    }

    [Fact]
    public void A_method_with_parameters_by_reference_is_found_again()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            [HyperController]
            internal static class Site
            {
                [Get("/{id}")] public static string Get(in int id, in int page) => $"{id} {page}";
            }
            """));

        Assert.Equal("Get", app.Endpoints[0].MethodInfo.Name);
    }

    [Fact]
    public void What_handlers_and_middleware_need_is_told_beforehand()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of(Stores + """
            internal sealed class Log(IStore store) { public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext { _ = store; return next.InvokeAsync(context); } }

            [HyperController, Use<Log>]
            internal sealed class Site([FromKeyedServices("k")] IStore? keyed, IStore? optional = null)
            {
                [Get] public string Get([Microsoft.AspNetCore.Mvc.FromServices] IStore store) => $"{keyed}{optional}{store}";
            }
            """), s => Configure(s, "Singleton"));

        Assert.Equal(
            ["IStore  Log True", "IStore k Site False", "IStore  Site.Get False"],
            app.App.Modules[0].Services.Select(static s => $"{s.ServiceType.Name} {s.Key} {s.Consumer} {s.RequiresSingleton}"));
    }

    private static void Configure(Microsoft.Extensions.DependencyInjection.IServiceCollection services, string method)
    {
        System.Reflection.Assembly program = (System.Reflection.Assembly)services.Single(static d => d.ServiceType == typeof(System.Reflection.Assembly)).ImplementationInstance!;
        program.GetType("Registration")!.GetMethod(method)!.Invoke(null, [services]);
    }
}
