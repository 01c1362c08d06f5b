using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0016: a handler class or method with type parameters that nothing fills in.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class GenericHandlerAnalyzer() : RuleAnalyzer(Rules.GenericHandler);
