namespace HyperGen.Generator.Routing;

/// <summary>What is left of the routes after some segments of a path.</summary>
/// <param name="depth">How many segments lie behind.</param>
internal sealed class TrieNode(int depth)
{
    /// <summary>How many segments lie behind.</summary>
    public int Depth { get; } = depth;

    /// <summary>Where the next segment is a literal, by its lower-case text.</summary>
    public SortedDictionary<string, TrieNode> Literals { get; } = new(StringComparer.Ordinal);

    /// <summary>Where the next segment is a complex one or a parameter with constraints. Both have the same precedence, hence share a node.</summary>
    public TrieNode? Constrained { get; set; }

    /// <summary>Where the next segment is a parameter that takes anything.</summary>
    public TrieNode? Parameter { get; set; }

    /// <summary>What matches when the path ends here, the best first.</summary>
    public List<Candidate> Ends { get; } = [];

    /// <summary>What takes the rest of the path, of which there is some, the best first.</summary>
    public List<Candidate> CatchAlls { get; } = [];

    /// <summary>
    /// The constraints on the segment that led here, when every route below has the same ones: then they are checked once, on the way in.
    /// Otherwise each candidate checks its own at the end. Null where there is nothing to check on the way.
    /// </summary>
    public IReadOnlyList<RouteParameterConstraint>? EntryConstraints { get; set; }

    /// <summary>The nodes one segment further.</summary>
    public IEnumerable<TrieNode> Children
    {
        get
        {
            foreach (TrieNode literal in Literals.Values)
            {
                yield return literal;
            }
            if (Constrained is not null)
            {
                yield return Constrained;
            }
            if (Parameter is not null)
            {
                yield return Parameter;
            }
        }
    }

    public IEnumerable<Candidate> Candidates => Ends.Concat(CatchAlls);
}
