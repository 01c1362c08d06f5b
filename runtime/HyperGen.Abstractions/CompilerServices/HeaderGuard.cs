using System.Buffers;

namespace HyperGen.CompilerServices;

/// <summary>Keeps text that a handler puts into a header from ending it and starting another (response splitting).</summary>
internal static class HeaderGuard
{
    private static readonly SearchValues<char> s_token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>A field name as it is, when it is a token (RFC 9110, section 5.1).</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static string Name(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name.AsSpan().ContainsAnyExcept(s_token)
            ? throw new ArgumentException("A header name may hold only letters, digits and !#$%&'*+-.^_`|~.", nameof(name))
            : name;
    }

    /// <summary>A field value as it is, when it holds visible ASCII, spaces and tabs alone (RFC 9110, section 5.5): all else a server would refuse, after the handler.</summary>
    /// <exception cref="ArgumentException">It holds something else.</exception>
    public static string Value(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        foreach (char c in value)
        {
            if (c is < ' ' and not '\t' or '\u007f')
            {
                throw new ArgumentException("A header value must not hold CR, LF, NUL or another control character.", nameof(value));
            }
            if (c > '\u007f')
            {
                throw new ArgumentException($"A header value holds ASCII only, and '{c}' is not: percent-encode it, or send it in the body.", nameof(value));
            }
        }
        return value;
    }
}
