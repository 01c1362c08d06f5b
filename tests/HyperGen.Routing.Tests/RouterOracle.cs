using System.Text;
using HyperGen.CompilerServices;
using HyperGen.Generator;
using HyperGen.Testing;

namespace HyperGen.Routing.Tests;

/// <summary>Holds a compiled router against the naive one.</summary>
internal sealed class RouterOracle
{
    private readonly NaiveRouter _naive;

    public RouterOracle(CompiledRouter router)
    {
        Router = router;
        _naive = new NaiveRouter(router.Routes);
    }

    public RouterOracle(params (string Method, string Template)[] routes)
        : this(CompiledRouter.Compile(routes))
    {
    }

    public CompiledRouter Router { get; }

    /// <summary>A path that the route has, unless a better one has it too.</summary>
    public static string Sample(RouteTemplate template, Func<RouteParameter, string> value) => "/" + string.Join('/', template.Segments.Select(segment =>
        string.Concat(segment.Parts.Select(part => part.Literal ?? value(part.Parameter!)))));

    /// <summary>What the compiled router says: the endpoint with its values, 404, or 405 with what is allowed.</summary>
    public string Actual(string method, string path)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(path);
        var values = new RouteRange[Router.MaxRouteValues];
        int match = Router.Match(method, bytes, values);
        return match switch
        {
            -1 => "404",
            < -1 => "405 " + Router.Allow(match),
            _ => Show(match, [.. values.Take(Router.Routes[match].Template.Parameters.Count).Select((range, i) => range.Length < 0
                ? Router.Routes[match].Template.Parameters[i].DefaultValue ?? ""
                : Encoding.UTF8.GetString(bytes, range.Start, range.Length))]),
        };
    }

    public void Check(string method, string path)
    {
        (int id, string[] values, string allow) = _naive.Match(method, path);
        string expected = id switch { -1 => "404", -2 => "405 " + allow, _ => Show(id, values) };
        string actual = Actual(method, path);
        Assert.True(expected == actual, $"{method} {path}: expected {expected}, but got {actual}.");
    }

    private string Show(int id, string[] values) => $"{Router.Routes[id].Method} {Router.Routes[id].Template} [{string.Join(", ", values)}]";
}
