using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0018: a route parameter that may be left out, for a value that may not.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class OptionalRouteParameterAnalyzer() : RuleAnalyzer(Rules.OptionalRouteParameter);
