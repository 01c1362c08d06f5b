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
    /// <param name="authority">The host as the client names it, with or without a port.</param>
    /// <param name="isHttps">Whether the request is for https, which says what port is meant where none is named.</param>
    public bool Contain(ReadOnlySpan<char> authority, bool isHttps)
    {
        if (_patterns.Length == 0)
        {
            return true;
        }
        int standard = isHttps ? 443 : 80;
        int bracketed = authority.IndexOf(']') + 1;
        if (authority.Contains("xn--", StringComparison.Ordinal) || (bracketed == 0 && authority.Count(':') > 1))
        {
            // Names of other scripts, and IPv6 without brackets, become what patterns are written in.
            HostString host = HostString.FromUriComponent(authority.ToString());
            return Contain(host.Host, host.Port ?? standard);
        }
        int end = bracketed > 0 ? bracketed : authority.IndexOf(':') is >= 0 and var colon ? colon : authority.Length;
        return Contain(
            authority[..end],
            authority[end..] is [':', .. var digits] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int port) ? port : standard);
    }

    private bool Contain(ReadOnlySpan<char> name, int port)
    {
        foreach ((string host, int? wanted) in _patterns)
        {
            if ((wanted is null || wanted == port) && IsMatch(host, name))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsMatch(string pattern, ReadOnlySpan<char> host) => pattern switch
    {
        "*" => true,
        ['*', '.', ..] => host.Length > pattern.Length - 1 && host.EndsWith(pattern.AsSpan(1), StringComparison.OrdinalIgnoreCase),
        _ => host.Equals(pattern, StringComparison.OrdinalIgnoreCase),
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
