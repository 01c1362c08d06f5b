using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace HyperGen.CompilerServices;

/// <summary>Makes the path of a request target into the one that routes are matched against, once, in one place.</summary>
/// <remarks>
/// It does what Kestrel does: percent-encoded bytes are decoded except for <c>%2F</c>, which would change where a segment ends; what is not a
/// valid escape stays as it is; then dot segments are removed as RFC 3986, section 5.2.4 says. Unlike Kestrel, which leaves the escapes of
/// bytes that are not UTF-8, it refuses them, so that every path and every route value is text. The result is never longer than the target, and
/// the work is linear in its length.
/// </remarks>
public static class PathNormalizer
{
    private static readonly SearchValues<byte> NeedsCare = SearchValues.Create([(byte)'%', .. Enumerable.Range(0x80, 0x80).Select(static value => (byte)value), 0]);

    /// <summary>Normalises a path that was received as text, such as ASP.NET Core's <c>RawTarget</c> up to the query.</summary>
    /// <param name="target">The path in origin form, beginning with <c>/</c>, without the query.</param>
    /// <param name="path">Receives the path; at least as long as <paramref name="target"/>.</param>
    /// <param name="length">The number of bytes written.</param>
    /// <returns>Whether the target has a path; if not, the request is to be answered by 400.</returns>
    public static bool TryNormalize(ReadOnlySpan<char> target, Span<byte> path, out int length)
    {
        if (Ascii.FromUtf16(target, path, out length) != OperationStatus.Done)
        {
            length = 0;
            return false;
        }
        return TryNormalizeInPlace(path, ref length);
    }

    /// <summary>Normalises a path that was received as bytes.</summary>
    /// <param name="target">The path in origin form, beginning with <c>/</c>, without the query. Bytes above 0x7F make it invalid.</param>
    /// <param name="path">Receives the path; at least as long as <paramref name="target"/>.</param>
    /// <param name="length">The number of bytes written.</param>
    /// <returns>Whether the target has a path; if not, the request is to be answered by 400.</returns>
    public static bool TryNormalize(ReadOnlySpan<byte> target, Span<byte> path, out int length)
    {
        target.CopyTo(path);
        length = target.Length;
        return TryNormalizeInPlace(path, ref length);
    }

    /// <summary>Whether a path received as bytes is normal as it is, so that it needs no copy.</summary>
    /// <param name="target">The path in origin form, beginning with <c>/</c>, without the query.</param>
    public static bool IsNormal(ReadOnlySpan<byte> target) =>
        !target.IsEmpty && target[0] == '/' && !target.ContainsAny(NeedsCare) && target.IndexOf("/."u8) < 0;

    private static bool TryNormalizeInPlace(Span<byte> path, ref int length)
    {
        Span<byte> whole = path[..length];
        if (whole.IsEmpty || whole[0] != '/')
        {
            length = 0;
            return false;
        }
        int first = whole.IndexOfAny(NeedsCare);
        if (first >= 0)
        {
            length = Decode(whole, first);
            if (length < 0)
            {
                length = 0;
                return false;
            }
            whole = whole[..length];
        }
        int dot = whole.IndexOf("/."u8);
        if (dot >= 0)
        {
            length = RemoveDotSegments(whole, dot);
        }
        return true;
    }

    /// <summary>Decodes in place from the first byte that needs it. Returns the new length, or -1 where the target is not a path.</summary>
    private static int Decode(Span<byte> path, int read)
    {
        int write = read;
        bool hasHighBytes = false;
        while (read < path.Length)
        {
            byte value = path[read];
            if (value is 0 or >= 0x80)
            {
                return -1;
            }
            if (value == '%' && read + 2 < path.Length && HexValue(path[read + 1]) is >= 0 and int high && HexValue(path[read + 2]) is >= 0 and int low)
            {
                value = (byte)((high << 4) | low);
                if (value == 0)
                {
                    return -1;
                }
                if (value != '/')
                {
                    hasHighBytes |= value >= 0x80;
                    path[write++] = value;
                    read += 3;
                    continue;
                }
                value = (byte)'%';
            }
            path[write++] = value;
            read++;
        }
        return hasHighBytes && !Utf8.IsValid(path[..write]) ? -1 : write;
    }

    private static int HexValue(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };

    /// <summary>Removes <c>/.</c> and <c>/..</c> in place, where <paramref name="read"/> is the first <c>/.</c>. What would climb above the root stays there.</summary>
    private static int RemoveDotSegments(Span<byte> path, int read)
    {
        int write = read;
        while (read < path.Length)
        {
            int next = path[(read + 1)..].IndexOf((byte)'/');
            int end = next < 0 ? path.Length : read + 1 + next;
            ReadOnlySpan<byte> segment = path[(read + 1)..end];
            bool isUp = segment.SequenceEqual(".."u8);
            if (isUp || segment.SequenceEqual("."u8))
            {
                if (isUp)
                {
                    write = Math.Max(path[..write].LastIndexOf((byte)'/'), 0);
                }
                if (end == path.Length)
                {
                    path[write++] = (byte)'/';
                }
            }
            else
            {
                path[read..end].CopyTo(path[write..]);
                write += end - read;
            }
            read = end;
        }
        return write;
    }
}
