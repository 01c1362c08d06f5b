using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0017: a parameter that is read from the route, of which the template knows nothing.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MissingRouteParameterAnalyzer() : RuleAnalyzer(Rules.MissingRouteParameter);
