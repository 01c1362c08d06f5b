namespace HyperGen.Http3.Qpack;

/// <summary>The Huffman code of RFC 7541 appendix B, with the tables that encoding and decoding look up.</summary>
/// <remarks>The code is canonical, so the 257 lengths are all there is to know: equal lengths count upwards in the order of the symbols.</remarks>
internal static class HuffmanCode
{
    /// <summary>The end-of-string symbol, which never appears: its first bits pad the last byte.</summary>
    public const int EndOfString = 256;

    /// <summary>Codes up to this length are decoded by one lookup: all of printable ASCII but a dozen rare signs.</summary>
    public const int FastBits = 10;

    /// <summary>The longest code.</summary>
    public const int MaxBits = 30;

    private static ReadOnlySpan<byte> Lengths =>
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
        28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
        5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
        6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
        24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
        21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
        19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ];

    /// <summary>The code of each symbol, in its low bits.</summary>
    public static readonly uint[] Codes = new uint[257];

    /// <summary>By the next <see cref="FastBits"/> bits: the symbol, and its length shifted left by 8; 0 for a longer code.</summary>
    public static readonly ushort[] Fast = new ushort[1 << FastBits];

    /// <summary>By length: the first value of 30 left-aligned bits that belongs to a longer code.</summary>
    public static readonly uint[] Limits = new uint[MaxBits + 1];

    /// <summary>By length: what added to a code gives the symbol's place in <see cref="Symbols"/>.</summary>
    public static readonly int[] Offsets = new int[MaxBits + 1];

    /// <summary>The symbols in the order of their codes.</summary>
    public static readonly ushort[] Symbols = new ushort[257];

    static HuffmanCode()
    {
        uint code = 0;
        int place = 0;
        for (int length = 1; length <= MaxBits; length++)
        {
            Offsets[length] = place - (int)code;
            for (int symbol = 0; symbol <= EndOfString; symbol++)
            {
                if (Lengths[symbol] != length)
                {
                    continue;
                }
                if (length <= FastBits)
                {
                    Fast.AsSpan((int)code << (FastBits - length), 1 << (FastBits - length)).Fill((ushort)(symbol | length << 8));
                }
                Codes[symbol] = code++;
                Symbols[place++] = (ushort)symbol;
            }
            Limits[length] = code << (MaxBits - length);
            code <<= 1;
        }
    }

    /// <summary>The number of bits in the code of a symbol.</summary>
    public static int Length(int symbol) => Lengths[symbol];
}
