using System.Globalization;
using HyperGen.Generator.Routing;

namespace HyperGen.Generator.Emission;

/// <summary>Writes the trie as nested code: what does not return falls through to the next alternative, which is all that going back needs.</summary>
internal sealed class RouterTrieEmitter(CodeWriter writer, RouteVerbs verbs)
{
    /// <summary>Up to here comparing one by one beats a jump through a table.</summary>
    private const int MostCompared = 3;

    private readonly Queue<PendingMethod> _pending = [];
    private readonly RouterLeafEmitter _leaves = new(writer, verbs);
    private MethodPlan _plan = null!;
    private int _methods;
    private int _tables;

    public void Emit(RouteTrie trie)
    {
        _plan = new MethodPlan(trie.Root, verbs);
        Enqueue(new TriePath(trie.Root, [], "/"), null);
        while (_pending.Count > 0)
        {
            PendingMethod method = _pending.Dequeue();
            method.Write();
        }
        _leaves.EmitPatterns();
    }

    private const string Signature = $"scoped in {RouterTypes.PathSegments} path, int verb, global::System.Span<{RouterTypes.RouteRange}> values, ref int allowed";

    /// <summary>Plans a method for a node, or for some of the literals below one, and returns its name.</summary>
    private string Enqueue(TriePath at, List<(int Slot, TriePath Child)>? group)
    {
        string name = "Node" + (_methods++).ToString(CultureInfo.InvariantCulture);
        _pending.Enqueue(new PendingMethod(() =>
        {
            writer.Line($"// {CSharpText.Comment(at.Text)}{(group is null ? "" : $": {group.Count} of its literals")}");
            string slot = group is null ? "" : ", int slot";
            using (writer.Open($"private static int {name}({Signature}{slot})"))
            {
                if (group is null)
                {
                    EmitNode(at);
                }
                else
                {
                    EmitSwitch(at.Node, "slot", group);
                }
                writer.Line("return -1;");
            }
            writer.Line();
        }));
        return name;
    }

    private void EmitChild(TriePath at)
    {
        if (_plan.IsMethod(at.Node))
        {
            EmitCall(Enqueue(at, null), "", at.Node.Depth);
        }
        else
        {
            EmitNode(at);
        }
    }

    private void EmitCall(string method, string extra, int depth)
    {
        string result = "match" + depth.ToString(CultureInfo.InvariantCulture);
        writer.Line($"int {result} = {method}(path, verb, values, ref allowed{extra});");
        using (writer.Open($"if ({result} >= 0)"))
        {
            writer.Line($"return {result};");
        }
    }

    private void EmitNode(TriePath at)
    {
        TrieNode node = at.Node;
        bool goesOn = node.CatchAlls.Count > 0 || node.Children.Any();
        if (node.Ends.Count > 0)
        {
            using (writer.Open($"if (path.Count == {node.Depth})"))
            {
                node.Ends.ForEach(end => _leaves.Emit(end, at, takesRest: false));
            }
        }
        if (goesOn)
        {
            using (writer.Open(node.Ends.Count > 0 ? "else" : $"if (path.Count > {node.Depth})"))
            {
                EmitChildren(at);
                node.CatchAlls.ForEach(rest => _leaves.Emit(rest, at, takesRest: true));
            }
        }
    }

    private void EmitChildren(TriePath at)
    {
        TrieNode node = at.Node;
        string depth = node.Depth.ToString(CultureInfo.InvariantCulture);
        if (node.Children.Any())
        {
            writer.Line($"int length{depth} = path.Length({depth});");
        }
        if (node.Literals.Count > 0)
        {
            EmitLiterals(at, depth);
        }
        if (node.Constrained is { } constrained)
        {
            string check = string.Concat((constrained.EntryConstraints ?? []).Select(constraint => " && " + _leaves.Check(constraint, $"path[{depth}]")));
            using (writer.Open($"if (length{depth} != 0{check})"))
            {
                EmitChild(at.Constrained());
            }
        }
        if (node.Parameter is not null)
        {
            using (writer.Open($"if (length{depth} != 0)"))
            {
                EmitChild(at.Parameter());
            }
        }
    }

