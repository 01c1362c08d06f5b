using HyperGen.Testing;

namespace HyperGen.Routing.Tests;

/// <summary>What a match gives, by example.</summary>
public sealed class RouterTests
{
    [Fact]
    public void A_less_specific_route_with_the_method_wins_over_405()
    {
        var oracle = new RouterOracle(("GET", "/users/me"), ("POST", "/users/{id}"), ("PUT", "/{**rest}"));
        Assert.Equal("GET /users/me []", oracle.Actual("GET", "/users/me"));
        Assert.Equal("POST /users/{id} [me]", oracle.Actual("POST", "/users/me"));
        Assert.Equal("PUT /{**rest} [users/me]", oracle.Actual("PUT", "/users/me"));
        Assert.Equal("405 GET, HEAD, OPTIONS, POST, PUT", oracle.Actual("DELETE", "/users/me"));
        Assert.Equal("405 OPTIONS, POST, PUT", oracle.Actual("DELETE", "/users/you"));
    }

    [Fact]
    public void GET_answers_HEAD_unless_there_is_a_handler_for_it()
    {
        var oracle = new RouterOracle(("GET", "/a"), ("GET", "/b/{id}"), ("HEAD", "/b/{name}"));
        Assert.Equal("GET /a []", oracle.Actual("HEAD", "/a"));
        Assert.Equal("HEAD /b/{name} [1]", oracle.Actual("HEAD", "/b/1"));
        Assert.Equal("405 GET, HEAD, OPTIONS", oracle.Actual("OPTIONS", "/a"));
    }

    [Fact]
    public void Methods_and_ASCII_letters_ignore_case_and_other_letters_do_not()
    {
        var oracle = new RouterOracle(("GET", "/Café/{Id}"), ("GET", "/Menü"));
        Assert.Equal("GET /Café/{Id} [XyZ]", oracle.Actual("get", "/CAFé/XyZ"));
        Assert.Equal("404", oracle.Actual("GET", "/CAFÉ/XyZ"));
        Assert.Equal("GET /Menü []", oracle.Actual("GET", "/MENü"));
        Assert.Equal("404", oracle.Actual("GET", "/menÜ"));
    }

    [Fact]
    public void More_methods_than_a_mask_has_bits_still_match()
    {
        (string, string)[] routes = [.. Enumerable.Range(0, 40).Select(static number => ($"M{(char)('A' + (number / 26))}{(char)('A' + (number % 26))}", "/x"))];
        var oracle = new RouterOracle(routes);
        foreach ((string method, _) in routes)
        {
            Assert.Equal($"{method} /x []", oracle.Actual(method, "/x"));
        }
        Assert.StartsWith("405 MAA, ", oracle.Actual("GET", "/x"), StringComparison.Ordinal);
    }

    [Fact]
    public void No_routes_match_nothing() => Assert.Equal("404", new RouterOracle(CompiledRouter.Compile(CompiledRouter.Entries([]))).Actual("GET", "/"));

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("a")]
    public void What_does_not_begin_with_a_slash_matches_nothing(string path) =>
        Assert.Equal("404", new RouterOracle(("GET", "/{**rest}"), ("GET", "/a")).Actual("GET", path));

    [Fact]
    public void A_match_allocates_nothing()
    {
        CompiledRouter router = CompiledRouter.Compile(("GET", "/a"), ("GET", "/a/{b:int}/{c:regex(^x)}"), ("GET", "/f/{name}.{extension?}"), ("POST", "/A/{**rest}"));
        var values = new CompilerServices.RouteRange[router.MaxRouteValues];
        byte[][] paths = ["/a"u8.ToArray(), "/a/1/x"u8.ToArray(), "/A/1/X"u8.ToArray(), "/f/a.b"u8.ToArray(), "/nothing"u8.ToArray(), [.. "/a/"u8, .. new byte[300]]];
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (byte[] path in paths)
            {
                router.Match("GET", path, values);
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(round == 0 || allocated == 0, $"{allocated} bytes");
        }
    }

    [Fact]
    public void The_code_says_what_it_does()
    {
        string source = CompiledRouter.Compile(("GET", "/users"), ("GET", "/users/{id:int}"), ("PUT", "/users/{id:int}/roles/{role}"), ("GET", "/files/{**path}")).Source;
        Assert.Contains("// +-- files", source, StringComparison.Ordinal);
        Assert.Contains("// |   +-- {**}    GET Handler3", source, StringComparison.Ordinal);
        Assert.Contains("// +-- users/{:int}    GET Handler1", source, StringComparison.Ordinal);
        Assert.Contains("//     +-- roles/{}    PUT Handler2", source, StringComparison.Ordinal);
    }
}
