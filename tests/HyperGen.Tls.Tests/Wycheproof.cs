using System.Text.Json;

namespace HyperGen.Tls.Tests;

/// <summary>Reads the vectors of Project Wycheproof from beside the repository.</summary>
internal static class Wycheproof
{
    /// <summary>Each test of a file with the group it is in. Without the file the calling test is skipped, or fails: see <see cref="Material"/>.</summary>
    public static IEnumerable<(JsonElement Group, JsonElement Test)> Read(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Material.Find($"vectors/wycheproof/{name}_test.json")));
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                yield return (group, test);
            }
        }
    }

    public static byte[] Bytes(this JsonElement element, string property) => Convert.FromHexString(element.GetProperty(property).GetString()!);

    public static string Describe(this JsonElement test) => $"tcId {test.GetProperty("tcId").GetInt32()}: {(test.TryGetProperty("comment", out JsonElement comment) ? comment.GetString() : "")}";

    public static string Result(this JsonElement test) => test.GetProperty("result").GetString()!;
}
