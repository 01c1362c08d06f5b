using HyperGen.CompilerServices;
using HyperGen.Generator.Routing;

namespace HyperGen.Routing.Tests;

/// <summary>The generator and the runtime number a method alike, and no other text has its number.</summary>
public sealed class RouteMethodTests
{
    [Theory]
    [InlineData("GET"), InlineData("PUT"), InlineData("HEAD"), InlineData("POST"), InlineData("PATCH"), InlineData("TRACE"), InlineData("DELETE"), InlineData("OPTIONS"), InlineData("CONNECT")]
    [InlineData("get"), InlineData("M-1"), InlineData("ABCABC"), InlineData("AAAAAAA"), InlineData("AAAA")]
    public void The_generator_and_the_runtime_agree(string method)
    {
        Assert.True(MethodNumber.Fits(method));
        Assert.Equal(MethodNumber.Of(method), RouteMethod.Number(method));
    }

    [Theory]
    [InlineData(""), InlineData("X"), InlineData("XY"), InlineData("PROPFIND"), InlineData("UPDATEREDIRECTREF"), InlineData("GÉT"), InlineData("G\u0045\u5400"), InlineData("GET\u0100")]
    public void What_does_not_fit_has_no_number(string method)
    {
        Assert.False(MethodNumber.Fits(method));
        Assert.Equal(0UL, RouteMethod.Number(method));
    }

    [Fact]
    public void No_two_methods_share_a_number()
    {
        const string letters = "GETPOSDL\u0001\u007F";
        var random = new Random(7);
        HashSet<string> methods = ["GET", "GETGET", "GETG", "GETGE", "GE\0", "GET\0"];
        while (methods.Count < 50_000)
        {
            methods.Add(string.Concat(Enumerable.Range(0, random.Next(3, 8)).Select(_ => letters[random.Next(letters.Length)])));
        }
        Assert.Equal(methods.Count, methods.Select(RouteMethod.Number).Distinct().Count());
    }
}
