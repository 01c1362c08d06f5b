using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace HyperGen.Generator.Parsing;

/// <summary>Whether an instance of a class keeps nothing that can change, so that all requests may use the same one.</summary>
internal static class SharingAnalysis
{
    public static bool IsImmutable(INamedTypeSymbol type, CancellationToken cancellation) =>
        !type.SelfAndBases().SelectMany(static t => t.GetMembers()).Any(static m => m is IFieldSymbol field ? CanChange(field) : m is IEventSymbol { IsStatic: false, IsAbstract: false })
        && !type.SelfAndBases().OfType<INamedTypeSymbol>().SelectMany(static t => t.InstanceConstructors).Any(c => AssignsParameter(c, cancellation));

    // What holds a captured parameter is a field that the compiler declares, for no property: whether it changes, the syntax tells.
    private static bool CanChange(IFieldSymbol field) =>
        field is { IsStatic: false, IsReadOnly: false, IsConst: false } && !(field is { IsImplicitlyDeclared: true, AssociatedSymbol: null });

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
