using System.Text.RegularExpressions;

namespace HyperGen.Generator.Tests;

/// <summary>Routes as a large application has them: shared prefixes, constraints, four of five with parameters; the same at every run.</summary>
internal static partial class SyntheticRoutes
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH"];

    public static IEnumerable<(string Method, string Template)> Take(int count) => Enumerable.Range(0, count).Select(static i =>
    {
        string method = Methods[i % Methods.Length];
        string area = $"/area{i / 500}/resource{i / 25 % 20}";
        return (method, (i / 5 % 5) switch
        {
            0 => area,
            1 => area + "/{id:int}",
            2 => area + "/{id:int}/items/{key}",
            3 => area + "/by-name/{name:alpha}",
            _ => area + "/{id:int}/history/{from:datetime}/{to:datetime}",
        });
    });

    /// <summary>A path that the template matches.</summary>
    public static string Fill(string template) => Parameter().Replace(template, static m => m.Groups["constraint"].Value switch
    {
        "int" => "42",
        "alpha" => "abc",
        "datetime" => "2026-01-02",
        _ => "some-value",
    });

    [GeneratedRegex(@"\{[^:}]+(:(?<constraint>[a-z]+))?\}")]
    private static partial Regex Parameter();
}
