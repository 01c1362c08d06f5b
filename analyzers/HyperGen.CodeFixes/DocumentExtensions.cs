using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace HyperGen.CodeFixes;

/// <summary>Edits that several fixes make.</summary>
internal static class DocumentExtensions
{
    public static async Task<Document> WithChangeAsync(this Document document, TextChange change, CancellationToken cancellation)
    {
        SourceText text = await document.GetTextAsync(cancellation).ConfigureAwait(false);
        return document.WithText(text.WithChanges(change));
    }

    /// <summary>The symbol that is declared where a rule points.</summary>
    public static async Task<ISymbol?> DeclaredSymbolAsync(this Document document, TextSpan span, CancellationToken cancellation)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        return root?.FindNode(span).AncestorsAndSelf().Select(node => model!.GetDeclaredSymbol(node, cancellation)).FirstOrDefault(static symbol => symbol is not null);
    }
}
