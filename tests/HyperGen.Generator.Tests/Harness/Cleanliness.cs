using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace HyperGen.Generator.Tests;

/// <summary>Checks that a program compiles without a single warning.</summary>
internal static class Cleanliness
{
    /// <summary>
    /// What a user's obsolete and experimental types cause, which is why generated files disable warnings, and what an assembly that is marked CLS-compliant is told of a
    /// module, whose base class is not: the runtime's own types are made of spans and unsigned numbers.
    /// </summary>
    private static readonly HashSet<string> Disabled = ["CS0612", "CS0618", "CS0619", "CS8305", "CS9204", "CS3001", "CS3003", "CS3009", "CS3016"];

    public static void Check(Compilation output)
    {
        AssertEmpty(output.GetDiagnostics(TestContext.Current.CancellationToken), output);
        // The files disable all warnings for the sake of users' types: everything else must be clean without that.
        Compilation strict = output;
        foreach (SyntaxTree tree in output.SyntaxTrees.Where(IsGenerated))
        {
            string text = tree.ToString().Replace("#pragma warning disable", "// #pragma warning disable", StringComparison.Ordinal);
            strict = strict.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(SourceText.From(text), (CSharpParseOptions)tree.Options, tree.FilePath, TestContext.Current.CancellationToken));
        }
        AssertEmpty(strict.GetDiagnostics(TestContext.Current.CancellationToken).Where(static d => !Disabled.Contains(d.Id) && d.Id.StartsWith("CS", StringComparison.Ordinal)), strict);
    }

    private static bool IsGenerated(SyntaxTree tree) => tree.FilePath.Contains("HyperGen.Generator.HyperGenGenerator", StringComparison.Ordinal);

    private static void AssertEmpty(IEnumerable<Diagnostic> diagnostics, Compilation compilation)
    {
        string[] messages = [.. diagnostics
            .Where(static d => d is { IsSuppressed: false, Severity: not DiagnosticSeverity.Hidden })
            .Select(static d => d + "\n    " + d.Location.SourceTree?.GetText().Lines[d.Location.GetLineSpan().StartLinePosition.Line])];
        Assert.True(messages.Length == 0, $"{compilation.AssemblyName} has {messages.Length} diagnostics:\n{string.Join('\n', messages.Take(20))}");
    }
}
