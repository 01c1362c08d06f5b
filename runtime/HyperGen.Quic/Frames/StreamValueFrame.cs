using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Frames;

/// <summary>The frames made of a type, a stream ID and one integer: STOP_SENDING, MAX_STREAM_DATA, STREAM_DATA_BLOCKED.</summary>
internal readonly record struct StreamValueFrame(FrameType Type, StreamId Id, long Value)
{
    public const int MaxLength = 1 + (2 * VarInt.MaxLength);

    public static TransportError TryRead(ref WireReader reader, FrameType type, out StreamValueFrame frame)
    {
        frame = default;
        if (!reader.TryReadVarInt(out var id) || !reader.TryReadVarInt(out var value)) return TransportError.Malformed(type);
        frame = new(type, new(id), value);
        return TransportError.None;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteByte((byte)Type);
        writer.WriteVarInt(Id.Value);
        writer.WriteVarInt(Value);
    }
}
