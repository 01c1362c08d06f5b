using System.Diagnostics;
using HyperGen.Generator.Tests;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace HyperGen.Benchmarks.Generation;

/// <summary>
/// What the generator costs a build, and a keystroke in an editor. The generator alone is timed, once the program is parsed: the least of several runs.
/// After a keystroke the compilation is a new one, whose symbols are bound again as far as the generator asks for them.
/// </summary>
internal static class QuickGeneration
{
    public static void Run()
    {
        Measure("github-openapi", [.. Corpora.Read("github-openapi").Distinct()], 8);
        Measure("10,000 synthetic", [.. SyntheticRoutes.Take(10_000)], 4);
    }

    private static void Measure(string name, (string Method, string Template)[] routes, int runs)
    {
        var workload = new GeneratorWorkload(routes);
        GeneratorDriver driver = GeneratorWorkload.NewDriver().RunGenerators(workload.Program);
        if (driver.GetRunResult() is { Diagnostics.IsEmpty: false } or { Results: [{ Exception: not null }] } or { GeneratedTrees.IsEmpty: true })
        {
            throw new InvalidOperationException($"The generator did not compile {name}.");
        }
        double full = Least(runs, workload.Compile, static program => GeneratorWorkload.NewDriver().RunGenerators(program));
        double handler = Least(runs * 2, workload.EditInHandler, program => driver.RunGenerators(program));
        double elsewhere = Least(runs * 2, workload.EditElsewhere, program => driver.RunGenerators(program));
        double declaration = Least(runs * 2, workload.Declare, program => driver.RunGenerators(program));
        Console.WriteLine($"{name,-18} {routes.Length,6} routes: full {full:F0} ms, a keystroke in a handler {handler:F1} ms, in another body {elsewhere:F1} ms, that declares something {declaration:F1} ms");
    }

    private static double Least(int runs, Func<CSharpCompilation> compile, Action<CSharpCompilation> run)
    {
        double least = double.MaxValue;
        for (int i = 0; i < runs; i++)
        {
            CSharpCompilation program = compile();
            long start = Stopwatch.GetTimestamp();
            run(program);
            least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return least;
    }
}
