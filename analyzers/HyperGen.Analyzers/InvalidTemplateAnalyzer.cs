using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0003: a route template that cannot be parsed.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class InvalidTemplateAnalyzer() : RuleAnalyzer(Rules.InvalidTemplate);
