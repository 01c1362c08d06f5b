using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0015: a value that an attribute does not admit.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class AttributeValueOutOfRangeAnalyzer() : RuleAnalyzer(Rules.AttributeValueOutOfRange);
