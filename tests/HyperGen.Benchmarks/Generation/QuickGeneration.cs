using System.Diagnostics;
using HyperGen.Generator.Tests;
using Microsoft.CodeAnalysis;

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
        double full = Least(runs, () => GeneratorWorkload.NewDriver().RunGenerators(workload.Program));
        double body = Least(runs * 2, () => driver.RunGenerators(workload.EditInBody));
        double elsewhere = Least(runs * 2, () => driver.RunGenerators(workload.EditElsewhere));
        Console.WriteLine($"{name,-18} {routes.Length,6} routes: full {full:F0} ms, a keystroke in a body {body:F1} ms, in another file {elsewhere:F1} ms");
    }

    private static double Least(int runs, Action run)
    {
        double least = double.MaxValue;
        for (int i = 0; i < runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            run();
            least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return least;
    }
}
