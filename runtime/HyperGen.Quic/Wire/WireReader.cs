using System.Buffers.Binary;

namespace HyperGen.Quic.Wire;

/// <summary>A cursor over bytes of the peer's. Nothing here throws: a method that runs out of bytes answers false and the cursor is then meaningless.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public readonly int Remaining => _bytes.Length - Position;

    public readonly bool IsEmpty => Position == _bytes.Length;

    public bool TryReadByte(out byte value)
    {
        if (IsEmpty)
        {
            value = 0;
            return false;
        }

        value = _bytes[Position++];
        return true;
    }

    public bool TryReadUInt32(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(_bytes[Position..], out value)) return false;
        Position += 4;
        return true;
    }

    public bool TryReadVarInt(out long value)
    {
        var length = VarInt.TryRead(_bytes[Position..], out value);
        Position += length;
        return length != 0;
    }

    public bool TryReadBytes(long length, out ReadOnlySpan<byte> value)
    {
        if (length > Remaining)
        {
            value = default;
            return false;
        }

        value = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return true;
    }

    /// <summary>A length in a variable-length integer, then that many bytes.</summary>
    public bool TryReadPrefixed(out ReadOnlySpan<byte> value)
    {
        value = default;
        return TryReadVarInt(out var length) && TryReadBytes(length, out value);
    }

    /// <summary>Skips bytes equal to <paramref name="value" />.</summary>
    public void SkipAll(byte value)
    {
        var different = _bytes[Position..].IndexOfAnyExcept(value);
        Position = different < 0 ? _bytes.Length : Position + different;
    }

    public ReadOnlySpan<byte> ReadRest()
    {
        var rest = _bytes[Position..];
        Position = _bytes.Length;
        return rest;
    }
}
