using System.Buffers;
using System.Text;

namespace HyperGen;

/// <summary>What may stand in a <c>Location</c> header.</summary>
internal static class LocationHeader
{
    // RFC 3986: unreserved, reserved, and % for what is encoded already.
    private static readonly SearchValues<char> s_uri =
        SearchValues.Create("-._~:/?#[]@!$&'()*+,;=%0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Whether a text is a path of this server for every browser, which also read <c>\</c> as <c>/</c> and skip tabs and line ends.</summary>
    public static bool IsLocal(string location)
    {
        if (location.AsSpan().ContainsAnyInRange('\0', ' ') || location.Contains('\\'))
        {
            return false;
        }
        if (location.StartsWith('/'))
        {
            return !location.StartsWith("//", StringComparison.Ordinal);
        }
        // A relative path: a colon before the first slash would make it a URI with a scheme (RFC 3986, section 4.2).
        int end = location.AsSpan().IndexOfAny('/', '?', '#');
        return location.Length > 0 && !(end < 0 ? location : location[..end]).Contains(':');
    }

    /// <summary>Percent-encodes, as UTF-8, what may not stand in a URI: above all CR and LF, which would end the header.</summary>
    public static string Encode(string location)
    {
        if (!location.AsSpan().ContainsAnyExcept(s_uri))
        {
            return location;
        }
        StringBuilder encoded = new(location.Length + 16);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in location.EnumerateRunes())
        {
            if (rune.IsBmp && s_uri.Contains((char)rune.Value))
            {
                encoded.Append((char)rune.Value);
                continue;
            }
            foreach (byte b in utf8[..rune.EncodeToUtf8(utf8)])
            {
                encoded.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }
        return encoded.ToString();
    }
}
