using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0009: a handler class of which generated code cannot make an instance.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NotConstructibleAnalyzer() : RuleAnalyzer(Rules.NotConstructible);
