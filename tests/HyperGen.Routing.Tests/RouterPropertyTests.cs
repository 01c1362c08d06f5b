using HyperGen.Generator;
using HyperGen.Testing;

namespace HyperGen.Routing.Tests;

/// <summary>Random sets of routes, built from few words so that they get in each other's way, against random paths from the same words.</summary>
public sealed class RouterPropertyTests
{
    private static readonly string[] Segments =
    [
        "a", "b", "ab", "items", "Items-Of-The-Day", "a-very-long-literal-indeed", "a-very-lung-literal-indeed", "é", "日本", "{", "x.y",
        "{0}", "{0}", "{0}", "{0:int}", "{0:int}", "{0:alpha}", "{0:length(2)}", "{0:min(3):max(9)}", "{0:regex(^a.*b$)}", "{0:guid}", "{0:file}",
        "{0}.{1}", "{0}-{1:int}", "v{0}", "{0}.{1?}", "{0}.json",
    ];

    private static readonly string[] Tails = ["{9?}", "{9=fallback}", "{9:int?}", "{9:int=7}", "{**9}", "{*9:int}", "{**9:nonfile}", "{**9=all}"];

    private static readonly string[] Words =
    [
        "a", "b", "ab", "AB", "items", "ITEMS-of-the-day", "a-very-long-literal-indeed", "a-very-lung-literal-indeed", "é", "日本", "{", "x.y", "5", "12",
        "a.b", "a-7", "v1", "v", ".", "..", "a.", ".b", "q.json", "a-b-3", "", "", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", " 5", "+4", new string('z', 70),
    ];

    private static readonly string[] Methods = ["GET", "POST", "HEAD", "PATCH"];

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8)]
    public void Any_set_of_routes_matches_as_the_naive_router_does(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 2; round++)
        {
            var routes = new List<(string Method, string Template)>();
            for (int i = random.Next(1, 60); i > 0; i--)
            {
                routes.Add((Methods[random.Next(Methods.Length - (random.Next(3) == 0 ? 0 : 1))], Template(random)));
            }
            IReadOnlyList<RouteEntry> entries = CompiledRouter.Entries(routes.DistinctBy(static route => route.Method + " " + RouteShape.Of(Parse(route.Template))));
            var oracle = new RouterOracle(CompiledRouter.Compile(entries));
            for (int i = 0; i < 1_500; i++)
            {
                string path = "/" + string.Join('/', Enumerable.Range(0, random.Next(6)).Select(_ => Words[random.Next(Words.Length)]));
                oracle.Check(random.Next(12) == 0 ? "PURGE" : Methods[random.Next(Methods.Length)], path);
            }
        }
    }

    private static string Template(Random random)
    {
        IEnumerable<string> segments = Enumerable.Range(0, random.Next(5)).Select(depth =>
        {
            string segment = Segments[random.Next(Segments.Length)];
            return segment == "{" ? "{{" : segment.Replace("{0", "{p" + depth, StringComparison.Ordinal).Replace("{1", "{q" + depth, StringComparison.Ordinal);
        });
        string tail = random.Next(3) == 0 ? "/" + Tails[random.Next(Tails.Length)].Replace("9", "tail", StringComparison.Ordinal) : "";
        return ("/" + string.Join('/', segments) + tail).Replace("//", "/", StringComparison.Ordinal);
    }

    private static RouteTemplate Parse(string text) =>
        RouteTemplate.TryParse(text, out RouteTemplate? template, out string? error) ? template : throw new FormatException(error);
}
