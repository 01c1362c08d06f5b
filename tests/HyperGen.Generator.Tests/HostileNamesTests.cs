using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Tests;

/// <summary>Programs whose names get in the way of generated code.</summary>
public sealed class HostileNamesTests
{
    [Fact]
    public async Task Names_of_the_program_do_not_get_in_the_way()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of(new ProgramOptions
        {
            AssemblyName = "1-Größe.class",
            CheckOverflow = true,
            Sources =
            [
                """
                namespace @class.@namespace
                {
                    [HyperController("/keywords")]
                    internal sealed class @class
                    {
                        [Get("{return}")] public string @new(string @return) => "keyword " + @return;
                        [Get("")] public string Module() => "module";
                    }
                }

                namespace MyApp.System
                {
                    [HyperController("/system")] internal static class Console { [Get("{id:int}")] public static string Task(int id) => "system " + id; }
                    internal sealed class String;
                    internal sealed class Int32;
                }

                namespace MyApp.HyperGen { [HyperController("/hypergen")] internal static class RequestContext { [Get("")] public static string Get() => "hypergen"; } }

                namespace A { [HyperController("/a")] internal static class Same { [Get("")] public static string Get() => "a"; } }
                namespace B { [HyperController("/b")] internal static class Same { [Get("")] public static string Get() => "b"; } }
                namespace C { [HyperController("/c")] internal static class SAME { [Get("")] public static string Get() => "c"; } }

                [HyperController("/outer")]
                internal static class A_B { [Get("")] public static string C_D() => "outer"; }
                internal static class Outer { [HyperController("/inner")] internal static class Inner { [Get("")] public static string C() => "inner"; [Get("1")] public static string C(int id = 1) => "inner " + id; } }
                [HyperController("/joined")] internal static class Outer_Inner { [Get("")] public static string C() => "joined"; }

                [HyperController("/größe")] internal static class Größe { [Get("{ñ}")] public static string 値(string ñ) => "unicode " + ñ; }
                [HyperController("/module")] internal static class Module { [Get("")] public static string InvokeAsync() => "module"; [Get("1")] public static string Urls() => "urls"; }
                [HyperController("/router")] internal static class Router { [Get("")] public static string App() => "router"; }
                [HyperController("/run")] internal static class Run_ { [Get("")] public static string Run() => "run"; }
                [HyperController("/find")] internal static class Find { [Get("{id}")] public static string FindIt(int id) => "find " + id; [Get("")] public static string find() => "found"; [Get("2")] public static string Find2() => "2"; }
                [HyperController("/_")] internal static class _use_Log { [Get("")] public static string _() => "_"; }
                """,
            ],
        }));

        Assert.Equal("200 keyword x", await app.GetAsync("/keywords/x"));
        Assert.Equal("200 system 7", await app.GetAsync("/system/7"));
        Assert.Equal("200 hypergen", await app.GetAsync("/hypergen"));
        Assert.Equal("200 a", await app.GetAsync("/a"));
        Assert.Equal("200 b", await app.GetAsync("/b"));
        Assert.Equal("200 c", await app.GetAsync("/c"));
        Assert.Equal("200 outer", await app.GetAsync("/outer"));
        Assert.Equal("200 inner 1", await app.GetAsync("/inner/1"));
        Assert.Equal("200 joined", await app.GetAsync("/joined"));
        Assert.Equal("200 unicode é", await app.GetAsync("/größe/é"));
        Assert.Equal("200 router", await app.GetAsync("/router"));
        Assert.Equal("200 run", await app.GetAsync("/run"));
        Assert.Equal("200 find 3", await app.GetAsync("/find/3"));
        Assert.Equal("200 _", await app.GetAsync("/_"));
        Assert.All(app.Endpoints, static e => Assert.NotNull(e.MethodInfo));
    }

    [Fact]
    public async Task Obsolete_and_experimental_types_cause_no_warning()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            using System.Diagnostics.CodeAnalysis;

            #pragma warning disable CS0612, CS0618, ABC001

            [Obsolete] internal sealed class Old;
            [Obsolete("too")] internal sealed class Log(Old? old = null) { public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext { _ = old; return next.InvokeAsync(context); } }
            [Experimental("ABC001")] internal sealed class New;

            [Obsolete("as a whole"), HyperController("/old"), Use<Log>]
            internal sealed class OldSite(Old? old = null)
            {
                [Obsolete("and in part"), Get] public string Get() => "old" + old;
            }

            [Experimental("ABC001"), HyperController("/new")]
            internal sealed class NewSite(New? it = null)
            {
                [Get] public string Get() => "new" + it;
            }

            [HyperController("/part")]
            internal static class Part { [Experimental("ABC001"), Get] public static string Get() => "part"; }
            """));

        Assert.Equal("200 old", await app.GetAsync("/old"));
        Assert.Equal("200 new", await app.GetAsync("/new"));
        Assert.Equal("200 part", await app.GetAsync("/part"));
    }

    [Fact]
    public async Task Generic_arguments_nested_types_and_tuples_are_named_in_full()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            internal interface IBox<T> { string Name { get; } }
            internal sealed class Box<T> : IBox<T> { public string Name => typeof(T).Name; }
            internal static class Startup { public static void Configure(IServiceCollection s) => s.AddSingleton(typeof(IBox<>), typeof(Box<>)); }

            internal static class Outer<T> { internal sealed class Inner; }

            [HyperController]
            internal sealed class Site(IBox<Dictionary<string, List<int?>>> box, IBox<(int A, string? B)> tuple, IBox<Outer<int>.Inner[]> nested, IBox<dynamic> late)
            {
                [Get] public string Get() => $"{box.Name} {tuple.Name} {nested.Name} {late.Name}";
            }
            """));

        Assert.Equal("200 Dictionary`2 ValueTuple`2 Inner[] Object", await app.GetAsync("/"));
    }

    [Fact]
    public void A_program_without_nullable_or_implicit_usings_compiles()
    {
        GeneratedProgram.Of(new ProgramOptions
        {
            HasImplicitUsings = false,
            Sources = ["[HyperGen.HyperController] internal sealed class Site { [HyperGen.Get] public string Get() => null; }"],
            Nullable = NullableContextOptions.Disable,
        });
    }

    [Fact]
    public void A_documented_cls_compliant_library_is_clean()
    {
        GeneratedProgram.Of(new ProgramOptions
        {
            AssemblyName = "Compliant",
            OutputKind = OutputKind.DynamicallyLinkedLibrary,
            CheckOverflow = true,
            Sources =
            [
                """
                [assembly: CLSCompliant(true)]

                /// <summary>A site.</summary>
                [HyperController("/site")]
                public sealed class Site
                {
                    /// <summary>Finds.</summary>
                    [Get("{id:int}")] public string Find(int id) => "found " + id;

                    /// <summary>What only C# has is told so.</summary>
                    [CLSCompliant(false), Get("by-size/{size}")] public string BySize(uint size) => "size " + size;
                }
                """,
            ],
        });
    }
}
