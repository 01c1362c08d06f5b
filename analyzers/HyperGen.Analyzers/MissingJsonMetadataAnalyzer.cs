using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0007: a type that is read or written as JSON and that no context covers.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MissingJsonMetadataAnalyzer() : RuleAnalyzer(Rules.MissingJsonMetadata);
