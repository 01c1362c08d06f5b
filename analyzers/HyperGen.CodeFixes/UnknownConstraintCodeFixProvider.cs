using System.Collections.Immutable;
using System.Composition;
using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace HyperGen.CodeFixes;

/// <summary>HG0014: spells a constraint as ASP.NET Core does.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UnknownConstraintCodeFixProvider)), Shared]
public sealed class UnknownConstraintCodeFixProvider : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.UnknownConstraint.Id];

    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SourceText text = await context.Document.GetTextAsync(context.CancellationToken).ConfigureAwait(false);
        Diagnostic diagnostic = context.Diagnostics[0];
        string constraint = diagnostic.Properties["1"]!;
        string name = constraint.Split('(')[0];

        // A template that is no literal is marked as a whole: there is no one place to mend.
        if (text.ToString(diagnostic.Location.SourceSpan) != constraint || ConstraintSpelling.Nearest(name) is not { } nearest)
        {
            return;
        }
        TextChange change = new(new TextSpan(diagnostic.Location.SourceSpan.Start, name.Length), nearest);
        context.RegisterCodeFix(
            CodeAction.Create(
                $"Change the constraint to '{nearest}'",
                cancellation => context.Document.WithChangeAsync(change, cancellation),
                equivalenceKey: nameof(ConstraintSpelling)),
            diagnostic);
    }
}
