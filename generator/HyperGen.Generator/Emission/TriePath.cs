using HyperGen.Generator.Routing;

namespace HyperGen.Generator.Emission;

/// <summary>A node and the way that led to it, as far as the code for it depends on that.</summary>
/// <param name="Node">The node.</param>
/// <param name="Checked">For each segment behind: whether its constraints were checked on the way.</param>
/// <param name="Slots">For each segment behind: which of <c>values</c> it was put into on the way; -1 for a literal.</param>
/// <param name="Text">What a person reads, e.g. <c>/repos/{}</c>.</param>
/// <param name="Segment">The last literal, where the last segment is one.</param>
internal sealed record TriePath(TrieNode Node, IReadOnlyList<bool> Checked, IReadOnlyList<int> Slots, string Text, string Segment = "")
{
    public TriePath Literal(string text) => new(Node.Literals[text], [.. Checked, true], [.. Slots, -1], Below(text), text);

    public TriePath Constrained()
    {
        IReadOnlyList<RouteParameterConstraint>? entry = Node.Constrained!.EntryConstraints;
        return new(Node.Constrained, [.. Checked, entry is not null], [.. Slots, NextSlot], Below(entry is null ? "{:}" : "{:" + string.Join(":", entry) + "}"));
    }

    public TriePath Parameter() => new(Node.Parameter!, [.. Checked, true], [.. Slots, NextSlot], Below("{}"));

    private int NextSlot => Slots.Count(static slot => slot >= 0);

    private string Below(string segment) => (Text == "/" ? "/" : Text + "/") + segment;
}
