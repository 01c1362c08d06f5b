using HyperGen.Generator;
using HyperGen.Testing;

namespace HyperGen.Routing.Tests;

/// <summary>Lists of real routes: each matches itself, and what is near misses as the naive router says.</summary>
public sealed class RouterCorpusTests
{
    public static TheoryData<string, int> Lists => new() { { "github203", 203 }, { "github-openapi", 767 }, { "parse26", 26 }, { "static157", 157 }, { "matchit130", 130 } };

    [Theory, MemberData(nameof(Lists))]
    public void Every_route_matches_itself_and_near_misses_do_not(string name, int count)
    {
        Material.Require(Corpora.ArePresent, "../shared/corpora is not here.");
        (string Method, string Template)[] routes = Corpora.Read(name);
        Assert.Equal(count, routes.Length);
        var oracle = new RouterOracle(routes);

        foreach (RouteEntry route in oracle.Router.Routes)
        {
            string path = RouterOracle.Sample(route.Template, static parameter => "v" + parameter.Ordinal);
            Assert.StartsWith($"{route.Method} {route.Template} [", oracle.Actual(route.Method, path), StringComparison.Ordinal);
            foreach (string near in NearMisses(path))
            {
                oracle.Check(route.Method, near);
                oracle.Check("HEAD", near);
                oracle.Check("PURGE", near);
            }
        }
    }

    private static IEnumerable<string> NearMisses(string path) => new[]
    {
        path, path + "/", path + "//", path + "/x", path + "x", "/" + path, path.ToUpperInvariant(), path.Replace('v', 'é'),
        path[..^1], path[..(path.LastIndexOf('/') + 1)], path + "/x/y/z/a/b/c/d/e/f/g/h/i/j",
    }.Where(static near => near.Length > 0);
}
