namespace HyperGen.Generator.Routing;

/// <summary>All routes that have parameters, laid out segment by segment.</summary>
/// <remarks>
/// At each node a search tries the literal, then what is constrained, then the parameter, then the catch-all, and goes back to the next when
/// one leads nowhere: that is ASP.NET Core's precedence, because there too the first segment that differs decides. A node belongs to one
/// depth, so a search visits each at most once.
/// </remarks>
internal sealed class RouteTrie
{
    private RouteTrie(TrieNode root, int depth) => (Root, Depth) = (root, depth);

    public TrieNode Root { get; }

    /// <summary>The most segments that a template has.</summary>
    public int Depth { get; }

    public static RouteTrie Build(IEnumerable<RouteEntry> routes)
    {
        var root = new TrieNode(0);
        int depth = 0;
        foreach (RouteEntry route in routes)
        {
            Insert(root, route);
            depth = Math.Max(depth, route.Template.Segments.Count);
        }
        Finish(root);
        return new RouteTrie(root, depth);
    }

    private static void Insert(TrieNode root, RouteEntry route)
    {
        IReadOnlyList<RouteSegment> segments = route.Template.Segments;
        TrieNode node = root;
        for (int i = 0; i < segments.Count; i++)
        {
            if (segments.Skip(i).All(static segment => segment.MayBeAbsent))
            {
                AddEnd(node, route, i);
            }
            if (segments[i].Parameter is { IsCatchAll: true })
            {
                AddTo(node.CatchAlls, route);
                return;
            }
            node = Step(node, segments[i]);
        }
        AddTo(node.Ends, route);
    }

    /// <summary>An absent catch-all has no value, which no constraint but <c>nonfile</c> accepts; an absent optional parameter is not checked.</summary>
    private static void AddEnd(TrieNode node, RouteEntry route, int depth)
    {
        bool canBeAbsent = route.Template.Segments.Skip(depth).All(static segment =>
            segment.Parameter is { IsCatchAll: false } or { DefaultValue: not null }
            || segment.Parameter!.Constraints.All(static constraint => constraint.Kind == RouteConstraintKind.NonFile));
        if (canBeAbsent)
        {
            AddTo(node.Ends, route);
        }
    }

    private static TrieNode Step(TrieNode node, RouteSegment segment)
    {
        switch (segment.Precedence)
        {
            case 1:
                string literal = RouteShape.Fold(segment.Literal!);
                if (!node.Literals.TryGetValue(literal, out TrieNode? child))
                {
                    node.Literals.Add(literal, child = new TrieNode(node.Depth + 1));
                }
                return child;
            case 2:
                return node.Constrained ??= new TrieNode(node.Depth + 1);
            default:
                return node.Parameter ??= new TrieNode(node.Depth + 1);
        }
    }

    private static void AddTo(List<Candidate> candidates, RouteEntry route)
    {
        string key = RouteShape.Of(route.Template);
        Candidate? candidate = candidates.Find(other => other.Key == key);
        if (candidate is null)
        {
            candidates.Add(candidate = new Candidate(route.Template, key));
        }
        candidate.Add(route);
    }

    private static void Finish(TrieNode node)
    {
        node.Ends.Sort(RoutePrecedence.Compare);
        node.CatchAlls.Sort(RoutePrecedence.Compare);
        foreach (TrieNode child in node.Children)
        {
            Finish(child);
        }
        if (node.Constrained is { } constrained)
        {
            List<RouteSegment> segments = AllBelow(constrained).Select(candidate => candidate.Template.Segments[node.Depth]).ToList();
            IReadOnlyList<RouteParameterConstraint>? first = segments[0].Parameter?.Constraints;
            bool same = first is not null && segments.TrueForAll(segment => segment.Parameter is { } parameter && parameter.Constraints.SequenceEqual(first));
            constrained.EntryConstraints = same ? first : null;
        }
    }

    private static IEnumerable<Candidate> AllBelow(TrieNode node) => node.Candidates.Concat(node.Children.SelectMany(AllBelow));
}
