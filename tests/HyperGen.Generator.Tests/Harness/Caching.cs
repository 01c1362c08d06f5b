using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Tests;

/// <summary>Checks that an edit without meaning for HyperGen makes it write nothing again.</summary>
internal static class Caching
{
    public static void AssertCached(string edit, GeneratorRunResult result)
    {
        foreach ((string step, IncrementalStepRunReason reason) in Reasons(result.TrackedOutputSteps.SelectMany(static s => s.Value)))
        {
            Assert.True(reason is IncrementalStepRunReason.Cached, $"After an edit {edit}, the output {step} is {reason}.");
        }
        foreach (string name in Steps.All.Where(result.TrackedSteps.ContainsKey))
        {
            foreach ((_, IncrementalStepRunReason reason) in Reasons(result.TrackedSteps[name]))
            {
                Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, $"After an edit {edit}, the step {name} is {reason}.");
            }
        }
    }

    private static IEnumerable<(string Step, IncrementalStepRunReason Reason)> Reasons(IEnumerable<IncrementalGeneratorRunStep> steps) =>
        steps.SelectMany(static s => s.Outputs.Select(o => (s.Name ?? "", o.Reason)));
}
