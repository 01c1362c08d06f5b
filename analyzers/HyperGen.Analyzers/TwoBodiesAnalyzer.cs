using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0005: two parameters that are both read from the body.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class TwoBodiesAnalyzer() : RuleAnalyzer(Rules.TwoBodies);
