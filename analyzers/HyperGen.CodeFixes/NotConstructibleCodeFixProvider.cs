using System.Collections.Immutable;
using System.Composition;
using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace HyperGen.CodeFixes;

/// <summary>HG0009: makes an abstract class one that has instances, where it has no abstract members.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(NotConstructibleCodeFixProvider)), Shared]
public sealed class NotConstructibleCodeFixProvider : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.NotConstructible.Id];

    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        ISymbol? symbol = await context.Document.DeclaredSymbolAsync(context.Span, context.CancellationToken).ConfigureAwait(false);
        if (symbol is not INamedTypeSymbol { IsAbstract: true } type || type.GetMembers().Any(static m => m.IsAbstract))
        {
            return;
        }
        context.RegisterCodeFix(
            CodeAction.Create(
                $"Make '{type.Name}' not abstract",
                cancellation => context.Document.Project.Solution.RemoveAbstractAsync(type, cancellation),
                equivalenceKey: nameof(NotConstructibleCodeFixProvider)),
            context.Diagnostics);
    }
}
