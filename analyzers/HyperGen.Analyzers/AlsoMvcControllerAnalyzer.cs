using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0010: a handler class that MVC would serve too.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class AlsoMvcControllerAnalyzer() : RuleAnalyzer(Rules.AlsoMvcController);
