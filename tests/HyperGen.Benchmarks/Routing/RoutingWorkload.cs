using System.Text;
using HyperGen.CompilerServices;
using HyperGen.Generator;
using HyperGen.Generator.Tests;

namespace HyperGen.Benchmarks.Routing;

/// <summary>A list of routes, and one request for each of them or for the first few, in an order that is shuffled once.</summary>
internal sealed class RoutingWorkload
{
    /// <summary>Calls the router as a server does, directly: a delegate for each match would be measured with it.</summary>
    private const string Loop = """
        /// <summary>Calls the router.</summary>
        public static class Loop
        {
            /// <summary>Matches every request once.</summary>
            public static int MatchAll(string[] methods, byte[][] paths, global::HyperGen.CompilerServices.RouteRange[] values)
            {
                int sum = 0;
                for (int i = 0; i < methods.Length; i++)
                {
                    sum = unchecked(sum + Router.Match(methods[i], paths[i], values));
                }
                return sum;
            }
        }
        """;

    private readonly Func<string[], byte[][], RouteRange[], int> _matchAll;

    public RoutingWorkload(string corpus)
        : this(Corpora.Read(corpus), static template => "/" + string.Join('/', template.Segments.Select(Sample)), int.MaxValue)
    {
    }

    private RoutingWorkload((string Method, string Template)[] routes, Func<RouteTemplate, string> fill, int requested)
    {
        Routes = routes;
        Router = CompiledRouter.Compile(CompiledRouter.Entries(Routes), Loop);
        _matchAll = Router.Type.Assembly.GetType("Compiled.Loop")!.GetMethod("MatchAll")!.CreateDelegate<Func<string[], byte[][], RouteRange[], int>>();
        var requests = Router.Routes.Take(requested).Select(route => (route.Method, Path: fill(route.Template))).ToArray();
        new Random(42).Shuffle(requests);
        Methods = [.. requests.Select(static request => request.Method)];
        Paths = [.. requests.Select(static request => request.Path)];
        Utf8Paths = [.. Paths.Select(Encoding.UTF8.GetBytes)];
        Values = new RouteRange[Math.Max(1, Router.MaxRouteValues)];
    }

    /// <summary>Made-up routes, the first of them the same whatever their number.</summary>
    /// <param name="routes">How many.</param>
    /// <param name="requested">How many of them are asked for.</param>
    public static RoutingWorkload Synthetic(int routes, int requested) =>
        new([.. SyntheticRoutes.Take(routes)], static template => SyntheticRoutes.Fill(template.Text), requested);

    public (string Method, string Template)[] Routes { get; }

    public CompiledRouter Router { get; }

    public string[] Methods { get; }

    public string[] Paths { get; }

    public byte[][] Utf8Paths { get; }

    public RouteRange[] Values { get; }

    /// <summary>Matches every request once.</summary>
    public int MatchAll() => _matchAll(Methods, Utf8Paths, Values);

    private static string Sample(RouteSegment segment) => string.Concat(segment.Parts.Select(static part => part.Literal ?? part.Parameter!.Name));
}
