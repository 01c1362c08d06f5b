using HyperGen.Generator;
using Microsoft.CodeAnalysis;

namespace HyperGen.Analyzers;

/// <summary>Takes what the parsers say. What several endpoints are told about the same attribute counts once.</summary>
/// <param name="findings">Where it goes.</param>
/// <param name="fallback">Where to point when what is wrong stands in another assembly, as an inherited method may.</param>
internal sealed class FindingSink(HashSet<Finding> findings, Location fallback) : IProblemSink
{
    public Location Fallback => fallback;

    public void Report(DiagnosticDescriptor rule, Location? location, params string[] arguments) =>
        findings.Add(new Finding(rule, location is { IsInSource: true } ? location : fallback, arguments));
}
