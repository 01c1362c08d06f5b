using HyperGen.Generator.Routing;

namespace HyperGen.Generator.Emission;

/// <summary>Draws the routes as a tree, above the class.</summary>
internal static class RouterPicture
{
    private const int MostLines = 160;

    public static void Write(CodeWriter writer, IReadOnlyList<RouteEntry> table, RouteTrie trie)
    {
        writer.Line("// The routes of the program, compiled.");
        writer.Line("//");
        if (table.Count > 0)
        {
            writer.Line($"// {table.Count} routes have no parameters: see TableText.");
        }
        List<string> lines = [];
        Draw(lines, trie.Root, "");
        if (lines.Count > 0)
        {
            writer.Line("// The others form this tree. {} stands for a parameter, {:} for one with constraints, {**} for the rest of the path; where several");
            writer.Line("// branches fit, the search takes literals first, then {:}, {}, {**}, and goes back where one leads nowhere.");
            writer.Line("//");
            writer.Line("// /" + Handlers(trie.Root.Ends));
        }
        foreach (string line in lines.Take(MostLines))
        {
            writer.Line("// " + line);
        }
        if (lines.Count > MostLines)
        {
            writer.Line($"// ... and {lines.Count - MostLines} more lines");
        }
    }

    private static void Draw(List<string> lines, TrieNode node, string indent)
    {
        List<(string Label, TrieNode? Child, Candidate? CatchAll)> branches = Branches(node);
        for (int i = 0; i < branches.Count && lines.Count <= MostLines * 64; i++)
        {
            (string label, TrieNode? child, Candidate? rest) = branches[i];

            // One branch after the other on a line, as long as there is no choice: that is what compresses the trie.
            while (child is { Ends.Count: 0, CatchAlls.Count: 0 } && Branches(child) is { Count: 1 } only)
            {
                label += "/" + only[0].Label;
                child = only[0].Child;
            }
            bool isLast = i == branches.Count - 1;
            lines.Add(indent + "+-- " + label + Handlers(child?.Ends ?? [rest!]));
            if (child is not null)
            {
                Draw(lines, child, indent + (isLast ? "    " : "|   "));
            }
        }
    }

    private static List<(string Label, TrieNode? Child, Candidate? CatchAll)> Branches(TrieNode node)
    {
        List<(string Label, TrieNode? Child, Candidate? CatchAll)> branches = [];
        branches.AddRange(node.Literals.Select(static pair => (CSharpText.Comment(pair.Key), (TrieNode?)pair.Value, (Candidate?)null)));
        if (node.Constrained is { } constrained)
        {
            branches.Add((constrained.EntryConstraints is { } entry ? "{:" + CSharpText.Comment(string.Join(":", entry)) + "}" : "{:}", constrained, null));
        }
        if (node.Parameter is { } parameter)
        {
            branches.Add(("{}", parameter, null));
        }
        branches.AddRange(node.CatchAlls.Select(static rest => ("{**}", (TrieNode?)null, (Candidate?)rest)));
        return branches;
    }

    private static string Handlers(IEnumerable<Candidate> ends)
    {
        string text = string.Join(", ", ends.SelectMany(static end => end.Routes).Select(static route => $"{route.Method} {route.DisplayName}"));
        return text.Length == 0 ? "" : "    " + CSharpText.Comment(text);
    }
}
