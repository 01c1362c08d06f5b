using System.Buffers.Binary;

namespace HyperGen.Quic.Wire;

/// <summary>Variable-length integers (RFC 9000 section 16): 6, 14, 30 or 62 bits, the length in the two high bits of the first byte.</summary>
internal static class VarInt
{
    public const long MaxValue = (1L << 62) - 1;

    public const int MaxLength = 8;

    public static int Length(long value) => value switch
    {
        < 1L << 6 => 1,
        < 1L << 14 => 2,
        < 1L << 30 => 4,
        _ => 8,
    };

    /// <summary>Reads the integer at the start of <paramref name="source" />; its length, or 0 when the bytes end too early.</summary>
    public static int TryRead(ReadOnlySpan<byte> source, out long value)
    {
        if (!source.IsEmpty)
        {
            int first = source[0];
            switch (first >> 6)
            {
                case 0:
                    value = first;
                    return 1;
                case 1 when source.Length >= 2:
                    value = BinaryPrimitives.ReadUInt16BigEndian(source) & 0x3FFF;
                    return 2;
                case 2 when source.Length >= 4:
                    value = BinaryPrimitives.ReadUInt32BigEndian(source) & 0x3FFF_FFFF;
                    return 4;
                case 3 when source.Length >= 8:
                    value = BinaryPrimitives.ReadInt64BigEndian(source) & MaxValue;
                    return 8;
            }
        }

        value = 0;
        return 0;
    }

    /// <summary>Writes the shortest form of <paramref name="value" />; its length.</summary>
    public static int Write(Span<byte> destination, long value)
    {
        switch (value)
        {
            case < 1L << 6:
                destination[0] = (byte)value;
                return 1;
            case < 1L << 14:
                BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(value | 0x4000));
                return 2;
            case < 1L << 30:
                BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)value | 0x8000_0000);
                return 4;
            default:
                BinaryPrimitives.WriteUInt64BigEndian(destination, (ulong)value | 0xC000_0000_0000_0000);
                return 8;
        }
    }

    /// <summary>Writes <paramref name="value" /> (at most 16383) in two bytes whatever its size, for a field that is filled in later.</summary>
    public static void WriteTwoBytes(Span<byte> destination, int value) =>
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(value | 0x4000));
}
