using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;

namespace HyperGen.CodeFixes;

/// <summary>Changes the modifiers of declarations, in whichever files they stand.</summary>
internal static class DeclarationEdit
{
    /// <summary>Makes a symbol and all types that contain it visible within the assembly; what is visible already stays as it is.</summary>
    public static Task<Solution> MakeReachableAsync(this Solution solution, ISymbol symbol, CancellationToken cancellation)
    {
        List<ISymbol> hidden = [];
        for (ISymbol? current = symbol; current is not null and not INamespaceSymbol; current = current.ContainingSymbol)
        {
            if (current is INamedTypeSymbol { IsFileLocal: true } || current.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal)
            {
                hidden.Add(current);
            }
        }
        return solution.EditAsync(hidden, static (node, generator) => generator.WithAccessibility(WithoutModifier(node, SyntaxKind.FileKeyword), Accessibility.Internal), cancellation);
    }

    public static Task<Solution> SealAsync(this Solution solution, INamedTypeSymbol type, CancellationToken cancellation) =>
        solution.EditAsync([type], static (node, generator) => generator.WithModifiers(node, generator.GetModifiers(node).WithIsSealed(true)), cancellation);

    public static Task<Solution> RemoveAbstractAsync(this Solution solution, INamedTypeSymbol type, CancellationToken cancellation) =>
        solution.EditAsync([type], static (node, _) => WithoutModifier(node, SyntaxKind.AbstractKeyword), cancellation);

    /// <summary>Puts an edit on every declaration of some symbols.</summary>
    public static async Task<Solution> EditAsync(
        this Solution solution, IEnumerable<ISymbol> symbols, Func<SyntaxNode, SyntaxGenerator, SyntaxNode> edit, CancellationToken cancellation)
    {
        SolutionEditor editor = new(solution);
        foreach (SyntaxReference reference in symbols.SelectMany(static s => s.DeclaringSyntaxReferences))
        {
            if (solution.GetDocumentId(reference.SyntaxTree) is { } document)
            {
                SyntaxNode node = await reference.GetSyntaxAsync(cancellation).ConfigureAwait(false);
                (await editor.GetDocumentEditorAsync(document, cancellation).ConfigureAwait(false)).ReplaceNode(node, edit);
            }
        }
        return editor.GetChangedSolution();
    }

    private static SyntaxNode WithoutModifier(SyntaxNode node, SyntaxKind modifier)
    {
        if (node is not MemberDeclarationSyntax member || member.Modifiers.IndexOf(modifier) is not (>= 0 and var index))
        {
            return node;
        }
        SyntaxTriviaList leading = member.GetLeadingTrivia();
        return member.WithModifiers(member.Modifiers.RemoveAt(index)).WithLeadingTrivia(leading);
    }
}
