using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace HyperGen.Analyzers.Tests;

/// <summary>An invalid program does not build, whatever is switched off.</summary>
public sealed class SilencingTests
{
    private const string Invalid =
        """
        #pragma warning disable HG0003
        [HyperController] public static class Users { [Get("/{id")] public static string Find() => ""; }
        """;

    [Fact]
    public async Task Neither_a_pragma_nor_an_option_silences_an_error()
    {
        CSharpCompilation compilation = TestProgram.Compile(Invalid);
        compilation = compilation.WithOptions(TestProgram.Options.WithSpecificDiagnosticOptions([new("HG0003", ReportDiagnostic.Suppress)]));

        Diagnostic found = Assert.Single(await Verify.DiagnosticsAsync(compilation));

        Assert.Equal(("HG0003", DiagnosticSeverity.Error, false), (found.Id, found.Severity, found.IsSuppressed));
    }

    [Theory]
    [InlineData("RunAnalyzers=false")]
    [InlineData("RunAnalyzersDuringBuild=False")]
    [InlineData("IsImplicitlyTriggeredBuild=true", "OptimizeImplicitlyTriggeredBuild=true")]
    public void Where_no_analyzer_runs_the_generator_speaks(params string[] properties) => Assert.StartsWith("HG0003: ",
        Assert.Single(GeneratorErrors.Of(TestProgram.Compile(Invalid), [.. properties.Select(static p => (p.Split('=')[0], p.Split('=')[1]))])), StringComparison.Ordinal);

    [Theory]
    [InlineData("RunAnalyzers=true")]
    [InlineData("IsImplicitlyTriggeredBuild=true")]
    public void Where_they_run_it_is_silent(params string[] properties) => Assert.Empty(
        GeneratorErrors.Of(TestProgram.Compile(Invalid), [.. properties.Select(static p => (p.Split('=')[0], p.Split('=')[1]))]));
}
