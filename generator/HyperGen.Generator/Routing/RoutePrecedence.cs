namespace HyperGen.Generator.Routing;

/// <summary>Which of two candidates at the same place of the trie is tried first.</summary>
internal static class RoutePrecedence
{
    /// <summary>By precedence, segment by segment, a template that ends first wins; then by text, so that the order never depends on that of the source.</summary>
    public static int Compare(Candidate left, Candidate right)
    {
        int result = Compare(left.Template, right.Template);
        return result != 0 ? result : string.CompareOrdinal(left.Key, right.Key);
    }

    /// <summary>Zero when ASP.NET Core would not know which to prefer.</summary>
    public static int Compare(RouteTemplate left, RouteTemplate right)
    {
        int common = Math.Min(left.Segments.Count, right.Segments.Count);
        for (int i = 0; i < common; i++)
        {
            int result = left.Segments[i].Precedence - right.Segments[i].Precedence;
            if (result != 0)
            {
                return result;
            }
        }
        return left.Segments.Count - right.Segments.Count;
    }
}
