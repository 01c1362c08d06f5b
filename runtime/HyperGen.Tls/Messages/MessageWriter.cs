using System.Buffers.Binary;

namespace HyperGen.Tls.Messages;

/// <summary>Writes handshake messages in TLS's presentation language: big-endian numbers, and vectors behind their length.</summary>
/// <param name="bytes">Where it is written. When it is too short, something longer takes its place.</param>
internal sealed class MessageWriter(byte[] bytes)
{
    private byte[] _bytes = bytes;

    /// <param name="capacity">Bytes that there is room for at first.</param>
    public MessageWriter(int capacity)
        : this(new byte[capacity])
    {
    }

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes written, which the writer must not be used after taking.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    /// <summary>The bytes from <paramref name="start"/> on.</summary>
    public ReadOnlySpan<byte> From(int start) => _bytes.AsSpan(start, Length - start);

    public void UInt8(int value) => Reserve(1)[0] = (byte)value;

    public void UInt16(int value) => BinaryPrimitives.WriteUInt16BigEndian(Reserve(2), (ushort)value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(4), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Reserve(8), value);

    /// <summary>Writes bytes behind a length of one byte.</summary>
    public void Vector8(ReadOnlySpan<byte> bytes)
    {
        var vector = Begin8();
        Bytes(bytes);
        End8(vector);
    }

    /// <summary>Writes bytes behind a length of two bytes.</summary>
    public void Vector16(ReadOnlySpan<byte> bytes)
    {
        var vector = Begin16();
        Bytes(bytes);
        End16(vector);
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>Makes room for bytes that the caller fills in before writing anything else.</summary>
    public Span<byte> Reserve(int length)
    {
        if (_bytes.Length - Length < length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, Length + length));
        }

        var reserved = _bytes.AsSpan(Length, length);
        Length += length;
        return reserved;
    }

    /// <summary>Begins a message; <see cref="End24"/> ends it.</summary>
    public int Begin(HandshakeType type)
    {
        UInt8((byte)type);
        return Begin24();
    }

    /// <summary>Begins an extension; <see cref="End16"/> ends it.</summary>
    public int Begin(ExtensionType type)
    {
        UInt16((ushort)type);
        return Begin16();
    }

    /// <summary>Writes an extension that lists signature algorithms, unless there are none: a list must not be empty.</summary>
    public void SchemeList(ExtensionType type, IEnumerable<SignatureScheme> schemes)
    {
        if (!schemes.Any())
        {
            return;
        }

        var extension = Begin(type);
        var list = Begin16();
        foreach (var scheme in schemes)
        {
            UInt16((ushort)scheme);
        }

        End16(list);
        End16(extension);
    }

    public int Begin8() => Skip(1);

    public int Begin16() => Skip(2);

    public int Begin24() => Skip(3);

    public void End8(int start) => _bytes[start - 1] = checked((byte)(Length - start));

    public void End16(int start) => BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(start - 2), checked((ushort)(Length - start)));

    public void End24(int start)
    {
        var length = Length - start;
        _bytes[start - 3] = checked((byte)(length >> 16));
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(start - 2), (ushort)length);
    }

    private int Skip(int length)
    {
        Reserve(length);
        return Length;
    }
}
