using System.Runtime.CompilerServices;
using System.Text.Json;

namespace HyperGen.Tls.Tests;

/// <summary>Reads the vectors of Project Wycheproof from beside the repository.</summary>
internal static class Wycheproof
{
    /// <summary>Each test of a file with the group it is in. Skips the calling test where the file is absent.</summary>
    public static IEnumerable<(JsonElement Group, JsonElement Test)> Read(string name)
    {
        var path = Path.Combine(Root(), "..", "shared", "vectors", "wycheproof", name + "_test.json");
        var isMissing = !File.Exists(path);
        if (isMissing && Environment.GetEnvironmentVariable("HYPERGEN_REQUIRE") == "1")
        {
            Assert.Fail($"HYPERGEN_REQUIRE=1, and {path} is missing.");
        }

        Assert.SkipWhen(isMissing, "The Wycheproof vectors are not beside the repository (../shared/vectors/wycheproof).");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                yield return (group, test);
            }
        }
    }

    public static byte[] Bytes(this JsonElement element, string property) => Convert.FromHexString(element.GetProperty(property).GetString()!);

    public static string Describe(this JsonElement test) => $"tcId {test.GetProperty("tcId").GetInt32()}: {test.GetProperty("comment").GetString()}";

    public static string Result(this JsonElement test) => test.GetProperty("result").GetString()!;

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
