namespace HyperGen.Generator.Routing;

/// <summary>The routes without parameters, in the slots of a perfect hash over their whole path.</summary>
/// <remarks>
/// What is hashed is the length of the path and the fewest words of eight bytes that tell all paths apart, so that a lookup reads a few words,
/// probes one slot, and compares once. The path is without a slash at its end: the root is the empty text.
/// </remarks>
internal sealed class StaticRoutes
{
    private StaticRoutes(IReadOnlyList<StaticRoute?> slots, PerfectHash hash, IReadOnlyList<WordPlace> words) => (Slots, Hash, Words) = (slots, hash, words);

    /// <summary>The routes by slot; null where a slot is empty.</summary>
    public IReadOnlyList<StaticRoute?> Slots { get; }

    public PerfectHash Hash { get; }

    /// <summary>Where the words lie that are hashed.</summary>
    public IReadOnlyList<WordPlace> Words { get; }

    public static StaticRoutes Build(IEnumerable<RouteEntry> routes)
    {
        var byText = new SortedDictionary<string, Candidate>(StringComparer.Ordinal);
        foreach (RouteEntry route in routes)
        {
            string text = string.Concat(route.Template.Segments.Select(static segment => "/" + RouteShape.Fold(segment.Literal!)));
            if (!byText.TryGetValue(text, out Candidate? candidate))
            {
                byText.Add(text, candidate = new Candidate(route.Template, text));
            }
            candidate.Add(route);
        }
        List<StaticRoute> all = byText.Select(static pair => new StaticRoute(pair.Key, RouteBytes.Utf8(pair.Key), pair.Value)).ToList();
        IReadOnlyList<WordPlace> words = WordPlace.Choose(all.ConvertAll(static route => route.Bytes));
        PerfectHash hash = PerfectHash.Find(all.ConvertAll(route => WordPlace.Key(words, route.Bytes)));
        var slots = new StaticRoute?[hash.Slots];
        foreach (StaticRoute route in all)
        {
            slots[hash.Slot(WordPlace.Key(words, route.Bytes))] = route;
        }
        return new StaticRoutes(slots, hash, words);
    }
}

/// <param name="Text">The path in lower case, without a slash at its end.</param>
/// <param name="Bytes">The same as UTF-8.</param>
/// <param name="Candidate">Who answers.</param>
internal sealed record StaticRoute(string Text, byte[] Bytes, Candidate Candidate);
