using System.Buffers.Text;

namespace HyperGen.Http3.Qpack;

/// <summary>Writes encoded field sections (RFC 9204 section 4.5) that refer to the static table only.</summary>
/// <remarks>
/// Each method writes at the beginning of a span and returns the bytes it took. What is the same in every response is encoded once, when it is
/// first known (see <see cref="ResponseBlock"/>), with Huffman; what changes from response to response is copied plainly.
/// </remarks>
internal static class FieldSectionEncoder
{
    /// <summary>The bytes of <see cref="WritePrefix"/>.</summary>
    public const int PrefixLength = 2;

    /// <summary>The most bytes of <see cref="WriteStatus"/>, and of <see cref="WriteContentLength"/>.</summary>
    public const int MaxShortLine = 24;

    /// <summary>The most bytes that a field line takes.</summary>
    public static int MaxLength(int nameLength, int valueLength) => nameLength + valueLength + 2 * PrefixedInteger.MaxLength;

    /// <summary>A Required Insert Count and a Base of 0.</summary>
    public static int WritePrefix(Span<byte> destination)
    {
        destination[0] = 0;
        destination[1] = 0;
        return PrefixLength;
    }

    /// <summary>The <c>:status</c> line.</summary>
    /// <param name="destination">At least <see cref="MaxShortLine"/> bytes.</param>
    /// <param name="status">100 to 999.</param>
    public static int WriteStatus(Span<byte> destination, int status)
    {
        Span<byte> digits = stackalloc byte[3];
        Utf8Formatter.TryFormat(status, digits, out _);
        return WriteKnown(destination, (int)KnownField.Status, digits, useHuffman: false, isSensitive: false);
    }

    /// <summary>The <c>content-length</c> line.</summary>
    /// <param name="destination">At least <see cref="MaxShortLine"/> bytes.</param>
    /// <param name="length">The number of bytes in the body.</param>
    public static int WriteContentLength(Span<byte> destination, long length)
    {
        int written = PrefixedInteger.Write(destination, 0x50, 4, (ulong)KnownField.ContentLength);
        Utf8Formatter.TryFormat(length, destination[(written + 1)..], out int digits);
        destination[written] = (byte)digits;
        return written + 1 + digits;
    }

    /// <summary>Any field line.</summary>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="name">The name, in lower case.</param>
    /// <param name="value">The value.</param>
    /// <param name="useHuffman">Whether to spend time on saving bytes.</param>
    /// <param name="isSensitive">Whether no intermediary may ever put the value into a table (credentials, short cookies).</param>
    public static int Write(Span<byte> destination, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool useHuffman = false, bool isSensitive = false)
    {
        int known = StaticTable.FindName(name);
        if (known >= 0)
        {
            return WriteKnown(destination, known, value, useHuffman, isSensitive);
        }
        int written = WriteString(destination, (byte)(isSensitive ? 0x30 : 0x20), 3, name, useHuffman);
        return written + WriteString(destination[written..], 0, 7, value, useHuffman);
    }

    private static int WriteKnown(Span<byte> destination, int first, ReadOnlySpan<byte> value, bool useHuffman, bool isSensitive)
    {
        if (!isSensitive && StaticTable.FindValue(first, value) is >= 0 and int index)
        {
            return PrefixedInteger.Write(destination, 0xc0, 6, (ulong)index);
        }
        int written = PrefixedInteger.Write(destination, (byte)(isSensitive ? 0x70 : 0x50), 4, (ulong)first);
        return written + WriteString(destination[written..], 0, 7, value, useHuffman);
    }

    private static int WriteString(Span<byte> destination, byte pattern, int prefixBits, ReadOnlySpan<byte> text, bool useHuffman)
    {
        int encoded = useHuffman ? Huffman.EncodedLength(text) : text.Length;
        if (encoded >= text.Length)
        {
            int start = PrefixedInteger.Write(destination, pattern, prefixBits, (ulong)text.Length);
            text.CopyTo(destination[start..]);
            return start + text.Length;
        }
        int written = PrefixedInteger.Write(destination, (byte)(pattern | 1 << prefixBits), prefixBits, (ulong)encoded);
        return written + Huffman.Encode(text, destination[written..]);
    }
}
