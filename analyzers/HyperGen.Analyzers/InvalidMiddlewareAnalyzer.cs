using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0012: a middleware that generated code cannot call.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class InvalidMiddlewareAnalyzer() : RuleAnalyzer(Rules.InvalidMiddleware);
