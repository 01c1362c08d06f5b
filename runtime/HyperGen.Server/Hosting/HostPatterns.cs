using System.Globalization;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HyperGen.Server.Hosting;

/// <summary>The hosts of an endpoint's <c>[Host]</c> attributes, with the meaning they have in ASP.NET Core: <c>example.com</c>, <c>*.example.com</c>, <c>*:8443</c>.</summary>
internal sealed class HostPatterns
{
    private readonly (string Host, int? Port)[] _patterns;

    /// <summary>Reads the hosts of an endpoint.</summary>
    /// <exception cref="InvalidOperationException">One of them has a port that is none.</exception>
    public HostPatterns(EndpointDescriptor endpoint) =>
        _patterns = [.. (endpoint.Metadata.OfType<IHostMetadata>().LastOrDefault()?.Hosts ?? []).Select(pattern => Parse(pattern, endpoint))];

    /// <summary>Whether the host of a request is among them; no pattern admits every host.</summary>
    public bool Contain(RequestContext context)
    {
        if (_patterns.Length == 0)
        {
            return true;
        }
        HttpRequest request = context.HttpContext.Request;
        int port = request.Host.Port ?? (request.IsHttps ? 443 : 80);
        foreach ((string host, int? wanted) in _patterns)
        {
            if ((wanted is null || wanted == port) && IsMatch(host, request.Host.Host))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsMatch(string pattern, string host) => pattern switch
    {
        "*" => true,
        ['*', '.', ..] => host.Length > pattern.Length - 1 && host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase),
        _ => string.Equals(pattern, host, StringComparison.OrdinalIgnoreCase),
    };

    private static (string Host, int? Port) Parse(string pattern, EndpointDescriptor endpoint)
    {
        int colon = pattern.LastIndexOf(':');
        if (colon < 0 || pattern.EndsWith(']'))
        {
            return (pattern, null);
        }
        string port = pattern[(colon + 1)..];
        if (port == "*")
        {
            return (pattern[..colon], null);
        }
        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
            ? (pattern[..colon], number)
            : throw new InvalidOperationException(
                $"{endpoint.DisplayName} is for the host '{pattern}', which cannot be: it is a name, '*.name' or '*', and may end with ':port' or ':*'.");
    }
}
