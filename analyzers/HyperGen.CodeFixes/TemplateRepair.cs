using HyperGen.Generator;

namespace HyperGen.CodeFixes;

/// <summary>One small edit that makes a route template valid.</summary>
/// <param name="Position">Where in the template.</param>
/// <param name="Removed">How many characters go.</param>
/// <param name="Inserted">What comes in their place.</param>
internal readonly record struct TemplateRepair(int Position, int Removed, string Inserted)
{
    /// <summary>The edits that make a template valid, the likeliest first; none where its author must say what was meant.</summary>
    public static IEnumerable<TemplateRepair> Find(string template)
    {
        if (RouteTemplate.TryParse(template, out _, out _))
        {
            return [];
        }
        (int start, int length) = RouteTemplate.FindFault(template);
        return Candidates(template, start, start + length).Where(repair => RouteTemplate.TryParse(repair.Apply(template), out _, out _)).Take(1);
    }

    public string Apply(string template) => template.Remove(Position, Removed).Insert(Position, Inserted);

    private static IEnumerable<TemplateRepair> Candidates(string template, int start, int end)
    {
        if (start >= template.Length)
        {
            yield break;
        }
        switch (template[start])
        {
            case '~' or '/':
                yield return new TemplateRepair(start, 1, "");
                break;
            case '{':
                // An optional catch-all, or an optional parameter with a default value: the question mark is what is too much.
                if (end - start > 2 && template[end - 2] == '?' && template[end - 1] == '}')
                {
                    yield return new TemplateRepair(end - 2, 1, "");
                }
                // "}}" is an escaped brace, which closes nothing.
                int doubled = template.IndexOf("}}", start, StringComparison.Ordinal);
                if (doubled >= 0)
                {
                    yield return new TemplateRepair(doubled, 1, "");
                }
                yield return new TemplateRepair(EndOfSegment(template, start), 0, "}");
                int open = start > 0 ? template.LastIndexOf('{', start - 1) : -1;
                if (open >= 0)
                {
                    yield return new TemplateRepair(EndOfSegment(template, open), 0, "}");
                }
                break;
            case '}':
                int segment = template.LastIndexOf('/', start) + 1;
                if (template.IndexOf('{', segment, start - segment) < 0)
                {
                    yield return new TemplateRepair(segment, 0, "{");
                }
                yield return new TemplateRepair(start, 1, "");
                break;
        }
    }

    private static int EndOfSegment(string template, int start)
    {
        int slash = template.IndexOf('/', start);
        return slash < 0 ? template.Length : slash;
    }
}
