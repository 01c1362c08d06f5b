using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace HyperGen.Generator.Tests;

/// <summary>What is remembered of a class from one keystroke to the next is never out of date, and is used where it can be.</summary>
public sealed class ParsedClassesTests
{
    private const string Site = """
        [HyperController("/site")]
        internal sealed class Site(string name) : Shared.Base(name)
        {
            [Get(Shared.Names.Path)] public static string Text() => "x";
            [Get("/key/{key}")] public static string Keyed(Shared.Key key) => "k" + key;
            [Get("/point")] public static Shared.Point Point() => new(1, 2);
            [Shared.Fetch("/fetched")] public static void Fetched() { }
        }
        """;

    private const string Elsewhere = """
        [assembly: Shared.Audit]

        namespace Shared
        {
            internal static class Names { public const string Path = "/one"; }

            internal enum Key { A, B }

            internal sealed record Point(int X, int Y);

            internal class AuditAttribute : Attribute;

            internal sealed class FetchAttribute(string template) : VerbAttribute("GET", template);

            [System.Text.Json.Serialization.JsonSerializable(typeof(Point))]
            internal sealed partial class Json : System.Text.Json.Serialization.JsonSerializerContext;

            internal class Base(string name)
            {
                [Get("/name")] public string Name() => name;

                [Get("/asked")] public string Asked(string q) { return q; }
            }

            internal static class Unrelated { public static int Work() { return 1; } }
        }
        """;

    [Theory]
    [InlineData("a constant of a template", "\"/one\"", "\"/two\"")]
    [InlineData("the type of a parameter", "internal enum Key { A, B }", "internal sealed record Key(string Text) { public static bool TryParse(string? text, out Key key) { key = new(text!); return true; } }")]
    [InlineData("a property that now computes", "record Point(int X, int Y);", "record Point(int X, int Y) { public int Sum => X + Y; }")]
    [InlineData("a verb", "VerbAttribute(\"GET\", template)", "VerbAttribute(\"PUT\", template)")]
    [InlineData("the body of a base class", "=> name;", "=> name = \"x\";")]
    [InlineData("a directive", "[Get(\"/asked\")]", "\n#nullable disable\n[Get(\"/asked\")]")]
    [InlineData("a directive in a body", "=> name;", "\n#nullable disable\n=> name;")]
    [InlineData("an attribute of the assembly", "class AuditAttribute : Attribute", "class AuditAttribute : Attribute, Microsoft.AspNetCore.Authorization.IAllowAnonymous")]
    public void A_change_elsewhere_is_seen(string what, string before, string after)
    {
        Assert.Contains(before, Elsewhere, StringComparison.Ordinal);
        Compilation program = Program(Site, Elsewhere);
        GeneratorDriver driver = NewDriver().RunGenerators(program, TestContext.Current.CancellationToken);
        SyntaxTree tree = program.SyntaxTrees.Single(static t => t.ToString().Contains("namespace Shared", StringComparison.Ordinal));
        string source = tree.ToString();
        SyntaxTree edited = tree.WithChangedText(tree.GetText(TestContext.Current.CancellationToken).WithChanges(new TextChange(new TextSpan(source.IndexOf(before, StringComparison.Ordinal), before.Length), after)));

        string remembered = Outputs(driver.RunGenerators(program.ReplaceSyntaxTree(tree, edited), TestContext.Current.CancellationToken));

        string fresh = Outputs(NewDriver().RunGenerators(Program(Site, Elsewhere.Replace(before, after, StringComparison.Ordinal)), TestContext.Current.CancellationToken));
        Assert.Equal(fresh, remembered);
        Assert.NotEqual(Outputs(driver), remembered);
        Assert.NotEmpty(what);
    }

    [Theory]
    [InlineData("return 1;", "return 1 + 1;")]
    [InlineData("return 1;", "return 1")]
    [InlineData("internal static class Unrelated", "// A thought.\ninternal static class Unrelated")]
    public void A_keystroke_in_another_body_or_comment_reads_again_only_what_reads_that_file(string before, string after)
    {
        Compilation program = Program(Site, Elsewhere);
        SyntaxTree tree = program.SyntaxTrees.Single(static t => t.ToString().Contains("namespace Shared", StringComparison.Ordinal));
        SyntaxTree edited = CSharpSyntaxTree.ParseText(Elsewhere.Replace(before, after, StringComparison.Ordinal), (CSharpParseOptions)tree.Options, tree.FilePath, cancellationToken: TestContext.Current.CancellationToken);
        Reader reader = new();
        GeneratorDriver driver = CSharpGeneratorDriver.Create([reader.AsSourceGenerator()], parseOptions: new ProgramOptions().ParseOptions);

        driver = driver.RunGenerators(program, TestContext.Current.CancellationToken);
        Dictionary<string, ParsedController> first = reader.TakeAll();
        driver.RunGenerators(program.ReplaceSyntaxTree(tree, edited), TestContext.Current.CancellationToken);
        Dictionary<string, ParsedController> second = reader.TakeAll();

        Assert.Same(first["Other"], second["Other"]);
        // Its base class is in the file, and the bodies of that one decide whether an instance can be shared.
        Assert.NotSame(first["Site"], second["Site"]);
    }

    /// <summary>Sees what reading a class gives before the driver puts the earlier value in the place of an equal one.</summary>
    private sealed class Reader : IIncrementalGenerator
    {
        private readonly Dictionary<string, ParsedController> _all = [];

        public Dictionary<string, ParsedController> TakeAll()
        {
            Dictionary<string, ParsedController> all = new(_all);
            _all.Clear();
            return all;
        }

        public void Initialize(IncrementalGeneratorInitializationContext context) => context.RegisterSourceOutput(
            context.SyntaxProvider.ForAttributeWithMetadataName("HyperGen.HyperControllerAttribute", static (_, _) => true, (found, cancellation) =>
            {
                ParsedController parsed = ParsedClasses.Parse(found, cancellation);
                _all.Add(parsed.Controller!.Name, parsed);
                return parsed;
            }),
            static (_, _) => { });
    }

    private static Compilation Program(params string[] sources) =>
        new ProgramOptions { Sources = [.. sources, "[HyperController(\"/other\")] internal static class Other { [Get] public static void Get() { } }"] }.ToCompilation();

    private static string Outputs(GeneratorDriver driver) => string.Join("\n", driver.GetRunResult().Results[0].GeneratedSources.Select(static s => s.SourceText));

    private static CSharpGeneratorDriver NewDriver() => CSharpGeneratorDriver.Create(
        [new HyperGenGenerator().AsSourceGenerator()],
        parseOptions: new ProgramOptions().ParseOptions,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
}
