using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace HyperGen.Generator.Tests;

/// <summary>Keystrokes that change nothing that HyperGen compiles.</summary>
internal static class Edits
{
    public static IEnumerable<(string Name, Compilation Edited)> Of(Compilation program)
    {
        yield return ("in another file", program.AddSyntaxTrees(CSharpSyntaxTree.ParseText("internal sealed class Unrelated;", (CSharpParseOptions)program.SyntaxTrees.First().Options, "unrelated.cs")));
        foreach (SyntaxTree tree in program.SyntaxTrees)
        {
            SyntaxNode root = tree.GetRoot();
            if (root.DescendantNodes().OfType<MethodDeclarationSyntax>().FirstOrDefault(IsHandler) is not { } handler)
            {
                continue;
            }
            yield return ("inside a handler's body", program.ReplaceSyntaxTree(tree, Insert(tree, BodyStart(handler), handler.Body is null ? " /* thinking */" : " _ = 1 + 1;")));
            yield return ("above a handler", program.ReplaceSyntaxTree(tree, Insert(tree, root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>().First().FullSpan.Start, "\n\n// thinking\n\n")));
        }
    }

    private static bool IsHandler(MethodDeclarationSyntax method) =>
        method.AttributeLists.Count > 0 && (method.Body ?? (SyntaxNode?)method.ExpressionBody) is not null;

    private static int BodyStart(MethodDeclarationSyntax method) =>
        method.Body is { } body ? body.OpenBraceToken.Span.End : method.ExpressionBody!.ArrowToken.Span.End;

    private static SyntaxTree Insert(SyntaxTree tree, int position, string text) =>
        tree.WithChangedText(tree.GetText().WithChanges(new TextChange(new TextSpan(position, 0), text)));
}
