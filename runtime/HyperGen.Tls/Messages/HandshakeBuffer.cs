using System.Buffers.Binary;

namespace HyperGen.Tls.Messages;

/// <summary>Collects the bytes of one level's CRYPTO stream, however they are cut, and hands out whole messages.</summary>
internal struct HandshakeBuffer
{
    /// <summary>Bytes of the type and length before each message.</summary>
    public const int HeaderLength = 4;

    /// <summary>The longest message taken, and the most that waits while a question is open. 64 KiB, the buffer for CRYPTO data in ngtcp2 and s2n-quic.</summary>
    public const int MaxLength = 64 * 1024;

    private byte[]? _bytes;
    private int _start;
    private int _end;

    /// <summary>Whether every byte has been read.</summary>
    public readonly bool IsEmpty => _start == _end;

    /// <summary>Appends, unless that would hold more than a message of <see cref="MaxLength"/>.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        var held = _end - _start;
        if (bytes.Length > HeaderLength + MaxLength - held)
        {
            return false;
        }

        if (_bytes is null || _bytes.Length - _end < bytes.Length)
        {
            var grown = new byte[Math.Max(held + bytes.Length, Math.Min(2 * held, HeaderLength + MaxLength))];
            _bytes.AsSpan(_start, held).CopyTo(grown);
            (_bytes, _start, _end) = (grown, 0, held);
        }

        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
        return true;
    }

    /// <summary>The next whole message with its header, which stays valid until the next <see cref="TryAppend"/>.</summary>
    /// <param name="message">Header and body.</param>
    /// <param name="isTooLong">Whether the message says it is longer than <see cref="MaxLength"/>, so that it will never be read.</param>
    public bool TryRead(out ReadOnlySpan<byte> message, out bool isTooLong)
    {
        message = default;
        isTooLong = false;
        var held = _bytes.AsSpan(_start, _end - _start);
        if (held.Length < HeaderLength)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(held) & 0xFFFFFF;
        isTooLong = length > MaxLength;
        if (isTooLong || held.Length < HeaderLength + length)
        {
            return false;
        }

        message = held[..(HeaderLength + length)];
        _start += message.Length;
        return true;
    }

    /// <summary>Lets go of the memory.</summary>
    public void Release() => this = default;
}
