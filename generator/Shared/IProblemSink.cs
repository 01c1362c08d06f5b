using Microsoft.CodeAnalysis;

namespace HyperGen.Generator;

/// <summary>Where the parsers say what is wrong. The analyzers turn it into diagnostics, the generator keeps the sentence only.</summary>
internal interface IProblemSink
{
    void Report(DiagnosticDescriptor rule, Location? location, params string[] arguments);
}
