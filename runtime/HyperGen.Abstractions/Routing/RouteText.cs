using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace HyperGen.CompilerServices;

/// <summary>Compares path bytes with the literals of routes, eight at a time. Case is ignored for ASCII letters; all other bytes compare as they are.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RouteText
{
    private const ulong EachByte = 0x0101010101010101;
    private const ulong HighBits = 0x8080808080808080;

    /// <summary>Up to eight bytes as a little-endian number, with ASCII letters in lower case. Missing bytes are zero.</summary>
    /// <param name="path">The path.</param>
    /// <param name="start">The first byte, at most the length of the path.</param>
    /// <param name="length">How many bytes there are from <paramref name="start"/>; beyond eight they do not count.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Word(ReadOnlySpan<byte> path, int start, int length)
    {
        ulong word = start + 8 <= path.Length ? BinaryPrimitives.ReadUInt64LittleEndian(path[start..]) : LastWord(path, start);
        return ToLower(length >= 8 ? word : word & ((1UL << (length << 3)) - 1));
    }

    /// <summary>Up to eight bytes of a whole path; zero beyond its end.</summary>
    /// <param name="path">The path.</param>
    /// <param name="start">The first byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong WordAt(ReadOnlySpan<byte> path, int start) =>
        start + 8 <= path.Length ? ToLower(BinaryPrimitives.ReadUInt64LittleEndian(path[start..])) : start < path.Length ? ToLower(LastWord(path, start)) : 0;

    /// <summary>Whether a text is a literal but for the case of ASCII letters.</summary>
    /// <param name="text">The text.</param>
    /// <param name="literal">The literal, its ASCII letters in lower case.</param>
    public static bool Equals(ReadOnlySpan<byte> text, ReadOnlySpan<byte> literal)
    {
        if (text.Length != literal.Length)
        {
            return false;
        }
        if (text.Length < 8)
        {
            return WordAt(text, 0) == LastOrNothing(literal);
        }
        for (int i = 0; i + 8 < text.Length; i += 8)
        {
            if (ToLower(BinaryPrimitives.ReadUInt64LittleEndian(text[i..])) != BinaryPrimitives.ReadUInt64LittleEndian(literal[i..]))
            {
                return false;
            }
        }
        return ToLower(BinaryPrimitives.ReadUInt64LittleEndian(text[^8..])) == BinaryPrimitives.ReadUInt64LittleEndian(literal[^8..]);
    }

    /// <summary>The last place of a literal within a text, ignoring the case of ASCII letters; -1 where there is none.</summary>
    internal static int LastIndexOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> literal)
    {
        for (int i = text.Length - literal.Length; i >= 0; i--)
        {
            if (Equals(text.Slice(i, literal.Length), literal))
            {
                return i;
            }
        }
        return -1;
    }

    private static ulong LastOrNothing(ReadOnlySpan<byte> text) => text.IsEmpty ? 0 : LastWord(text, 0);

    /// <summary>The bytes from <paramref name="start"/> to the end, of which there are fewer than eight, without reading past it.</summary>
    private static ulong LastWord(ReadOnlySpan<byte> path, int start)
    {
        if (path.Length >= 8 && start < path.Length)
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(path[^8..]) >> ((start + 8 - path.Length) << 3);
        }
        ulong word = 0;
        for (int i = path.Length - 1; i >= start; i--)
        {
            word = (word << 8) | path[i];
        }
        return word;
    }

    /// <summary>Sets 0x20 in each byte between 'A' and 'Z'. No carry leaves a byte, because the high bit of each is cleared before adding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ToLower(ulong word)
    {
        ulong low = word & ~HighBits;
        ulong fromA = low + (EachByte * (0x80 - 'A'));
        ulong afterZ = low + (EachByte * (0x7F - 'Z'));
        return word | (((fromA ^ afterZ) & ~word & HighBits) >> 2);
    }
}
