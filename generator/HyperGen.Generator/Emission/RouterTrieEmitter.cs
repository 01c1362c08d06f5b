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
        Enqueue(new TriePath(trie.Root, [], [], "/"), null);
        while (_pending.Count > 0)
        {
            PendingMethod method = _pending.Dequeue();
            method.Write();
        }
        _leaves.EmitPatterns();
    }

    private static string Signature(string depth) => $"scoped in {RouterTypes.RoutePath} path, int start{depth}, int verb, global::System.Span<{RouterTypes.RouteRange}> values, ref int allowed";

    /// <summary>Plans a method for a node, or for some of the literals below one, and returns its name.</summary>
    private string Enqueue(TriePath at, List<(int Slot, TriePath Child)>? group)
    {
        string name = "Node" + Number(_methods++);
        _pending.Enqueue(new PendingMethod(() =>
        {
            writer.Line($"// {CSharpText.Comment(at.Text)}{(group is null ? "" : $": {group.Count} of its literals")}");
            string slot = group is null ? "" : $", int length{at.Node.Depth}, ulong head{at.Node.Depth}, int slot{at.Node.Depth}";
            using (writer.Open($"private static int {name}({Signature(Number(at.Node.Depth))}{slot})"))
            {
                if (group is null)
                {
                    EmitNode(at);
                }
                else
                {
                    string depth = Number(at.Node.Depth);
                    writer.Line($"int start{at.Node.Depth + 1} = start{depth} + length{depth} + 1;");
                    EmitSwitch(at.Node, "slot" + depth, group);
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
            EmitCall(Enqueue(at, null), "", at.Node.Depth, Number(at.Node.Depth));
        }
        else
        {
            EmitNode(at);
        }
    }

    private void EmitCall(string method, string extra, int start, string result)
    {
        writer.Line($"int match{result} = {method}(in path, start{start}, verb, values, ref allowed{extra});");
        using (writer.Open($"if (match{result} >= 0)"))
        {
            writer.Line($"return match{result};");
        }
    }

    private void EmitNode(TriePath at)
    {
        TrieNode node = at.Node;
        bool goesOn = node.CatchAlls.Count > 0 || node.Children.Any();
        if (node.Ends.Count > 0)
        {
            using (writer.Open($"if (path.IsEnd(start{node.Depth}))"))
            {
                node.Ends.ForEach(end => _leaves.Emit(end, at, takesRest: false));
            }
        }
        if (node.Ends.Count > 0 && goesOn)
        {
            using (writer.Open("else"))
            {
                EmitRest(at);
            }
        }
        else if (goesOn)
        {
            EmitRest(at);
        }
    }

    private void EmitRest(TriePath at)
    {
        if (at.Node.Children.Any())
        {
            EmitChildren(at);
        }
        if (at.Node.CatchAlls.Count > 0)
        {
            // Where the path may have ended was settled above only if something may end there.
            using (at.Node.Ends.Count > 0 ? default(CodeWriter.Block?) : writer.Open($"if (!path.IsEnd(start{at.Node.Depth}))"))
            {
                at.Node.CatchAlls.ForEach(rest => _leaves.Emit(rest, at, takesRest: true));
            }
        }
    }

    private void EmitChildren(TriePath at)
    {
        TrieNode node = at.Node;
        string depth = Number(node.Depth);
        writer.Line($"int length{depth} = path.Length(start{depth});");
        writer.Line($"int start{node.Depth + 1} = start{depth} + length{depth} + 1;");
        if (node.Literals.Count > 0)
        {
            EmitLiterals(at, depth);
        }
        if (node.Constrained is { } constrained)
        {
            string check = string.Concat((constrained.EntryConstraints ?? []).Select(
                constraint => " && " + _leaves.Check(constraint, $"path.Segment(start{depth}, length{depth})")));
            EmitParameter(at.Constrained(), check, depth);
        }
        if (node.Parameter is not null)
        {
            EmitParameter(at.Parameter(), "", depth);
        }
    }

    private void EmitParameter(TriePath child, string check, string depth)
    {
        using (writer.Open($"if (length{depth} > 0{check})"))
        {
            writer.Line($"values[{child.Slots.Count(static slot => slot >= 0) - 1}] = new {RouterTypes.RouteRange}(start{depth}, length{depth});");
            EmitChild(child);
        }
    }

    private void EmitLiterals(TriePath at, string depth)
    {
        TrieNode node = at.Node;
        List<TriePath> children = node.Literals.Keys.Select(at.Literal).ToList();
        List<byte[]> texts = node.Literals.Keys.Select(RouteBytes.Utf8).ToList();
        if (texts.Exists(static text => text.Length <= 16) || children.Count > MostCompared)
        {
            writer.Line($"ulong head{depth} = path.Head(start{depth});");
        }
        if (children.Count <= MostCompared)
        {
            for (int i = 0; i < children.Count; i++)
            {
                using (writer.Open($"{(i == 0 ? "" : "else ")}if ({LiteralTest(texts[i], depth)})"))
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
            table = "Displacements" + Number(_tables++);
            string name = table;
            _pending.Enqueue(new PendingMethod(() => ConstantTable.Write(
                writer, name, displacements.Select(static value => (int)value).ToList(), $"Moves the literals below {CSharpText.Comment(at.Text)} to slots of their own.")));
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
                    EmitCall(Enqueue(at, group.ToList()), $", length{depth}, head{depth}, slot{depth}", node.Depth, depth);
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
            foreach ((int number, TriePath child) in cases)
            {
                writer.Line($"case {number} when {LiteralTest(RouteBytes.Utf8(child.Segment), Number(node.Depth))}:");
                using (writer.Open())
                {
                    EmitChild(child);
                    writer.Line("break;");
                }
            }
        }
    }

    /// <summary>Up to eight bytes are one number, up to sixteen two that may overlap. What follows a shorter literal in the first number is left out.</summary>
    private static string LiteralTest(byte[] bytes, string depth)
    {
        string text = System.Text.Encoding.UTF8.GetString(bytes);
        if (bytes.Length > 16)
        {
            return $"path.Is(start{depth}, length{depth}, {CSharpText.Utf8Literal(text)})";
        }
        ulong head = RouteBytes.Head(bytes);
        string test = bytes.Length switch
        {
            < 4 => $"(head{depth} & {CSharpText.Hex(RouteBytes.FirstBytes(bytes.Length))}) == {CSharpText.Hex(head)}",
            4 => $"unchecked((uint)head{depth}) == {CSharpText.Hex(head)}",
            < 8 => $"head{depth} << {64 - (8 * bytes.Length)} == {CSharpText.Hex(head << (64 - (8 * bytes.Length)))}",
            8 => $"head{depth} == {CSharpText.Hex(head)}",
            _ => $"head{depth} == {CSharpText.Hex(head)} && path.Word(start{depth} + {bytes.Length - 8}) == {CSharpText.Hex(RouteBytes.Tail(bytes))}",
        };
        return $"length{depth} == {bytes.Length} && {test} /* {CSharpText.Comment(text).Replace("*/", "* /")} */";
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed record PendingMethod(Action Write);
}
