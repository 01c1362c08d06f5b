using System.Collections.Immutable;
using System.Composition;
using HyperGen.Generator;
using HyperGen.Generator.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace HyperGen.CodeFixes;

/// <summary>HG0003: closes a brace, or drops the character that is too much.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(InvalidTemplateCodeFixProvider)), Shared]
public sealed class InvalidTemplateCodeFixProvider : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.InvalidTemplate.Id];

    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        SyntaxToken literal = root!.FindToken(context.Span.Start);
        if (!literal.IsKind(SyntaxKind.StringLiteralToken) && !literal.IsKind(SyntaxKind.SingleLineRawStringLiteralToken))
        {
            return;
        }
        foreach (TemplateRepair repair in TemplateRepair.Find(literal.ValueText))
        {
            TextSpan span = repair.Position == literal.ValueText.Length
                ? new TextSpan(LiteralMap.Find(literal, repair.Position - 1, 1).End, 0)
                : new TextSpan(LiteralMap.Find(literal, repair.Position, 1).Start, repair.Removed);
            TextChange change = new(span, repair.Inserted);
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Change the template to '{repair.Apply(literal.ValueText)}'",
                    cancellation => context.Document.WithChangeAsync(change, cancellation),
                    equivalenceKey: nameof(TemplateRepair)),
                context.Diagnostics);
        }
    }
}
