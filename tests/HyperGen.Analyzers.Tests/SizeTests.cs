using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Xunit;

namespace HyperGen.Analyzers.Tests;

public sealed class SizeTests
{
    [Fact]
    public async Task Ten_thousand_routes_are_held_against_each_other()
    {
        StringBuilder source = new();
        for (int controller = 0; controller < 100; controller++)
        {
            source.AppendLine($"[HyperController(\"/area{controller}\")] public static class Area{controller} {{");
            for (int i = 0; i < 100; i++)
            {
                source.AppendLine($"    [Get(\"/items{i}/{{id:int}}/parts/{{part}}\")] public static string Get{i}(int id, string part) => \"\";");
            }
            source.AppendLine("}");
        }
        source.AppendLine("[HyperController] public static class Last { [Get(\"/AREA99/items99/{id:int}/parts/{part}\")] public static string Get(int id, string part) => \"\"; }");

        ImmutableArray<Diagnostic> found = await Verify.DiagnosticsAsync(TestProgram.Compile(source.ToString()));

        Assert.Equal("HG0001", Assert.Single(found).Id);
    }
}
