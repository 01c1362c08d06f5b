using System.Text;
using System.Text.RegularExpressions;

namespace HyperGen.Quic.Tests.Requirements;

/// <summary>
/// A file of <c>snapshots/</c> with every MUST and SHOULD of an RFC and how each is dealt with: met, with code and tests; deviated from, with the reason;
/// not applicable, with the reason. Sentences and reasons of what is not applicable are written by hand; the rest follows from the citations.
/// </summary>
internal sealed partial class RequirementList
{
    private const string NotApplicable = "  not applicable: ";
    private readonly string _rfc;
    private readonly List<string> _head = [];
    private readonly List<Requirement> _requirements = [];

    public RequirementList(string rfc, string text)
    {
        _rfc = rfc;
        var section = "";
        foreach (var line in text.Split('\n'))
        {
            if (SectionLine().IsMatch(line)) section = line;
            else if (section.Length == 0) _head.Add(line);
            else if (line.StartsWith(NotApplicable, StringComparison.Ordinal)) _requirements[^1] = _requirements[^1] with { Inapplicable = line[NotApplicable.Length..] };
            else if (line.Length > 0 && line[0] != ' ') _requirements.Add(new(section, line, ""));
        }
    }

    /// <summary>The file as the citations make it.</summary>
    public string Render(IReadOnlyList<Citation> citations)
    {
        var text = new StringBuilder();
        foreach (var line in _head) text.Append(line).Append('\n');
        foreach (var section in _requirements.GroupBy(static requirement => requirement.Section))
        {
            text.Append(section.Key).Append('\n');
            foreach (var requirement in section)
            {
                text.Append(requirement.Sentence).Append('\n');
                foreach (var line in Lines(requirement, citations)) text.Append("  ").Append(line).Append('\n');
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n') + '\n';
    }

    /// <summary>Citations that demand something this RFC does not: a quotation with a slip, or of another section.</summary>
    public IEnumerable<Citation> Misquotations(IReadOnlyList<Citation> citations) =>
        citations.Where(citation => citation.Rfc == _rfc && Demand().IsMatch(citation.Quote) && !_requirements.Exists(requirement => requirement.IsQuotedBy(citation)));

    private List<string> Lines(Requirement requirement, IReadOnlyList<Citation> citations)
    {
        var quoting = citations.Where(citation => citation.Rfc == _rfc && requirement.IsQuotedBy(citation)).ToList();
        var lines = quoting.Select(static citation => citation.Kind switch
        {
            CitationKind.Test => "test: " + citation.Place,
            CitationKind.Exception => $"deviates: {citation.Reason} ({citation.Place})",
            _ => "code: " + citation.Place,
        }).Distinct().Order(StringComparer.Ordinal).ToList();
        if (requirement.Inapplicable.Length > 0) lines.Add(NotApplicable.Trim() + ' ' + requirement.Inapplicable);
        var isSettled = requirement.Inapplicable.Length > 0 || quoting.Exists(static citation => citation.Kind == CitationKind.Exception);
        if (!isSettled && !quoting.Exists(static citation => citation.Kind == CitationKind.Code)) lines.Add("open: no code");
        if (!isSettled && !quoting.Exists(static citation => citation.Kind == CitationKind.Test)) lines.Add("open: no test");
        return lines;
    }

    [GeneratedRegex(@"^(section|appendix)-[\w.]+$")]
    private static partial Regex SectionLine();

    [GeneratedRegex(@"\b(MUST|SHALL|SHOULD|REQUIRED|RECOMMENDED)\b")]
    private static partial Regex Demand();

    private sealed record Requirement(string Section, string Sentence, string Inapplicable)
    {
        private readonly string _words = Words(Sentence);

        public bool IsQuotedBy(Citation citation)
        {
            if (citation.Section != Section) return false;
            var quote = Words(citation.Quote);
            return _words.Contains(quote, StringComparison.Ordinal) || quote.Contains(_words, StringComparison.Ordinal);
        }

        /// <summary>Only words count: line breaks, quotation marks and the way references are written differ.</summary>
        private static string Words(string text) => Regex.Replace(text, @"[^\w]+", " ").Trim().ToUpperInvariant();
    }
}
