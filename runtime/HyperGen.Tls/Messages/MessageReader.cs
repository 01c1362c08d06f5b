using System.Buffers.Binary;

namespace HyperGen.Tls.Messages;

/// <summary>Reads TLS's presentation language. Every method says false rather than read beyond the end.</summary>
internal ref struct MessageReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public bool TryUInt8(out int value)
    {
        value = 0;
        if (_rest.IsEmpty)
        {
            return false;
        }

        value = _rest[0];
        _rest = _rest[1..];
        return true;
    }

    public bool TryUInt16(out int value)
    {
        value = 0;
        if (!BinaryPrimitives.TryReadUInt16BigEndian(_rest, out var read))
        {
            return false;
        }

        value = read;
        _rest = _rest[2..];
        return true;
    }

    public bool TryUInt32(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(_rest, out value))
        {
            return false;
        }

        _rest = _rest[4..];
        return true;
    }

    public bool TryUInt64(out ulong value)
    {
        if (!BinaryPrimitives.TryReadUInt64BigEndian(_rest, out value))
        {
            return false;
        }

        _rest = _rest[8..];
        return true;
    }

    public bool TryBytes(int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (length > _rest.Length)
        {
            return false;
        }

        bytes = _rest[..length];
        _rest = _rest[length..];
        return true;
    }

    /// <summary>A vector whose length takes one byte.</summary>
    public bool TryVector8(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return TryUInt8(out var length) && TryBytes(length, out bytes);
    }

    /// <summary>A vector whose length takes two bytes.</summary>
    public bool TryVector16(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return TryUInt16(out var length) && TryBytes(length, out bytes);
    }

    /// <summary>A vector whose length takes three bytes.</summary>
    public bool TryVector24(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return TryUInt8(out var high) && TryUInt16(out var low) && TryBytes((high << 16) | low, out bytes);
    }
}
