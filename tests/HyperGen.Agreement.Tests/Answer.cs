namespace HyperGen.Agreement.Tests;

/// <summary>What a server said to a request.</summary>
/// <param name="Status">The status.</param>
/// <param name="Allow">The methods of the Allow header, sorted; empty where there is none.</param>
/// <param name="Body">The route and its values, as both servers write them.</param>
internal sealed record Answer(int Status, string Allow, string Body)
{
    public override string ToString() => $"{Status}{(Allow.Length > 0 ? $" Allow: {Allow}" : "")}{(Body.Length > 0 ? " " + Body : "")}";

    /// <summary>How both servers write a match, so that any value can be told from any other: one line, UTF-8 escaped.</summary>
    public static string Show(string template, IEnumerable<(string Name, string Value)> values) =>
        template + " " + string.Join('&', values.Select(static pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}"));
}
