using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;

namespace HyperGen.CodeFixes;

/// <summary>Gives a class the one method that a middleware has.</summary>
internal static class MiddlewareShape
{
    private const string Name = "InvokeAsync";

    public static Task<Solution> ImposeAsync(Solution solution, INamedTypeSymbol middleware, CancellationToken cancellation)
    {
        IMethodSymbol? existing = middleware.GetMembers(Name).Concat(middleware.GetMembers("Invoke")).OfType<IMethodSymbol>().FirstOrDefault(static m => m.Parameters.Length == 2);
        return existing is null
            ? solution.EditAsync([middleware], static (node, generator) => generator.AddMembers(node, Declare("context", "next", isAsync: false)
                .WithExpressionBody(SyntaxFactory.ArrowExpressionClause(SyntaxFactory.ParseExpression("next.InvokeAsync(context)")))
                .WithSemicolonToken(SyntaxFactory.Token(SyntaxKind.SemicolonToken))), cancellation)
            : solution.EditAsync([existing], static (node, _) => Reshape((MethodDeclarationSyntax)node), cancellation);
    }

    private static MethodDeclarationSyntax Reshape(MethodDeclarationSyntax method)
    {
        string context = method.ParameterList.Parameters[0].Identifier.Text;
        string next = method.ParameterList.Parameters[1].Identifier.Text;
        MethodDeclarationSyntax shape = Declare(context, next, method.Modifiers.Any(SyntaxKind.AsyncKeyword));

        // A delegate is called, a struct is asked to go on.
        method = method.ReplaceNodes(
            method.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(call => call.Expression is IdentifierNameSyntax name && name.Identifier.Text == next),
            (_, call) => call.WithExpression(SyntaxFactory.ParseExpression($"{next}.{Name}").WithTriviaFrom(call.Expression)));
        return shape
            .WithAttributeLists(method.AttributeLists)
            .WithBody(method.Body)
            .WithExpressionBody(method.ExpressionBody)
            .WithSemicolonToken(method.SemicolonToken)
            .WithTriviaFrom(method)
            .WithAdditionalAnnotations(Formatter.Annotation);
    }

    /// <summary>The method without a body.</summary>
    private static MethodDeclarationSyntax Declare(string context, string next, bool isAsync)
    {
        var method = (MethodDeclarationSyntax)SyntaxFactory.ParseMemberDeclaration(
            $"public {(isAsync ? "async " : "")}global::System.Threading.Tasks.ValueTask {Name}<TNext>(global::HyperGen.RequestContext {context}, TNext {next}) "
            + "where TNext : struct, global::HyperGen.INext;")!;
        return method
            .ReplaceNodes(method.DescendantNodes().OfType<QualifiedNameSyntax>(), static (_, type) => type.WithAdditionalAnnotations(Simplifier.Annotation))
            .WithSemicolonToken(default)
            .WithAdditionalAnnotations(Formatter.Annotation);
    }
}