    private void EmitLiterals(TriePath at, string depth)
    {
        TrieNode node = at.Node;
        List<TriePath> children = node.Literals.Keys.Select(at.Literal).ToList();
        List<byte[]> texts = node.Literals.Keys.Select(RouteBytes.Utf8).ToList();
        if (texts.Exists(static text => text.Length <= 16) || children.Count > MostCompared)
        {
            writer.Line($"ulong head{depth} = path.Head({depth});");
        }
        if (children.Count <= MostCompared)
        {
            for (int i = 0; i < children.Count; i++)
            {
                using (writer.Open($"{(i == 0 ? "" : "else ")}if ({LiteralTest(texts[i], node.Depth, "length" + depth)})"))
                {
                    EmitChild(children[i]);
                }
            }
            return;
        }

        SegmentHash hash = SegmentHash.Find(texts);
        writer.Line($"ulong key{depth} = unchecked({hash.KeyExpression(depth)});");
        string table = "";
        if (hash.Hash.Displacements is { } displacements)
        {
            table = "Displacements" + (_tables++).ToString(CultureInfo.InvariantCulture);
            _pending.Enqueue(new PendingMethod(() => ConstantTable.Write(
                writer, table, displacements.Select(static value => (int)value).ToList(), $"Moves the literals below {CSharpText.Comment(at.Text)} to slots of their own.")));
        }
        writer.Line($"int slot{depth} = {HashExpression.Write(hash.Hash, "key" + depth, table)};");
        List<(int Slot, TriePath Child)> cases = children.Select((child, i) => (hash.Slot(texts[i]), child)).OrderBy(static pair => pair.Item1).ToList();
        int shift = MethodPlan.GroupShift(node, hash.Hash.Slots);
        if (shift == 0)
        {
            EmitSwitch(node, "slot" + depth, cases);
            return;
        }
        writer.Line($"// {cases.Count} literals are too many for one method: each of these has the ones of {1 << shift} slots.");
        using (writer.Open($"switch (slot{depth} >> {shift})"))
        {
            foreach (IGrouping<int, (int Slot, TriePath Child)> group in cases.GroupBy(pair => pair.Slot >> shift))
            {
                writer.Line($"case {group.Key}:");
                using (writer.Open())
                {
                    EmitCall(Enqueue(at, group.ToList()), $", slot{depth}", node.Depth);
                    writer.Line("break;");
                }
            }
        }
    }

    /// <summary>A case for each slot. Literals that even the hash cannot tell apart share one.</summary>
    private void EmitSwitch(TrieNode node, string slot, IReadOnlyList<(int Slot, TriePath Child)> cases)
    {
        using (writer.Open($"switch ({slot})"))
        {
            foreach (IGrouping<int, (int Slot, TriePath Child)> group in cases.GroupBy(static pair => pair.Slot))
            {
                writer.Line($"case {group.Key}:");
                using (writer.Open())
                {
                    foreach ((_, TriePath child) in group)
                    {
                        using (writer.Open($"if ({LiteralTest(RouteBytes.Utf8(child.Segment), node.Depth, $"path.Length({node.Depth})")})"))
                        {
                            EmitChild(child);
                        }
                    }
                    writer.Line("break;");
                }
            }
        }
    }

    /// <summary>Up to eight bytes are one number, up to sixteen two that may overlap.</summary>
    private static string LiteralTest(byte[] text, int depth, string length)
    {
        string literal = CSharpText.Utf8Literal(System.Text.Encoding.UTF8.GetString(text));
        if (text.Length > 16)
        {
            return $"path.Is({depth}, {literal})";
        }
        string head = length.StartsWith("length", StringComparison.Ordinal) ? "head" + depth.ToString(CultureInfo.InvariantCulture) : $"path.Head({depth})";
        string first = $"{length} == {text.Length} && {head} == {CSharpText.Hex(RouteBytes.Head(text))}";
        string second = text.Length > 8 ? $" && path.Tail({depth}) == {CSharpText.Hex(RouteBytes.Tail(text))}" : "";
        return $"{first}{second} /* {CSharpText.Comment(System.Text.Encoding.UTF8.GetString(text)).Replace("*/", "* /")} */";
    }

    private sealed record PendingMethod(Action Write);
}
