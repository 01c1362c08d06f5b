using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HyperGen.CompilerServices;

/// <summary>
/// Reads path bytes eight at a time, and brings them to lower case, which is how matching ignores case: for ASCII letters; all other bytes count as they are.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RouteText
{
    private const ulong EachByte = 0x0101010101010101;
    private const ulong HighBits = 0x8080808080808080;

    /// <summary>Copies a path with its ASCII letters in lower case.</summary>
    /// <param name="path">The path.</param>
    /// <param name="text">Receives the copy; at least as long.</param>
    internal static void ToLower(ReadOnlySpan<byte> path, Span<byte> text)
    {
        int i = 0;
        for (; i + 8 <= path.Length; i += 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(text[i..], ToLower(BinaryPrimitives.ReadUInt64LittleEndian(path[i..])));
        }
        for (; i < path.Length; i++)
        {
            text[i] = (byte)ToLower(path[i]);
        }
    }

    /// <summary>Up to eight bytes of a text as a little-endian number; zero beyond its end.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">The first byte; not negative.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Word(ReadOnlySpan<byte> text, int start) =>
        start + 8 <= text.Length ? ReadWord(text, start) : start < text.Length ? LastWord(text, start) : 0;

    /// <summary>Eight bytes that are known to be there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong ReadWord(ReadOnlySpan<byte> text, int start)
    {
        ulong word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), (nint)(uint)start));
        return BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
    }

    /// <summary>The bytes from <paramref name="start"/> to the end, at least one and fewer than eight, without reading past it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong LastWord(ReadOnlySpan<byte> text, int start) =>
        text.Length >= 8 ? ReadWord(text, text.Length - 8) >> ((start + 8 - text.Length) << 3) : FewBytes(text, start);

    /// <summary>The last place of a literal within a text, ignoring the case of ASCII letters; -1 where there is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="literal">The literal, its ASCII letters in lower case.</param>
    internal static int LastIndexOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> literal)
    {
        for (int i = text.Length - literal.Length; i >= 0; i--)
        {
            if (EqualsLower(text.Slice(i, literal.Length), literal))
            {
                return i;
            }
        }
        return -1;
    }

    private static bool EqualsLower(ReadOnlySpan<byte> text, ReadOnlySpan<byte> literal)
    {
        for (int i = 0; i < literal.Length; i++)
        {
            if ((byte)ToLower(text[i]) != literal[i])
            {
                return false;
            }
        }
        return true;
    }

    private static ulong FewBytes(ReadOnlySpan<byte> text, int start)
    {
        int length = text.Length - start;
        ref byte first = ref Unsafe.Add(ref MemoryMarshal.GetReference(text), (nint)(uint)start);
        if (length >= 4 && BitConverter.IsLittleEndian)
        {
            ulong last = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, length - 4));
            return Unsafe.ReadUnaligned<uint>(ref first) | (last << ((length - 4) << 3));
        }
        ulong word = 0;
        for (int i = text.Length - 1; i >= start; i--)
        {
            word = (word << 8) | text[i];
        }
        return word;
    }

    /// <summary>Sets 0x20 in each byte between 'A' and 'Z'. No carry leaves a byte, because the high bit of each is cleared before adding.</summary>
    private static ulong ToLower(ulong word)
    {
        ulong low = word & ~HighBits;
        ulong fromA = low + (EachByte * (0x80 - 'A'));
        ulong afterZ = low + (EachByte * (0x7F - 'Z'));
        return word | (((fromA ^ afterZ) & ~word & HighBits) >> 2);
    }
}
