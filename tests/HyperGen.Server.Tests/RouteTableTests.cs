using HyperGen.CompilerServices;
using HyperGen.Server.Services;
using HyperGen.Server.Startup;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.Server.Tests;

/// <summary>The table that a person sees when the application starts.</summary>
public sealed class RouteTableTests
{
    private interface IStore;

    private interface ICart;

    private static readonly EndpointDescriptor[] s_endpoints =
    [
        Endpoint("GET", "/", inline: true, shared: true),
        Endpoint("POST", "/users/{id:int:min(1)}/orders/{order:guid}/lines/{line:int}/corrections", middleware: ["RequestLog", "Retry", "ServerTiming", "AuditTrail"]),
        Endpoint("GET", "/users", shared: true, services: [(typeof(IStore), null)]),
        Endpoint("GET", "/cart", shared: true, services: [(typeof(IStore), null), (typeof(ICart), "own")]),
    ];

    private static readonly ServiceLifetimes s_lifetimes = new(new ServiceCollection().AddSingleton<IStore>(static _ => null!).AddKeyedScoped<ICart>("own", static (_, _) => null!));

    [Fact]
    public void It_says_who_has_a_handler_of_its_own() => Assert.Equal(
        """
        METHOD  ROUTE                                                                    SOURCE      RUNS    HANDLER  MIDDLEWARE
        GET     /                                                                        Class.Name  inline  shared
        POST    /users/{id:int:min(1)}/orders/{order:guid}/lines/{line:int}/corrections  Class.Name  worker  request  RequestLog > Retry > ServerTiming > AuditTrail
        GET     /users                                                                   Class.Name  worker  shared
        GET     /cart                                                                    Class.Name  worker  request
        """.ReplaceLineEndings("\n"),
        RouteTable.Format(s_endpoints, s_lifetimes, 100, 200));

    [Theory]
    [InlineData(74)]
    [InlineData(94)]
    [InlineData(114)]
    [InlineData(134)]
    public void It_is_as_wide_as_it_may_be(int width)
    {
        string[] lines = RouteTable.Format(s_endpoints, s_lifetimes, 100, width).Split('\n');
        Assert.Equal(width, lines.Max(static line => line.Length));
        Assert.All(lines, static line => Assert.Matches("^(METHOD|GET   |POST  )  ", line));

        // The columns stand below each other, and what decides about a request is never cut.
        int handler = lines[0].IndexOf("HANDLER", StringComparison.Ordinal);
        Assert.Equal(["HANDLER", "shared", "request", "shared", "request"], lines.Select(line => line[handler..].Split(' ')[0]));
        Assert.StartsWith("POST    /users/{id:int:min(1)}", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void It_says_how_to_see_the_rest() =>
        Assert.EndsWith("\n… and 2 more: --server:startupTable=4 shows all", RouteTable.Format(s_endpoints, s_lifetimes, 2, 114), StringComparison.Ordinal);

    private static EndpointDescriptor Endpoint(
        string method, string template, bool inline = false, bool shared = false, IReadOnlyList<(Type, object?)>? services = null, IReadOnlyList<string>? middleware = null) => new()
        {
            Method = method,
            Template = template,
            DisplayName = "Class.Name",
            Inline = inline,
            SharedHandler = shared,
            HandlerServices = services ?? [],
            Middleware = middleware ?? [],
            MethodFactory = static () => typeof(object).GetMethod(nameof(ToString))!,
        };
}
