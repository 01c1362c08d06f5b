using System.Diagnostics;
using System.Globalization;
using System.Text;
using HyperGen.Testing;

namespace HyperGen.Generator.Tests;

/// <summary>Programs of a size that real ones reach, and more.</summary>
public sealed class ScaleTests
{
    [Fact]
    public void Ten_thousand_routes_compile_and_each_matches_itself()
    {
        (string Method, string Template)[] routes = [.. SyntheticRoutes.Take(10_000)];

        RunningApp app = Compile(routes, "Synthetic");

        AssertRoutes(app, routes);
    }

    [Fact]
    public void The_openapi_of_github_compiles_and_each_operation_matches_itself()
    {
        Material.Require(Corpora.ArePresent, "The corpora are not beside the repository.");
        (string Method, string Template)[] routes = Corpora.Read("github-openapi");

        RunningApp app = Compile(routes, "Github");

        Assert.Equal(767, routes.Length);
        AssertRoutes(app, routes);
    }

    private static RunningApp Compile((string Method, string Template)[] routes, string name)
    {
        StringBuilder source = new();
        int number = 0;
        foreach ((string Method, string Template)[] chunk in routes.Chunk(100))
        {
            source.Append(CultureInfo.InvariantCulture, $"[HyperController] internal static class C{number / 100}\n{{\n");
            foreach ((string method, string template) in chunk)
            {
                source.Append(CultureInfo.InvariantCulture, $"    [Verb(\"{method}\", \"{template}\")] public static string M{number}() => \"{number}\";\n");
                number++;
            }
            source.Append("}\n");
        }
        Stopwatch watch = Stopwatch.StartNew();
        GeneratedProgram program = GeneratedProgram.Of(new ProgramOptions { AssemblyName = name, Sources = [source.ToString()] });
        TestContext.Current.TestOutputHelper?.WriteLine($"{routes.Length} routes: {watch.ElapsedMilliseconds} ms to generate, to compile twice and to edit; {program.KeystrokeMilliseconds} ms for the generator at one keystroke.");
        return RunningApp.Start(program);
    }

    private static void AssertRoutes(RunningApp app, (string Method, string Template)[] routes)
    {
        Dictionary<string, int> numbers = app.Endpoints.Select(static (e, i) => (Key: e.Method + " " + e.Template, i)).ToDictionary(static e => e.Key, static e => e.i);
        CompilerServices.RouteRange[] values = new CompilerServices.RouteRange[app.App.MaxRouteValues];
        Assert.Equal(routes.Length, numbers.Count);
        foreach ((string method, string template) in routes)
        {
            byte[] path = Encoding.UTF8.GetBytes(SyntheticRoutes.Fill(template));
            Assert.Equal(numbers[method + " " + template], app.App.Match(method, path, values));
            Assert.Equal(-1, app.App.Match(method, [.. path, .. "/no/such/tail"u8], values));
            Assert.True(app.App.Match("TRACE", path, values) < -1, template);
        }
    }
}
