namespace HyperGen.Generator.Tests;

public sealed class MiddlewareTests
{
    private const string Letters = """
        internal sealed class Letter(LetterAttribute letter)
        {
            public async ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext
            {
                context.ResponseHeaders.Append("Trace", letter.Name);
                await next.InvokeAsync(context);
            }
        }

        [AttributeUsage(AttributeTargets.All, AllowMultiple = true)]
        internal sealed class LetterAttribute(string name) : UseAttribute<Letter>
        {
            public string Name { get; } = name;
        }
        """;

    [Fact]
    public async Task Middleware_wraps_from_the_assembly_inwards_and_in_the_order_of_the_attributes()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            [assembly: Letter("assembly")]

            [Group("/"), Letter("group 1"), Letter("group 2")]
            internal static class Root
            {
                [HyperController("/"), Letter("class")]
                internal static class Site
                {
                    [Get("/a"), Letter("method 1"), Letter("method 2")] public static string A() => "a";
                    [Get("/b")] public static string B() => "b";
                }
            }

            """ + Letters));

        TestRequest a = await app.RequestAsync("GET", "/a");
        TestRequest b = await app.RequestAsync("GET", "/b");

        Assert.Equal("assembly,group 1,group 2,class,method 1,method 2", a.ResponseHeaders["Trace"].ToString());
        Assert.Equal("assembly,group 1,group 2,class", b.ResponseHeaders["Trace"].ToString());
        Assert.Equal(["Letter", "Letter", "Letter", "Letter"], app.Endpoints[1].Middleware);
    }

    [Fact]
    public async Task Middleware_sees_the_exceptions_of_what_it_wraps()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            internal sealed class Mend
            {
                public async ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext
                {
                    try
                    {
                        await next.InvokeAsync(context);
                    }
                    catch (InvalidOperationException)
                    {
                        context.StatusCode = 418;
                    }
                }
            }

            [HyperController("/"), Use<Mend>]
            internal static class Site
            {
                [Get("/at-once")] public static string AtOnce() => throw new InvalidOperationException();
                [Get("/later")] public static async Task<string> Later() { await Task.Yield(); throw new InvalidOperationException(); }
            }
            """));

        Assert.Equal("418", await app.GetAsync("/at-once"));
        Assert.Equal("418", await app.GetAsync("/later"));
    }

    [Fact]
    public async Task Middleware_may_answer_by_itself()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            internal sealed class Closed
            {
                public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext
                {
                    context.StatusCode = 403;
                    return default;
                }
            }

            [HyperController("/")] internal static class Site { [Get, Use<Closed>] public static string Home() => "open"; }
            """));

        Assert.Equal("403", await app.GetAsync("/"));
    }

    [Fact]
    public async Task Middleware_without_arguments_is_made_once_and_with_its_attribute_once_for_each_place()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            internal sealed class Plain
            {
                private static int s_count;
                private readonly int _number = Interlocked.Increment(ref s_count);

                public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext
                {
                    context.ResponseHeaders.Append("Plain", _number.ToString());
                    return next.InvokeAsync(context);
                }
            }

            internal sealed class Counted(CountedAttribute place, ILogger<Counted> log)
            {
                private static int s_count;
                private readonly int _number = Interlocked.Increment(ref s_count);

                public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext
                {
                    log.LogTrace("here");
                    context.ResponseHeaders.Append("Counted", place.Name + _number);
                    return next.InvokeAsync(context);
                }
            }

            internal sealed class CountedAttribute(string name) : UseAttribute<Counted> { public string Name => name; }

            [HyperController("/a"), Use<Plain>, Counted("x")]
            internal static class A
            {
                [Get("1")] public static string One() => "";
                [Get("2")] public static string Two() => "";
            }

            [HyperController("/b"), Use<Plain>]
            internal static class B { [Get, Counted("x")] public static string One() => ""; }
            """));

        async Task<string> Header(string path, string name) => (await app.RequestAsync("GET", path)).ResponseHeaders[name].ToString();

        Assert.Equal(await Header("/a/1", "Plain"), await Header("/b", "Plain"));
        Assert.Equal("x1", await Header("/a/1", "Counted"));
        Assert.Equal("x1", await Header("/a/2", "Counted"));
        Assert.Equal("x2", await Header("/b", "Counted"));
    }

    [Fact]
    public void A_synchronous_pipeline_of_three_allocates_nothing()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            internal sealed class One { public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext => next.InvokeAsync(context); }
            internal sealed class Two { public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext => next.InvokeAsync(context); }
            internal sealed class Three { public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext => next.InvokeAsync(context); }

            [HyperController("/"), Use<One>, Use<Two>, Use<Three>]
            internal sealed class Site
            {
                [Get("/{id:int}")] public void Find(int id) { }
            }
            """));
        (int endpoint, TestRequest request) = app.Prepare("GET", "/42");

        // Tiering compiles the pipeline anew while it runs; what it allocates is measured once it has settled.
        long allocated = long.MaxValue;
        for (int round = 0; round < 50 && allocated > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                ValueTask task = app.App.InvokeAsync(endpoint, request);
                Assert.True(task.IsCompletedSuccessfully);
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Endpoints_with_the_same_middleware_share_a_pipeline()
    {
        GeneratedProgram program = GeneratedProgram.Of("""
            internal sealed class Log { public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext => next.InvokeAsync(context); }

            [HyperController("/"), Use<Log>]
            internal static class Site
            {
                [Get("/a")] public static string A() => "";
                [Get("/b")] public static string B() => "";
            }
            """);

        Assert.Contains("Log -> the endpoint: 2 of the endpoints.", program.Sources["HyperGen.Module.g.cs"]);
    }

    [Theory]
    [InlineData("internal class Open { public ValueTask InvokeAsync<TNext>(RequestContext c, TNext n) where TNext : struct, INext => default; }", "Open", "it is not sealed")]
    [InlineData("internal sealed class Bare;", "Bare", "it lacks a method")]
    [InlineData("internal sealed class Late { public Task InvokeAsync<TNext>(RequestContext c, TNext n) where TNext : struct, INext => Task.CompletedTask; }", "Late", "it lacks a method")]
    public void Middleware_of_another_shape_is_told(string middleware, string name, string reason)
    {
        GeneratedProgram program = GeneratedProgram.Of(new ProgramOptions
        {
            Sources = [middleware + $" [HyperController, Use<{name}>] static class X {{ [Get] public static string Get() => \"\"; }}"],
            BuildProperties = new Dictionary<string, string> { ["RunAnalyzersDuringBuild"] = "false" },
            ExpectsCleanCompilation = false,
        });

        Assert.Contains("#error HG0012: '" + name, program.Sources["HyperGen.Problems.g.cs"]);
        Assert.Contains(reason, program.Sources["HyperGen.Problems.g.cs"]);
    }
}
