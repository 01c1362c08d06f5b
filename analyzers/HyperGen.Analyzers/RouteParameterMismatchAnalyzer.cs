using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0004: a route template and a method that do not agree about the parameters.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RouteParameterMismatchAnalyzer() : RuleAnalyzer(Rules.RouteParameterMismatch);
