using System.Buffers.Binary;

namespace HyperGen.Http3.Frames;

/// <summary>QUIC's variable-length integers (RFC 9000 section 16), read from bytes that come in pieces.</summary>
internal struct VarInt
{
    /// <summary>The largest value.</summary>
    public const ulong MaxValue = (1UL << 62) - 1;

    /// <summary>The most bytes an integer takes.</summary>
    public const int MaxLength = 8;

    private ulong _value;
    private int _missing;

    /// <summary>Whether an integer has begun and is not complete.</summary>
    public readonly bool IsPartial => _missing > 0;

    /// <summary>Takes bytes off the front of the source; false when it ended before the integer, which goes on with the next call.</summary>
    public bool TryRead(ref ReadOnlySpan<byte> source, out ulong value)
    {
        if (_missing == 0)
        {
            if (source.IsEmpty)
            {
                value = 0;
                return false;
            }
            _missing = 1 << (source[0] >> 6);
            _value = source[0] & 0x3fu;
            _missing--;
            source = source[1..];
        }
        while (_missing > 0 && !source.IsEmpty)
        {
            _value = _value << 8 | source[0];
            _missing--;
            source = source[1..];
        }
        value = _value;
        return _missing == 0;
    }

    /// <summary>The bytes that a value takes.</summary>
    public static int Length(ulong value) => value switch
    {
        < 1 << 6 => 1,
        < 1 << 14 => 2,
        < 1 << 30 => 4,
        _ => 8,
    };

    /// <summary>Writes a value below 2^30 in four bytes whatever its size, for a length that is known only afterwards.</summary>
    public static void WriteFourBytes(Span<byte> destination, int value) =>
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)value | 0x8000_0000);

    /// <summary>Writes a value and returns the bytes it took.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        switch (Length(value))
        {
            case 1:
                destination[0] = (byte)value;
                return 1;
            case 2:
                BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(value | 0x4000));
                return 2;
            case 4:
                BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)(value | 0x8000_0000));
                return 4;
            default:
                BinaryPrimitives.WriteUInt64BigEndian(destination, value | 0xc000_0000_0000_0000);
                return 8;
        }
    }
}
