using HyperGen.CompilerServices;
using HyperGen.Server.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HyperGen.Server.Tests;

/// <summary>Hosts are taken apart as ASP.NET Core takes them apart, without its objects.</summary>
public sealed class HostPatternsTests
{
    private static readonly string[] s_authorities =
    [
        "", "a.example", "A.EXAMPLE", "a.example:443", "a.example:80", "a.example:8080", "a.example:", "a.example:x", "a.example:99999999999", "x.a.example", "xa.example",
        "example", ".example", "[::1]", "[::1]:8080", "[::1]:", "[::1]x:8080", "::1", "::1:8080", "xn--bcher-kva.example", "xn--bcher-kva.example:8080", "b\u00fccher.example", "a.example:80:80", "]", "[", ":", "::",
    ];

    private static readonly string[] s_patterns = ["a.example", "*.example", "*", "*:8080", "a.example:443", "a.example:80", "a.example:8080", "[::1]", "[::1]:8080", "b\u00fccher.example", "*.example:8080"];

    [Fact]
    public void They_agree_with_HostString()
    {
        foreach (string pattern in s_patterns)
        {
            var patterns = new HostPatterns(new EndpointDescriptor
            {
                Method = "GET",
                Template = "/",
                DisplayName = "Test",
                MethodFactory = static () => null!,
                MetadataFactory = () => [new HostAttribute(pattern)],
            });
            foreach (string authority in s_authorities)
            {
                HostString host = HostString.FromUriComponent(authority);
                foreach (bool isHttps in (bool[])[false, true])
                {
                    bool expected = IsMatch(pattern, host.Host, host.Port ?? (isHttps ? 443 : 80));
                    Assert.True(expected == patterns.Contain(authority, isHttps), $"'{authority}' {(isHttps ? "is https" : "is http")}, and {(expected ? "belongs" : "does not belong")} to '{pattern}'");
                }
            }
        }
    }

    private static bool IsMatch(string pattern, string host, int port)
    {
        int colon = pattern.EndsWith(']') ? -1 : pattern.LastIndexOf(':');
        string name = colon < 0 ? pattern : pattern[..colon];
        return (colon < 0 || pattern[(colon + 1)..] == $"{port}")
            && (name == "*" || (name.StartsWith('*') ? host.Length >= name.Length && host.EndsWith(name[1..], StringComparison.OrdinalIgnoreCase) : host.Equals(name, StringComparison.OrdinalIgnoreCase)));
    }
}
