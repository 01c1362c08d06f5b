using System.Buffers;

namespace HyperGen.Http3.Qpack;

/// <summary>The integers of RFC 7541 section 5.1: the low bits of a byte, continued seven bits a byte when they are all ones.</summary>
internal static class PrefixedInteger
{
    /// <summary>The most bytes an integer takes: the prefix and nine continuations hold 63 bits.</summary>
    public const int MaxLength = 10;

    private const ulong MaxValue = (1UL << 62) - 1;

    /// <summary>Reads an integer.</summary>
    /// <param name="source">Bytes beginning with the one that holds the prefix.</param>
    /// <param name="prefixBits">How many low bits of the first byte belong to the integer.</param>
    /// <param name="value">The integer.</param>
    /// <param name="length">The bytes it took.</param>
    /// <returns><c>NeedMoreData</c> for a truncated integer, <c>InvalidData</c> for one above 62 bits.</returns>
    public static OperationStatus TryRead(ReadOnlySpan<byte> source, int prefixBits, out ulong value, out int length)
    {
        value = 0;
        length = 0;
        if (source.IsEmpty)
        {
            return OperationStatus.NeedMoreData;
        }
        uint mask = (1u << prefixBits) - 1;
        value = source[0] & mask;
        length = 1;
        if (value < mask)
        {
            return OperationStatus.Done;
        }

        //= https://www.rfc-editor.org/rfc/rfc9204#section-4.1.1
        //# QPACK implementations MUST be able to decode integers up to and including 62 bits long.
        for (int shift = 0; length < source.Length; shift += 7)
        {
            byte next = source[length++];
            value += (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value <= MaxValue ? OperationStatus.Done : OperationStatus.InvalidData;
            }
            // Nine continuations hold 63 bits: one more is a value out of range, or a run of zeros sent to burn time.
            if (shift == 56)
            {
                return OperationStatus.InvalidData;
            }
        }
        return OperationStatus.NeedMoreData;
    }

    /// <summary>Writes an integer and returns the bytes it took, at most <see cref="MaxLength"/>.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="pattern">The high bits of the first byte.</param>
    /// <param name="prefixBits">How many low bits of the first byte belong to the integer.</param>
    /// <param name="value">The integer, below 2^62.</param>
    public static int Write(Span<byte> destination, byte pattern, int prefixBits, ulong value)
    {
        uint mask = (1u << prefixBits) - 1;
        if (value < mask)
        {
            destination[0] = (byte)(pattern | value);
            return 1;
        }
        destination[0] = (byte)(pattern | mask);
        value -= mask;
        int length = 1;
        for (; value >= 0x80; value >>= 7)
        {
            destination[length++] = (byte)(value | 0x80);
        }
        destination[length++] = (byte)value;
        return length;
    }
}
