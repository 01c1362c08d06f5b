using System.Collections.Immutable;
using HyperGen.Generator;
using HyperGen.Generator.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>HG0020: an endpoint in a class that is not marked, and that no marked class inherits from.</summary>
/// <remarks>The generator never looks at such a class, so this rule has no parser to rest on. It is a warning: another assembly may inherit from the class.</remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnservedEndpointAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.UnservedEndpoint];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (ProgramReading.Of(start.Compilation) is { } reading && KnownTypes.Of(start.Compilation)[KnownNames.Verb] is { } verb)
            {
                start.RegisterSymbolAction(method => Analyze(method, reading, verb), SymbolKind.Method);
            }
        });
    }

    private static void Analyze(SymbolAnalysisContext context, ProgramReading reading, INamedTypeSymbol verb)
    {
        ISymbol method = context.Symbol;
        if (!method.GetAttributes().Any(a => a.AttributeClass.IsOrDerivesFrom(verb)))
        {
            return;
        }
        if (method.ContainingType is { TypeKind: TypeKind.Interface } or { IsAbstract: true, IsStatic: false } || reading.Serves(method.ContainingType, context.CancellationToken))
        {
            return;
        }
        string type = method.ContainingType.Readable();
        context.ReportDiagnostic(Diagnostic.Create(Rules.UnservedEndpoint, method.Locations[0], type + "." + method.Name, type));
    }
}
