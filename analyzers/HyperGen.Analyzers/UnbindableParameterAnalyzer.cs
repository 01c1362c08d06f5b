using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0006: a parameter that nothing in a request can become.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnbindableParameterAnalyzer() : RuleAnalyzer(Rules.UnbindableParameter);
