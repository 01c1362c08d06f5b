using HyperGen.CompilerServices;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Tests;

public sealed class LibraryTests
{
    private static readonly ProgramOptions Library = new()
    {
        AssemblyName = "My.Library",
        OutputKind = OutputKind.DynamicallyLinkedLibrary,
        Sources =
        [
            """
            [HyperController("/library")]
            internal sealed class Books
            {
                [Get("{id:int}")] public string Find(int id) => "book " + id;
                [Get] public string All() => "books";
            }
            """,
        ],
    };

    [Fact]
    public async Task Internal_handlers_of_a_library_are_served_beside_those_of_the_program()
    {
        GeneratedProgram library = GeneratedProgram.Of(Library);
        GeneratedProgram program = GeneratedProgram.Of(new ProgramOptions
        {
            References = [library.ToReference()],
            Sources = ["[HyperController(\"/own\")] internal static class Own { [Get] public static string Get() => \"own\"; }"],
        });

        RunningApp app = RunningApp.Start(program, null, library);

        Assert.Equal("200 own", await app.GetAsync("/own"));
        Assert.Equal("200 book 5", await app.GetAsync("/library/5"));
        Assert.Equal("200 books", await app.GetAsync("/library"));
        Assert.Equal(["Own.Get", "Books.Find", "Books.All"], app.Endpoints.Select(static e => e.DisplayName));
        Assert.DoesNotContain("HyperGen.App.g.cs", library.Sources.Keys);
    }

    [Fact]
    public async Task A_program_may_have_all_its_endpoints_in_libraries()
    {
        GeneratedProgram library = GeneratedProgram.Of(Library);
        GeneratedProgram program = GeneratedProgram.Of(new ProgramOptions { References = [library.ToReference()] });

        RunningApp app = RunningApp.Start(program, null, library);

        Assert.Equal("200 books", await app.GetAsync("/library"));
        Assert.DoesNotContain("HyperGen.Module.g.cs", program.Sources.Keys);
    }

    [Fact]
    public async Task Two_applications_of_one_process_share_nothing()
    {
        const string Counter = """
            internal sealed class Counter
            {
                private int _count;
                public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext
                {
                    context.ResponseHeaders["Count"] = (++_count).ToString();
                    return next.InvokeAsync(context);
                }
            }

            """;
        RunningApp first = RunningApp.Start(GeneratedProgram.Of(Counter + "[HyperController, Use<Counter>] internal static class Site { [Get(\"/first\")] public static string Get() => \"1\"; }"));
        RunningApp second = RunningApp.Start(GeneratedProgram.Of("[HyperController] internal static class Site { [Get(\"/second\")] public static string Get() => \"2\"; }"));
        RunningApp again = first.Again();

        Assert.Equal("200 1", await first.GetAsync("/first"));
        Assert.Equal("404", await first.GetAsync("/second"));
        Assert.Equal("200 2", await second.GetAsync("/second"));
        Assert.Equal("404", await second.GetAsync("/first"));
        Assert.Equal("2", (await first.RequestAsync("GET", "/first")).ResponseHeaders["Count"].ToString());
        Assert.Equal("1", (await again.RequestAsync("GET", "/first")).ResponseHeaders["Count"].ToString());
    }

    [Fact]
    public void Middleware_without_arguments_is_one_for_all_modules()
    {
        GeneratedProgram library = GeneratedProgram.Of(Library with
        {
            Sources =
            [
                """
                namespace Shared
                {
                    /// <summary>Counts how often it is made.</summary>
                    public sealed class Log
                    {
                        /// <summary>How often.</summary>
                        public static int Made { get; private set; }
                        /// <summary>Makes one.</summary>
                        public Log() => Made++;
                        /// <summary>Passes on.</summary>
                        public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext => next.InvokeAsync(context);
                    }

                    [HyperController("/library"), Use<Log>] internal static class Books { [Get] public static string All() => ""; }
                }
                """,
            ],
        });
        GeneratedProgram program = GeneratedProgram.Of(new ProgramOptions
        {
            References = [library.ToReference()],
            Sources = ["[HyperController(\"/own\"), Use<Shared.Log>] internal static class Own { [Get] public static string Get() => \"own\"; }"],
        });

        RunningApp app = RunningApp.Start(program, null, library);

        EndpointModule module = app.App.Modules[1];
        Assert.Equal(1, module.GetType().Assembly.GetType("Shared.Log")!.GetProperty("Made")!.GetValue(null));
    }

    [Fact]
    public void A_test_project_that_sees_the_internals_of_a_program_has_entry_points_of_its_own()
    {
        GeneratedProgram program = GeneratedProgram.Of(new ProgramOptions
        {
            AssemblyName = "Program",
            Sources = ["[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Tests\")]\n[HyperController] internal static class Site { [Get] public static string Get() => \"\"; }"],
        });

        GeneratedProgram.Of(new ProgramOptions
        {
            AssemblyName = "Tests",
            References = [program.ToReference()],
            Sources =
            [
                """
                [HyperController("/own")] internal static class Own { [Get] public static string Get() => Urls.Own.Get(); }

                internal static class Uses
                {
                    public static HyperAppBuilder Builder(IServiceCollection services)
                    {
                        services.AddHyperGen();
                        return HyperApp.CreateBuilder([]);
                    }
                }
                """,
            ],
        });
    }
}
