namespace HyperGen.Generator.Tests;

public sealed class InlineTests
{
    [Fact]
    public void Bodies_that_can_be_seen_through_are_inline()
    {
        Assert.All(Flags("""
            internal sealed record User(int Id, string Name);
            [System.Text.Json.Serialization.JsonSerializable(typeof(User))] internal sealed partial class Json : System.Text.Json.Serialization.JsonSerializerContext;

            [HyperController]
            internal sealed class Site
            {
                private readonly string _name = "x";
                private const string Hello = "Hello, World!";

                [Get("/1")] public string Literal() => Hello;
                [Get("/2/{id:int}")] public User Record(int id) => new(id, "user-" + id);
                [Get("/3/{id:int}")] public Reply<User> OfReply(int id) => id > 0 ? Reply.Ok(new User(id, $"user-{id}")) : Reply.NotFound();
                [Get("/4")] public Reply Text() => Reply.Text(_name);
                [Get("/5")] public static void Nothing() { }
                [Get("/6/{n}")] public User? Local(int n) { string name = n == 1 ? "one" : "many"; return new User(n, name); }
            }
            """), static e => Assert.True(e.Value, e.Key));
    }

    [Fact]
    public void Bodies_that_call_loop_wait_or_need_services_are_not()
    {
        Assert.All(Flags("""
            internal interface IStore { string Name { get; } }
            internal sealed class Store : IStore { public string Name => ""; }
            internal static class Startup { public static void Configure(IServiceCollection s) => s.AddSingleton<IStore, Store>(); }
            internal sealed class Log { public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext => next.InvokeAsync(context); }
            internal sealed record Computed(int Id) { public int Twice => Slow(Id); private static int Slow(int i) { Thread.Sleep(i); return i; } }
            internal sealed class Starts { public Starts() => Thread.Sleep(1); }

            [HyperController]
            internal static class Site
            {
                private static readonly string s_lazy = Environment.MachineName;

                [Get("/1")] public static string Calls() => Environment.GetEnvironmentVariable("X") ?? "";
                [Get("/2")] public static string Loops() { for (int i = 0; i < 1000; i++) { } return ""; }
                [Get("/3")] public static async Task<string> Waits() { await Task.Yield(); return ""; }
                [Get("/4"), Use<Log>] public static string Wrapped() => "";
                [Get("/5")] public static int Getter() => new Computed(1).Twice;
                [Get("/6")] public static string Makes() { _ = new Starts(); return ""; }
                [Get("/7")] public static string Static() => s_lazy;
                [Get("/8"), Microsoft.AspNetCore.Authorization.Authorize] public static string Guarded() => "";
                [Post("/9")] public static string Body(RequestContext context) => "";
                [Get("/10")] public static string Throws() => throw new InvalidOperationException();
                [Get("/11")] public static string Lambda() { Func<string> f = () => ""; return f(); }
            }

            [HyperController("/injected")]
            internal sealed class Injected(IStore store) { [Get] public string Get() => "constant"; [Get("2")] public string Name() => store.Name; }

            [HyperController("/changing")]
            internal sealed class Changing { private int _n; [Get] public string Get() => "constant"; [Get("2")] public string Set() { _n = 1; return "" + _n; } }
            """), static e => Assert.False(e.Value, e.Key));
    }

    [Fact]
    public void An_author_who_knows_better_says_so()
    {
        Assert.All(Flags("""
            [HyperController("/a")]
            internal static class One { [Get, Inline] public static string Get() => Environment.MachineName; }

            [HyperController("/b"), Inline]
            internal static class Two { [Get] public static string Get() => Environment.MachineName; }
            """), static e => Assert.True(e.Value, e.Key));
    }

    private static Dictionary<string, bool> Flags(string source) =>
        RunningApp.Start(GeneratedProgram.Of(source)).Endpoints.ToDictionary(static e => e.DisplayName, static e => e.Inline);
}
