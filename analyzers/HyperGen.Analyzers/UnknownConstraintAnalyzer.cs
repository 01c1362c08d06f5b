using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0014: a route constraint that is not one of ASP.NET Core's own.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnknownConstraintAnalyzer() : RuleAnalyzer(Rules.UnknownConstraint);
