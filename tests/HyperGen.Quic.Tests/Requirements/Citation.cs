using System.Text.RegularExpressions;

namespace HyperGen.Quic.Tests.Requirements;

/// <summary>A sentence of an RFC that a source file quotes above the lines that satisfy or test it.</summary>
/// <param name="Rfc">The number of the RFC.</param>
/// <param name="Section">Its section, as the link spells it: <c>section-4.1</c>.</param>
/// <param name="Quote">What is quoted, or the shortest part of it that says what is demanded.</param>
/// <param name="Kind">What the citation stands above.</param>
/// <param name="Reason">Why an exception is made.</param>
/// <param name="Place">The file, or class and method of a test.</param>
internal sealed partial record Citation(string Rfc, string Section, string Quote, CitationKind Kind, string Reason, string Place)
{
    /// <summary>The citations of every source file of the runtime and the tests.</summary>
    public static IEnumerable<Citation> ReadAll(string root) =>
        from folder in new[] { "runtime", "tests" }
        from file in Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories)
        where !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)
        from citation in Read(root, file)
        select citation;

    private static IEnumerable<Citation> Read(string root, string file)
    {
        var lines = File.ReadAllLines(file);
        for (var i = 0; i < lines.Length; i++)
        {
            if (Target().Match(lines[i]) is not { Success: true } target) continue;
            var (kind, reason, quote) = (CitationKind.Code, "", new List<string>());
            for (i++; i < lines.Length && Mark().Match(lines[i]) is { Success: true } mark; i++)
            {
                var text = mark.Groups["text"].Value;
                if (mark.Groups["kind"].Value == "#") quote.Add(text);
                else if (text == "type=test") kind = CitationKind.Test;
                else if (text == "type=exception") kind = CitationKind.Exception;
                else if (text.StartsWith("reason=", StringComparison.Ordinal)) reason = text["reason=".Length..];
                else break;
            }

            var place = Path.GetRelativePath(root, file);
            if (kind == CitationKind.Test) place = $"{Path.GetFileNameWithoutExtension(file)}.{MethodAfter(lines, i)}";
            yield return new(target.Groups["rfc"].Value, target.Groups["section"].Value, string.Join(' ', quote), kind, reason, place);
            i--;
        }
    }

    private static string MethodAfter(string[] lines, int start) =>
        lines.Skip(start).Select(static line => Method().Match(line)).FirstOrDefault(static match => match.Success)?.Groups["name"].Value ?? "";

    [GeneratedRegex(@"^\s*//= https://www\.rfc-editor\.org/rfc/rfc(?<rfc>\d+)#(?<section>(section|appendix)-[\w.]+)\s*$")]
    private static partial Regex Target();

    [GeneratedRegex(@"^\s*//(?<kind>[=#]) (?<text>(?!https:).*?)\s*$")]
    private static partial Regex Mark();

    [GeneratedRegex(@"^\s*(public|internal) .*?\b(?<name>\w+)\(")]
    private static partial Regex Method();
}
