using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace HyperGen.Generator.Parsing;

/// <summary>Whether an instance of a class keeps nothing that can change, so that all requests may use the same one.</summary>
internal static class SharingAnalysis
{
    public static bool IsImmutable(INamedTypeSymbol type, IMethodSymbol constructor, CancellationToken cancellation) =>
        type.SelfAndBases().SelectMany(static t => t.GetMembers()).All(static m => m is not IFieldSymbol { IsStatic: false, IsReadOnly: false, IsConst: false })
        && !type.SelfAndBases().SelectMany(static t => t.GetMembers()).Any(static m => m is IEventSymbol { IsStatic: false, IsAbstract: false })
        && !AssignsParameter(constructor, cancellation);

    /// <summary>
    /// A parameter of a primary constructor that a method assigns is a field that can change, one that no symbol shows. Names alone decide: a local of the same name costs
    /// the sharing, never the correctness.
    /// </summary>
    private static bool AssignsParameter(IMethodSymbol constructor, CancellationToken cancellation)
    {
        if (constructor.Parameters.IsEmpty || constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is not TypeDeclarationSyntax)
        {
            return false;
        }
        HashSet<string> names = [.. constructor.Parameters.Select(static p => p.Name)];
        return constructor.ContainingType.DeclaringSyntaxReferences
            .SelectMany(r => r.GetSyntax(cancellation).DescendantNodes())
            .OfType<IdentifierNameSyntax>()
            .Any(i => names.Contains(i.Identifier.ValueText) && IsWritten(i));
    }

    private static bool IsWritten(IdentifierNameSyntax identifier)
    {
        SyntaxNode node = identifier;
        while (node.Parent is ParenthesizedExpressionSyntax or TupleExpressionSyntax or ArgumentSyntax { Parent: TupleExpressionSyntax })
        {
            node = node.Parent;
        }
        return node.Parent switch
        {
            AssignmentExpressionSyntax assignment => assignment.Left == node,
            PrefixUnaryExpressionSyntax unary => unary.IsKind(SyntaxKind.PreIncrementExpression) || unary.IsKind(SyntaxKind.PreDecrementExpression),
            PostfixUnaryExpressionSyntax unary => unary.IsKind(SyntaxKind.PostIncrementExpression) || unary.IsKind(SyntaxKind.PostDecrementExpression),
            ArgumentSyntax argument => !argument.RefKindKeyword.IsKind(SyntaxKind.None),
            RefExpressionSyntax => true,
            _ => false,
        };
    }
}
