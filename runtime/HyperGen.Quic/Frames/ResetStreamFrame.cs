using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Frames;

/// <summary>A RESET_STREAM frame (RFC 9000 section 19.4).</summary>
internal readonly record struct ResetStreamFrame(StreamId Id, long ErrorCode, long FinalSize)
{
    public const int MaxLength = 1 + (3 * VarInt.MaxLength);

    public static TransportError TryRead(ref WireReader reader, out ResetStreamFrame frame)
    {
        frame = default;
        if (!reader.TryReadVarInt(out var id) || !reader.TryReadVarInt(out var code) || !reader.TryReadVarInt(out var size))
        {
            return TransportError.Malformed(FrameType.ResetStream);
        }

        frame = new(new(id), code, size);
        return TransportError.None;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteByte((byte)FrameType.ResetStream);
        writer.WriteVarInt(Id.Value);
        writer.WriteVarInt(ErrorCode);
        writer.WriteVarInt(FinalSize);
    }
}
