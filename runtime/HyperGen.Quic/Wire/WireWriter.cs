using System.Buffers.Binary;

namespace HyperGen.Quic.Wire;

/// <summary>A cursor over our own send buffer. The caller has made sure of the room; running out of it is our bug and throws.</summary>
internal ref struct WireWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    public int Position { get; private set; }

    public readonly int Remaining => _buffer.Length - Position;

    public readonly Span<byte> Free => _buffer[Position..];

    public void Advance(int count) => Position += count;

    public void WriteByte(byte value) => _buffer[Position++] = value;

    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_buffer[Position..], value);
        Position += 4;
    }

    public void WriteVarInt(long value) => Position += VarInt.Write(_buffer[Position..], value);

    public void WriteBytes(scoped ReadOnlySpan<byte> value)
    {
        value.CopyTo(_buffer[Position..]);
        Position += value.Length;
    }

    public void WritePrefixed(scoped ReadOnlySpan<byte> value)
    {
        WriteVarInt(value.Length);
        WriteBytes(value);
    }

    public void WriteZeros(int count)
    {
        _buffer.Slice(Position, count).Clear();
        Position += count;
    }
}
