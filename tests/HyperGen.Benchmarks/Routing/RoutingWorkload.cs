using System.Text;
using HyperGen.CompilerServices;
using HyperGen.Generator;
using HyperGen.Testing;

namespace HyperGen.Benchmarks.Routing;

/// <summary>A list of routes, and one request for each of them, in an order that is shuffled once.</summary>
internal sealed class RoutingWorkload
{
    public RoutingWorkload(string corpus)
    {
        Routes = Corpora.Read(corpus);
        Router = CompiledRouter.Compile(Routes);
        var requests = Router.Routes.Select(static route => (route.Method, Path: "/" + string.Join('/', route.Template.Segments.Select(Sample)))).ToArray();
        new Random(42).Shuffle(requests);
        Methods = [.. requests.Select(static request => request.Method)];
        Paths = [.. requests.Select(static request => request.Path)];
        Utf8Paths = [.. Paths.Select(Encoding.UTF8.GetBytes)];
        Values = new RouteRange[Math.Max(1, Router.MaxRouteValues)];
    }

    public (string Method, string Template)[] Routes { get; }

    public CompiledRouter Router { get; }

    public string[] Methods { get; }

    public string[] Paths { get; }

    public byte[][] Utf8Paths { get; }

    public RouteRange[] Values { get; }

    /// <summary>Matches every request once.</summary>
    public int MatchAll()
    {
        MatchRoute match = Router.Match;
        int sum = 0;
        for (int i = 0; i < Methods.Length; i++)
        {
            sum += match(Methods[i], Utf8Paths[i], Values);
        }
        return sum;
    }

    private static string Sample(RouteSegment segment) => string.Concat(segment.Parts.Select(static part => part.Literal ?? part.Parameter!.Name));
}
