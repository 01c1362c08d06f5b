using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace HyperGen.Analyzers.Tests;

/// <summary>Compiles the programs that tests are about, as a web project with implicit usings would.</summary>
internal static class TestProgram
{
    private const string ImplicitUsings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using HyperGen;
        """;

    public static CSharpParseOptions ParseOptions { get; } = new(LanguageVersion.Preview);

    public static CSharpCompilationOptions Options { get; } = new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);

    /// <summary>All assemblies that this process can load, but none of the tests' own.</summary>
    public static ImmutableArray<MetadataReference> References { get; } =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => !Path.GetFileName(path).StartsWith("xunit.", StringComparison.Ordinal))
            .Where(static path => Path.GetFileName(path) is not ("HyperGen.Generator.dll" or "HyperGen.Analyzers.dll" or "HyperGen.CodeFixes.dll" or "HyperGen.Analyzers.Tests.dll"))
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    public static SyntaxTree UsingsTree { get; } = CSharpSyntaxTree.ParseText(ImplicitUsings, ParseOptions, "Usings.cs");

    public static string Usings => ImplicitUsings;

    public static CSharpCompilation Compile(params string[] sources) => CSharpCompilation.Create(
        "Program",
        [UsingsTree, .. sources.Select(static (source, i) => CSharpSyntaxTree.ParseText(source, ParseOptions, $"File{i}.cs"))],
        References,
        Options);
}
