using HyperGen.Generator;
using Microsoft.CodeAnalysis;

namespace HyperGen.Analyzers;

/// <summary>Takes what the parsers say about one class. What several endpoints are told about the same attribute counts once.</summary>
internal sealed class FindingSink(HashSet<Finding> findings, INamedTypeSymbol controller) : IProblemSink
{
    /// <summary>Where to point when what is wrong stands in another assembly, as an inherited method may.</summary>
    public Location Fallback { get; } = controller.Locations.First(static l => l.IsInSource);

    public void Report(DiagnosticDescriptor rule, Location? location, params string[] arguments) =>
        findings.Add(new Finding(rule, location is { IsInSource: true } ? location : Fallback, arguments));
}
