using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace HyperGen.Generator.Tests;

/// <summary>How a test program is compiled.</summary>
internal sealed record ProgramOptions
{
    /// <summary>The implicit usings of a web project, with HyperGen's own.</summary>
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Net.Http.Json;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        global using HyperGen;
        """;

    public string AssemblyName { get; init; } = "App";

    public IReadOnlyList<string> Sources { get; init; } = [];

    public OutputKind OutputKind { get; init; } = OutputKind.ConsoleApplication;

    public IReadOnlyList<MetadataReference> References { get; init; } = [];

    public IReadOnlyDictionary<string, string> BuildProperties { get; init; } = new Dictionary<string, string>();

    public bool ExpectsCleanCompilation { get; init; } = true;

    public bool HasImplicitUsings { get; init; } = true;

    public NullableContextOptions Nullable { get; init; } = NullableContextOptions.Enable;

    public bool CheckOverflow { get; init; }

    public CSharpParseOptions ParseOptions { get; init; } = new(LanguageVersion.CSharp14, DocumentationMode.Diagnose);

    public Compilation ToCompilation()
    {
        List<string> sources = HasImplicitUsings ? [ImplicitUsings, .. Sources] : [.. Sources];
        if (OutputKind == OutputKind.ConsoleApplication)
        {
            sources.Add("internal static class EntryPoint { private static void Main() { } }");
        }
        return CSharpCompilation.Create(
            AssemblyName,
            sources.Select((text, i) => CSharpSyntaxTree.ParseText(text, ParseOptions, $"{i}.cs", System.Text.Encoding.UTF8)),
            [.. Tests.References.All, .. References],
            new CSharpCompilationOptions(
                OutputKind,
                generalDiagnosticOption: ReportDiagnostic.Error,
                warningLevel: 9999,
                checkOverflow: CheckOverflow,
                nullableContextOptions: Nullable));
    }
}
