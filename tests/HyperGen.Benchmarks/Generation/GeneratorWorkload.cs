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

    private readonly SyntaxTree _handlers;
    private readonly SyntaxTree _unrelated;
    private readonly int _body;
    private int _edits;

    public GeneratorWorkload((string Method, string Template)[] routes)
    {
        string[] references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        _unrelated = CSharpSyntaxTree.ParseText(Unrelated(""), Options, "Entry.cs");
        Program = CSharpCompilation.Create(
            "Program",
            [.. routes.Chunk(HandlersInFile).Select(Parse), _unrelated],
            references.Select(static path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication));
        _handlers = Program.SyntaxTrees[0];
        _body = _handlers.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>().First().ExpressionBody!.ArrowToken.Span.End;
    }

    public CSharpCompilation Program { get; }

    /// <summary>The program as a compiler reads it that has seen none of its files.</summary>
    public CSharpCompilation Compile() => Program.RemoveAllSyntaxTrees().AddSyntaxTrees(
        Program.SyntaxTrees.Select(static tree => CSharpSyntaxTree.ParseText(tree.GetText(), Options, tree.FilePath)));

    /// <summary>The program after a keystroke inside a handler's body; after another one at each call.</summary>
    public CSharpCompilation EditInHandler()
    {
        TextChange change = new(new TextSpan(_body, 0), $" /* thought {_edits++} */");
        return Program.ReplaceSyntaxTree(_handlers, _handlers.WithChangedText(_handlers.GetText().WithChanges(change)));
    }

    /// <summary>The program after a keystroke inside a body that has nothing to do with handlers.</summary>
    public CSharpCompilation EditElsewhere() => Replace(Unrelated($"int i = {_edits++};"));

    /// <summary>The program after a keystroke that declares something that has nothing to do with handlers.</summary>
    public CSharpCompilation Declare() => Replace(Unrelated("") + $" internal sealed class Declared{_edits++};");

    /// <summary>A compiler that has run no generator yet.</summary>
    public static GeneratorDriver NewDriver() => CSharpGeneratorDriver.Create([new HyperGenGenerator().AsSourceGenerator()], parseOptions: Options);

    private static string Unrelated(string body) => "internal static class Entry { private static void Main() { " + body + " } }";

    private CSharpCompilation Replace(string text) => Program.ReplaceSyntaxTree(_unrelated, CSharpSyntaxTree.ParseText(text, Options, "Entry.cs"));

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
