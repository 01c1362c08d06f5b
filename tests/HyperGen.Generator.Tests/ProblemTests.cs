namespace HyperGen.Generator.Tests;

public sealed class ProblemTests
{
    private const string Invalid = """
        [HyperController("/")]
        internal static class Site
        {
            [Get("/{")] public static string Bad() => "";
            [Get("/good")] public static string Good() => "good";
            [Get("/good")] public static string Again() => "again";
        }
        """;

    [Fact]
    public void With_analyzers_the_generator_is_silent_and_leaves_out_what_is_wrong()
    {
        GeneratedProgram program = GeneratedProgram.Of(Invalid);

        Assert.DoesNotContain("HyperGen.Problems.g.cs", program.Sources.Keys);
        Assert.DoesNotContain("Site.Bad", program.Sources["HyperGen.Module.g.cs"]);
        Assert.Contains("Site.Good", program.Sources["HyperGen.Module.g.cs"]);
    }

    [Theory]
    [InlineData("RunAnalyzers")]
    [InlineData("RunAnalyzersDuringBuild")]
    public void Without_analyzers_an_invalid_program_does_not_build(string property)
    {
        GeneratedProgram program = GeneratedProgram.Of(new ProgramOptions
        {
            Sources = [Invalid],
            BuildProperties = new Dictionary<string, string> { [property] = "false" },
            ExpectsCleanCompilation = false,
        });

        Assert.Contains(program.Compilation.GetDiagnostics(TestContext.Current.CancellationToken), static d => d.ToString().Contains("#error: 'HG0003: The route template '/{'", StringComparison.Ordinal));
        Assert.Contains("#error HG0001: 'Site.Again' and 'Site.Good' both answer GET /good", program.Sources["HyperGen.Problems.g.cs"]);
    }

    [Fact]
    public void Without_analyzers_a_valid_program_builds()
    {
        GeneratedProgram program = GeneratedProgram.Of(new ProgramOptions
        {
            Sources = ["[HyperController] internal static class Site { [Get] public static string Get() => \"\"; }"],
            BuildProperties = new Dictionary<string, string> { ["RunAnalyzers"] = "false" },
        });

        Assert.DoesNotContain("HyperGen.Problems.g.cs", program.Sources.Keys);
    }
}
