using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HyperGen.Analyzers;

/// <summary>Reports what <see cref="ProgramReading"/> found against the rules it is made for.</summary>
/// <remarks>
/// It works file by file, so that the IDE shows every rule while one types, those too that look at the whole program. Generated code counts: the
/// generator would leave a bad endpoint of a scaffolded file out, and nobody would say so.
/// </remarks>
public abstract class RuleAnalyzer : DiagnosticAnalyzer
{
    private protected RuleAnalyzer(params DiagnosticDescriptor[] rules) => SupportedDiagnostics = [.. rules];

    public sealed override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; }

    public sealed override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (ProgramReading.Of(start.Compilation) is { } reading)
            {
                start.RegisterSemanticModelAction(file => Report(file, reading));
            }
        });
    }

    private void Report(SemanticModelAnalysisContext file, ProgramReading reading)
    {
        foreach (Finding finding in reading.In(file.SemanticModel.SyntaxTree, file.CancellationToken))
        {
            if (SupportedDiagnostics.Contains(finding.Rule))
            {
                file.ReportDiagnostic(finding.ToDiagnostic());
            }
        }
    }
}
