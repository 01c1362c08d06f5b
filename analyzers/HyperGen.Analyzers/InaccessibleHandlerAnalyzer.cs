using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0008: a class or method that generated code cannot name.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class InaccessibleHandlerAnalyzer() : RuleAnalyzer(Rules.InaccessibleHandler);
