using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Tests;

/// <summary>Checks that an edit without meaning for HyperGen makes it write nothing again.</summary>
internal static class Caching
{
    public static void AssertCached(string edit, GeneratorRunResult result)
    {
        foreach (IncrementalGeneratorRunStep output in result.TrackedOutputSteps.SelectMany(static s => s.Value))
        {
            Assert.All(output.Outputs, o => Assert.True(o.Reason is IncrementalStepRunReason.Cached, $"After an edit {edit}, the output {output.Name} is {o.Reason}."));
        }
        foreach (IncrementalGeneratorRunStep step in OwnSteps(result))
        {
            Assert.All(step.Outputs, o => Assert.True(
                o.Reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged,
                $"After an edit {edit}, the step {step.Name ?? "without a name"} is {o.Reason}: {o.Value}"));
        }
    }

    /// <summary>The steps with a name are those that <see cref="Steps"/> lists, all of them; what has none joins others, and is looked at with them.</summary>
    public static void AssertNamed(GeneratorRunResult result)
    {
        HashSet<string> names = [.. OwnSteps(result).Select(static s => s.Name).OfType<string>()];
        Assert.Subset(Steps.All.ToHashSet(), names);
        if (names.Contains(Steps.Files))
        {
            // With an endpoint there is something to do for each of them.
            Assert.Superset(Steps.All.ToHashSet(), names);
        }
    }

    /// <summary>All that leads to the outputs, with or without a name, down to where Roslyn's own steps begin.</summary>
    public static IEnumerable<IncrementalGeneratorRunStep> OwnSteps(GeneratorRunResult result)
    {
        HashSet<IncrementalGeneratorRunStep> seen = new(ReferenceEqualityComparer.Instance);
        Queue<IncrementalGeneratorRunStep> left = new(result.TrackedOutputSteps.SelectMany(static s => s.Value).SelectMany(static s => s.Inputs).Select(static i => i.Source));
        while (left.TryDequeue(out IncrementalGeneratorRunStep? step))
        {
            if ((step.Name is { } name && IsRoslyns(name)) || !seen.Add(step))
            {
                continue;
            }
            yield return step;
            foreach ((IncrementalGeneratorRunStep source, _) in step.Inputs)
            {
                left.Enqueue(source);
            }
        }
    }

    /// <summary>The driver's inputs, and its search for attributes.</summary>
    private static bool IsRoslyns(string name) =>
        name is "Compilation" or "CompilationOptions" or "ParseOptions" or "AnalyzerConfigOptions" || name.Contains("_ForAttribute", StringComparison.Ordinal);
}
