namespace HyperGen.Generator.Routing;

/// <summary>The HTTP methods of a program, numbered, so that a set of them is a bit mask and a route's methods are one test.</summary>
internal sealed class RouteVerbs
{
    /// <summary>A mask must stay a positive number, because its complement is what a failed match returns.</summary>
    private const int MostBits = 31;

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public RouteVerbs(IEnumerable<RouteEntry> routes)
    {
        Dictionary<string, int> counts = routes.GroupBy(static route => route.Method).ToDictionary(static group => group.Key, static group => group.Count());
        if (counts.ContainsKey("GET") && !counts.ContainsKey("HEAD"))
        {
            counts.Add("HEAD", 0);
        }
        Names = counts.OrderBy(static pair => pair.Key switch { "GET" => 0, "HEAD" => 1, _ => 2 })
            .ThenByDescending(static pair => pair.Value).ThenBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => pair.Key).ToArray();
        for (int i = 0; i < Names.Count; i++)
        {
            _numbers.Add(Names[i], i);
        }
    }

    /// <summary>The methods by number, the commonest first.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether every method has a bit of its own. The 31st and all later ones of a program share a bit: an <c>Allow</c> header then names them together.</summary>
    public bool AllHaveBits => Names.Count <= MostBits;

    public int Number(string method) => _numbers[method];

    /// <summary>The bits of the methods that a candidate answers.</summary>
    public static int Mask(IEnumerable<(int Verb, RouteEntry Route)> answers) => answers.Aggregate(0, static (mask, answer) => mask | Bit(answer.Verb));

    /// <summary>The methods of a mask, in alphabetical order, with <c>OPTIONS</c>, which the host answers by itself.</summary>
    public IEnumerable<string> InMask(int mask) =>
        Names.Where((_, number) => (mask & Bit(number)) != 0).Append("OPTIONS").Distinct().OrderBy(static name => name, StringComparer.Ordinal);

    /// <summary>Who answers which method: GET answers HEAD as well, unless there is a handler for it.</summary>
    public IReadOnlyList<(int Verb, RouteEntry Route)> Answers(Candidate candidate)
    {
        List<(int Verb, RouteEntry Route)> answers = candidate.Routes.Select(route => (Number(route.Method), route)).ToList();
        if (candidate.Routes.FirstOrDefault(static route => route.Method == "GET") is { } get && !candidate.Routes.Any(static route => route.Method == "HEAD"))
        {
            answers.Add((Number("HEAD"), get));
        }
        answers.Sort(static (left, right) => left.Verb - right.Verb);
        return answers;
    }

    public static int Bit(int verb) => 1 << Math.Min(verb, MostBits - 1);
}
