using System.Globalization;
using System.Text;
using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace HyperGen.Benchmarks.Generation;

/// <summary>A program with a handler for each route, in files of a hundred, and the keystrokes that its author makes.</summary>
internal sealed class GeneratorWorkload
{
    private const int HandlersInFile = 100;

    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview);

    public GeneratorWorkload((string Method, string Template)[] routes)
    {
        string[] references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        Program = CSharpCompilation.Create(
            "Program",
            [.. routes.Chunk(HandlersInFile).Select(Parse), CSharpSyntaxTree.ParseText("internal static class Entry { private static void Main() { } }", Options)],
            references.Select(static path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication));
        SyntaxTree first = Program.SyntaxTrees[0];
        int body = first.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>().First().ExpressionBody!.ArrowToken.Span.End;
        EditInBody = Program.ReplaceSyntaxTree(first, first.WithChangedText(first.GetText().WithChanges(new TextChange(new TextSpan(body, 0), " /* thinking */"))));
        EditElsewhere = Program.AddSyntaxTrees(CSharpSyntaxTree.ParseText("internal sealed class Unrelated;", Options));
    }

    public CSharpCompilation Program { get; }

    /// <summary>The program after a keystroke inside a handler's body.</summary>
    public CSharpCompilation EditInBody { get; }

    /// <summary>The program after a keystroke in a file without handlers.</summary>
    public CSharpCompilation EditElsewhere { get; }

    /// <summary>A compiler that has run no generator yet.</summary>
    public static GeneratorDriver NewDriver() => CSharpGeneratorDriver.Create([new HyperGenGenerator().AsSourceGenerator()], parseOptions: Options);

    private static SyntaxTree Parse((string Method, string Template)[] routes, int file)
    {
        StringBuilder source = new StringBuilder().Append(CultureInfo.InvariantCulture, $"using HyperGen;\n[HyperController] internal static class C{file}\n{{\n");
        for (int i = 0; i < routes.Length; i++)
        {
            source.Append(CultureInfo.InvariantCulture, $"    [Verb(\"{routes[i].Method}\", \"{routes[i].Template}\")] public static string M{i}() => \"{i}\";\n");
        }
        return CSharpSyntaxTree.ParseText(SourceText.From(source.Append('}').ToString(), Encoding.UTF8), Options, $"C{file}.cs");
    }
}
