using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0004: a route parameter that nothing reads, beside a parameter that looks like it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RouteParameterMismatchAnalyzer() : RuleAnalyzer(Rules.RouteParameterMismatch);
