using System.Collections.Immutable;
using System.Composition;
using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Rename;
using Microsoft.CodeAnalysis.Simplification;
using Microsoft.CodeAnalysis.Text;

namespace HyperGen.CodeFixes;

/// <summary>HG0010: keeps a handler class from MVC, by an attribute or by another name.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AlsoMvcControllerCodeFixProvider)), Shared]
public sealed class AlsoMvcControllerCodeFixProvider : CodeFixProvider
{
    private const string Suffix = "Controller";
    private const string NonController = "Microsoft.AspNetCore.Mvc.NonController";

    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.AlsoMvcController.Id];

    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        Solution solution = context.Document.Project.Solution;
        if (await context.Document.DeclaredSymbolAsync(context.Span, context.CancellationToken).ConfigureAwait(false) is not INamedTypeSymbol type)
        {
            return;
        }
        string shorter = type.Name.EndsWith(Suffix, StringComparison.Ordinal) ? type.Name.Substring(0, type.Name.Length - Suffix.Length) : "";
        if (shorter.Length > 0 && !type.ContainingNamespace.GetMembers(shorter).Any())
        {
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Rename it to '{shorter}'",
                    cancellation => Renamer.RenameSymbolAsync(solution, type, new SymbolRenameOptions(), shorter, cancellation),
                    equivalenceKey: nameof(Renamer)),
                context.Diagnostics);
        }
        context.RegisterCodeFix(
            CodeAction.Create(
                "Mark it [NonController]",
                cancellation => MarkAsync(context.Document, context.Span, cancellation),
                equivalenceKey: NonController),
            context.Diagnostics);
    }

    private static async Task<Document> MarkAsync(Document document, TextSpan span, CancellationToken cancellation)
    {
        DocumentEditor editor = await DocumentEditor.CreateAsync(document, cancellation).ConfigureAwait(false);
        SyntaxNode declaration = editor.OriginalRoot.FindNode(span);
        editor.AddAttribute(declaration, editor.Generator.Attribute(NonController).WithAdditionalAnnotations(Simplifier.Annotation));
        return editor.GetChangedDocument();
    }
}
