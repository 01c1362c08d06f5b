using System.Text;
using HyperGen.CompilerServices;
using HyperGen.Generator;

namespace HyperGen.Benchmarks.Routing;

/// <summary>A list of routes, and one request for each of them, in an order that is shuffled once.</summary>
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
    {
        Routes = Corpora.Read(corpus);
        Router = CompiledRouter.Compile(CompiledRouter.Entries(Routes), Loop);
        _matchAll = Router.Type.Assembly.GetType("Compiled.Loop")!.GetMethod("MatchAll")!.CreateDelegate<Func<string[], byte[][], RouteRange[], int>>();
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
    public int MatchAll() => _matchAll(Methods, Utf8Paths, Values);

    private static string Sample(RouteSegment segment) => string.Concat(segment.Parts.Select(static part => part.Literal ?? part.Parameter!.Name));
}
