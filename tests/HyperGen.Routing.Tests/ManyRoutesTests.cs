using System.Text;
using HyperGen.CompilerServices;
using HyperGen.Generator;
using HyperGen.Testing;

namespace HyperGen.Routing.Tests;

/// <summary>Ten thousand routes in one program.</summary>
public sealed class ManyRoutesTests
{
    private const int Count = 10_000;

    private static readonly string[] Parameters = ["{id}", "{id:int}", "{id:guid}", "{id:alpha}", "{id:length(3,9)}", "{id:long:min(1)}"];

    [Fact]
    public void Ten_thousand_routes_compile_and_each_matches_itself()
    {
        (string Method, string Template)[] routes = [.. Enumerable.Range(0, Count).Select(Route)];
        Assert.True(routes.Count(static route => route.Template.Contains('{', StringComparison.Ordinal)) >= Count * 6 / 10);
        CompiledRouter router = CompiledRouter.Compile(routes);

        var values = new RouteRange[router.MaxRouteValues];
        foreach (RouteEntry route in router.Routes)
        {
            string path = RouterOracle.Sample(route.Template, Value);
            byte[] bytes = Encoding.UTF8.GetBytes(path);
            Assert.Equal(route.Id, router.Match(route.Method, bytes, values));
            Assert.All(route.Template.Parameters, parameter =>
                Assert.Equal(Value(parameter), Encoding.UTF8.GetString(bytes, values[parameter.Ordinal].Start, values[parameter.Ordinal].Length)));
            Assert.Equal(route.Id, router.Match(route.Method, Encoding.UTF8.GetBytes(path.ToUpperInvariant()), values));
            int wrongMethod = router.Match("PURGE", bytes, values);
            Assert.True(wrongMethod < -1, path);
            Assert.Contains(route.Method, router.Allow(wrongMethod), StringComparison.Ordinal);
            Assert.Equal(-1, router.Match(route.Method, Encoding.UTF8.GetBytes(path + "/nothing/here"), values));
            Assert.Equal(-1, router.Match(route.Method, Encoding.UTF8.GetBytes(path.Replace("resource", "resourxe", StringComparison.Ordinal)), values));
        }
    }

    [Fact]
    public void No_method_is_too_large_for_the_JIT_to_optimise()
    {
        CompiledRouter router = CompiledRouter.Compile([.. Enumerable.Range(0, Count).Select(Route)]);
        Assert.All(
            router.Type.GetMethods(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Public),
            static method => Assert.InRange(method.GetMethodBody()!.GetILAsByteArray()!.Length, 0, 40_000));
    }

    /// <summary>A third has no parameter; the others have one or two, below prefixes that many share.</summary>
    private static (string Method, string Template) Route(int number)
    {
        string prefix = $"/api/v{number % 3}/area{number % 17}/resource{number / 4}";
        string parameter = Parameters[number % Parameters.Length];
        return (number % 2 == 0 ? "GET" : "POST", (number % 3) switch
        {
            0 => prefix + "/item" + number,
            1 => $"{prefix}/{parameter}",
            _ => $"{prefix}/{parameter}/children{number % 5}/{{child}}",
        });
    }

    private static string Value(RouteParameter parameter) => (parameter.Constraints.Count == 0 ? RouteConstraintKind.Unknown : parameter.Constraints[0].Kind) switch
    {
        RouteConstraintKind.Int or RouteConstraintKind.Long => "12345",
        RouteConstraintKind.Guid => "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        _ => "value",
    };
}
