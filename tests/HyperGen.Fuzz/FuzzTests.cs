using System.Diagnostics;
using System.Reflection;

namespace HyperGen.Fuzz;

/// <summary>A hundred thousand inputs of each target. HYPERGEN_FUZZ_SEED begins elsewhere; the long run is <c>dotnet run -- --inputs 10000000 --target NAME</c>.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Inputs = 100_000;

    public static TheoryData<string> Names => [.. Target.All().Select(static t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_input_throws_or_hangs(string name)
    {
        var target = Target.All().Single(t => t.Name == name);
        using var owner = target as IDisposable;
        var seed = ulong.TryParse(Environment.GetEnvironmentVariable("HYPERGEN_FUZZ_SEED"), out var set) ? set : 1;
        Assert.NotEmpty(Directory.EnumerateFiles(CorpusFolder(target)));
        var fuzzer = new Fuzzer(target, seed, CorpusFolder(target));
        var clock = Stopwatch.StartNew();
        fuzzer.Run(Inputs);
        output.WriteLine(fuzzer.Summary(clock.Elapsed));

        // A harness whose inputs all end alike tests nothing.
        Assert.True(fuzzer.Outcomes.Count >= 4, fuzzer.Summary(clock.Elapsed));
    }

    internal static string CorpusFolder(Target target)
    {
        var root = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "RepositoryRoot").Value!;
        return Path.Combine(root, "tests", "HyperGen.Fuzz", "corpus", target.Name);
    }
}
