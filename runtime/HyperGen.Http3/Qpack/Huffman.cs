using System.Buffers.Binary;

namespace HyperGen.Http3.Qpack;

/// <summary>Encodes and decodes strings with the code of RFC 7541 appendix B.</summary>
internal static class Huffman
{
    /// <summary>The most bytes that an encoded string of a length decodes to: the shortest code has five bits.</summary>
    public static int MaxDecodedLength(int encodedLength) => (int)((long)encodedLength * 8 / 5);

    /// <summary>The bytes that a string takes once encoded.</summary>
    public static int EncodedLength(ReadOnlySpan<byte> text)
    {
        long bits = 0;
        foreach (byte symbol in text)
        {
            bits += HuffmanCode.Length(symbol);
        }
        return (int)((bits + 7) / 8);
    }

    /// <summary>Encodes a string and returns the bytes it took.</summary>
    /// <param name="text">The string.</param>
    /// <param name="destination">At least <see cref="EncodedLength"/> bytes.</param>
    public static int Encode(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        ulong window = 0;
        int bits = 0;
        int written = 0;
        foreach (byte symbol in text)
        {
            window = window << HuffmanCode.Length(symbol) | HuffmanCode.Codes[symbol];
            bits += HuffmanCode.Length(symbol);
            // At most 31 bits wait here, and 30 come: 64 are never exceeded.
            if (bits >= 32)
            {
                bits -= 32;
                BinaryPrimitives.WriteUInt32BigEndian(destination[written..], (uint)(window >> bits));
                written += 4;
            }
        }
        for (; bits >= 8; bits -= 8)
        {
            destination[written++] = (byte)(window >> (bits - 8));
        }
        if (bits > 0)
        {
            //= https://www.rfc-editor.org/rfc/rfc7541#section-5.2
            //# the most significant bits of the code corresponding to the EOS (end-of-string) symbol
            destination[written++] = (byte)(window << (8 - bits) | 0xffu >> bits);
        }
        return written;
    }

    /// <summary>Decodes a string; false when it is not the encoding of any.</summary>
    /// <param name="encoded">The encoded string.</param>
    /// <param name="destination">At least <see cref="MaxDecodedLength"/> bytes.</param>
    /// <param name="written">The bytes decoded.</param>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, Span<byte> destination, out int written)
    {
        ReadOnlySpan<ushort> fast = HuffmanCode.Fast;
        ulong window = 0;
        int bits = 0;
        int read = 0;
        int count = 0;
        written = 0;
        while (true)
        {
            if (bits < HuffmanCode.MaxBits)
            {
                if (encoded.Length - read >= 4)
                {
                    window = window << 32 | BinaryPrimitives.ReadUInt32BigEndian(encoded[read..]);
                    read += 4;
                    bits += 32;
                }
                else
                {
                    while (read < encoded.Length)
                    {
                        window = window << 8 | encoded[read++];
                        bits += 8;
                    }
                    if (bits < HuffmanCode.FastBits)
                    {
                        break;
                    }
                }
            }
            uint entry = fast[(int)(window >> (bits - HuffmanCode.FastBits)) & ((1 << HuffmanCode.FastBits) - 1)];
            if (entry == 0)
            {
                if (!TryDecodeLong(window, ref bits, out byte symbol))
                {
                    return false;
                }
                destination[count++] = symbol;
                continue;
            }
            bits -= (int)(entry >> 8);
            destination[count++] = (byte)entry;
        }

        // Fewer bits than one lookup takes are left: ones are put behind them, and no code may reach into those.
        while (bits > 0 && !IsPadding(window, bits))
        {
            uint next = (uint)(window << (HuffmanCode.FastBits - bits) | ((1u << (HuffmanCode.FastBits - bits)) - 1));
            uint entry = fast[(int)next & ((1 << HuffmanCode.FastBits) - 1)];
            int length = (int)(entry >> 8);
            if (length == 0 || length > bits)
            {
                return false;
            }
            bits -= length;
            destination[count++] = (byte)entry;
        }
        written = count;
        return true;
    }

    //= https://www.rfc-editor.org/rfc/rfc7541#section-5.2
    //# A padding strictly longer than 7 bits MUST be treated as a decoding error.
    private static bool IsPadding(ulong window, int bits)
    {
        uint mask = (1u << Math.Min(bits, 8)) - 1;
        return bits < 8 && ((uint)window & mask) == mask;
    }

    private static bool TryDecodeLong(ulong window, ref int bits, out byte symbol)
    {
        // The bits that are missing at the end of the string count as ones, as the padding has them.
        uint aligned = bits >= HuffmanCode.MaxBits
            ? (uint)(window >> (bits - HuffmanCode.MaxBits))
            : (uint)(window << (HuffmanCode.MaxBits - bits)) | ((1u << (HuffmanCode.MaxBits - bits)) - 1);
        aligned &= (1u << HuffmanCode.MaxBits) - 1;
        int length = HuffmanCode.FastBits + 1;
        while (length < HuffmanCode.MaxBits && aligned >= HuffmanCode.Limits[length])
        {
            length++;
        }
        int found = HuffmanCode.Symbols[HuffmanCode.Offsets[length] + (int)(aligned >> (HuffmanCode.MaxBits - length))];
        symbol = (byte)found;

        //= https://www.rfc-editor.org/rfc/rfc7541#section-5.2
        //# A Huffman-encoded string literal containing the EOS symbol MUST be treated as a decoding error.
        if (found == HuffmanCode.EndOfString || length > bits)
        {
            return false;
        }
        bits -= length;
        return true;
    }
}
