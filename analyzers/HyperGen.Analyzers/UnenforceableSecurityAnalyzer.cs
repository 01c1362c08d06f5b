using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0011: a security attribute that would guard nothing.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnenforceableSecurityAnalyzer() : RuleAnalyzer(Rules.UnenforceableSecurity);
