using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace HyperGen.CodeFixes;

/// <summary>Adds all missing types to one context at once: as single edits they would all be made at the same place.</summary>
internal sealed class MissingJsonMetadataFixAllProvider : FixAllProvider
{
    public override async Task<CodeAction?> GetFixAsync(FixAllContext fixAllContext)
    {
        IEnumerable<Project> projects = fixAllContext.Scope == FixAllScope.Solution ? fixAllContext.Solution.Projects : [fixAllContext.Project];
        List<(Project Project, ImmutableArray<Diagnostic> Diagnostics)> broken = [];
        foreach (Project project in projects)
        {
            ImmutableArray<Diagnostic> diagnostics = fixAllContext is { Scope: FixAllScope.Document, Document: { } document }
                ? await fixAllContext.GetDocumentDiagnosticsAsync(document).ConfigureAwait(false)
                : await fixAllContext.GetAllDiagnosticsAsync(project).ConfigureAwait(false);
            if (!diagnostics.IsEmpty)
            {
                broken.Add((project, diagnostics));
            }
        }
        return broken.Count == 0 ? null : CodeAction.Create(
            "Add all missing types to the JSON context",
            cancellation => FixAsync(fixAllContext, broken, cancellation),
            equivalenceKey: fixAllContext.CodeActionEquivalenceKey);
    }

    private static async Task<Solution> FixAsync(
        FixAllContext fixAll, IEnumerable<(Project Project, ImmutableArray<Diagnostic> Diagnostics)> broken, CancellationToken cancellation)
    {
        Solution solution = fixAll.Solution;
        foreach ((Project project, ImmutableArray<Diagnostic> diagnostics) in broken)
        {
            string[] types = [.. diagnostics.Select(MissingJsonMetadataCodeFixProvider.TypeOf).Distinct().OrderBy(static t => t, StringComparer.Ordinal)];
            IReadOnlyList<INamedTypeSymbol> existing = await JsonContextEdit.ContextsAsync(project, cancellation).ConfigureAwait(false);
            if ((existing.FirstOrDefault(c => c.ToDisplayString() == fixAll.CodeActionEquivalenceKey) ?? (existing.Count > 0 ? existing[0] : null)) is { } context)
            {
                solution = await JsonContextEdit.AddAsync(solution, context, types, cancellation).ConfigureAwait(false);
            }
            else if (solution.GetDocument(diagnostics[0].Location.SourceTree) is { } document)
            {
                string space = await MissingJsonMetadataCodeFixProvider.NamespaceAsync(document, diagnostics[0], cancellation).ConfigureAwait(false);
                solution = JsonContextEdit.Create(solution.GetProject(project.Id)!, space, types);
            }
        }
        return solution;
    }
}
