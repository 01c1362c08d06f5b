using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0019: a route constraint that lets through no value of the parameter's type.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ConstraintContradictsTypeAnalyzer() : RuleAnalyzer(Rules.ConstraintContradictsType);
