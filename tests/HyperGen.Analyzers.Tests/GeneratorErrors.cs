using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Xunit;

namespace HyperGen.Analyzers.Tests;

/// <summary>What the generator says in place of the analyzers, when they are off.</summary>
internal static class GeneratorErrors
{
    /// <summary>The sentences of its <c>#error</c>s, e.g. <c>HG0003: The route template …</c>, each once and in order.</summary>
    public static IEnumerable<string> Of(CSharpCompilation compilation, params (string Name, string Value)[] properties)
    {
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new HyperGenGenerator().AsSourceGenerator()],
            parseOptions: TestProgram.ParseOptions,
            optionsProvider: new BuildProperties(properties));
        GeneratorRunResult result = driver.RunGenerators(compilation, TestContext.Current.CancellationToken).GetRunResult().Results.Single();
        Assert.Null(result.Exception);
        return result.GeneratedSources
            .SelectMany(static source => source.SyntaxTree.GetRoot().DescendantNodes(descendIntoTrivia: true).OfType<ErrorDirectiveTriviaSyntax>())
            .Select(static directive => directive.EndOfDirectiveToken.ToFullString().Trim())
            .Order(StringComparer.Ordinal);
    }

    private sealed class BuildProperties((string Name, string Value)[] properties) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Properties(properties);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;
    }

    private sealed class Properties((string Name, string Value)[] properties) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, out string value)
        {
            value = properties.FirstOrDefault(p => "build_property." + p.Name == key).Value ?? "";
            return value.Length > 0;
        }
    }
}
