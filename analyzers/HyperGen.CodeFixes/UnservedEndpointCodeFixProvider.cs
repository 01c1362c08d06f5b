using System.Collections.Immutable;
using System.Composition;
using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Simplification;
using Microsoft.CodeAnalysis.Text;

namespace HyperGen.CodeFixes;

/// <summary>HG0020: marks the class <c>[HyperController]</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UnservedEndpointCodeFixProvider)), Shared]
public sealed class UnservedEndpointCodeFixProvider : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.UnservedEndpoint.Id];

    // Two endpoints of one class ask for the same edit, which batching keeps once.
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root!.FindNode(context.Span).FirstAncestorOrSelf<TypeDeclarationSyntax>() is { } type)
        {
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Mark '{type.Identifier.Text}' [HyperController]",
                    cancellation => MarkAsync(context.Document, type.Span, cancellation),
                    equivalenceKey: nameof(UnservedEndpointCodeFixProvider)),
                context.Diagnostics);
        }
    }

    private static async Task<Document> MarkAsync(Document document, TextSpan type, CancellationToken cancellation)
    {
        DocumentEditor editor = await DocumentEditor.CreateAsync(document, cancellation).ConfigureAwait(false);
        SyntaxNode attribute = editor.Generator.Attribute("HyperGen.HyperController").WithAdditionalAnnotations(Simplifier.Annotation);
        editor.AddAttribute(editor.OriginalRoot.FindNode(type), attribute);
        return editor.GetChangedDocument();
    }
}
