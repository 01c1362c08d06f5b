using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Frames;

/// <summary>A STREAM frame (RFC 9000 section 19.8); the data points into the packet.</summary>
internal readonly ref struct StreamFrame
{
    public StreamId Id { get; init; }

    public long Offset { get; init; }

    public ReadOnlySpan<byte> Data { get; init; }

    public bool Fin { get; init; }

    public static TransportError TryRead(ref WireReader reader, FrameType type, out StreamFrame frame)
    {
        frame = default;
        var flags = (int)type;
        long offset = 0;
        if (!reader.TryReadVarInt(out var id)) return TransportError.Malformed(type);
        if ((flags & FrameTypes.StreamOffset) != 0 && !reader.TryReadVarInt(out offset)) return TransportError.Malformed(type);
        ReadOnlySpan<byte> data;
        if ((flags & FrameTypes.StreamLength) == 0)
        {
            data = reader.ReadRest();
        }
        else if (!reader.TryReadPrefixed(out data))
        {
            return TransportError.Malformed(type);
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.8
        //# The largest offset delivered on a stream -- the sum of the offset and
        //# data length -- cannot exceed 2^62-1
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.8
        //# Receipt of a frame that exceeds this limit MUST be treated as a connection
        //# error of type FRAME_ENCODING_ERROR or FLOW_CONTROL_ERROR.
        if (offset + data.Length > VarInt.MaxValue)
        {
            return TransportError.Of(TransportErrorCode.FrameEncodingError, type, "The stream would be longer than 2^62-1 bytes.");
        }

        frame = new() { Id = new(id), Offset = offset, Data = data, Fin = (flags & FrameTypes.StreamFin) != 0 };
        return TransportError.None;
    }

    /// <summary>The most bytes the header takes in front of <paramref name="length" /> bytes of data.</summary>
    public static int HeaderLength(StreamId id, long offset, int length) =>
        1 + VarInt.Length(id.Value) + (offset == 0 ? 0 : VarInt.Length(offset)) + VarInt.Length(length);

    /// <summary>Writes the header; exactly <paramref name="length" /> bytes of data must follow.</summary>
    public static void WriteHeader(ref WireWriter writer, StreamId id, long offset, int length, bool fin)
    {
        var type = (int)FrameType.Stream | FrameTypes.StreamLength | (offset == 0 ? 0 : FrameTypes.StreamOffset) | (fin ? FrameTypes.StreamFin : 0);
        writer.WriteByte((byte)type);
        writer.WriteVarInt(id.Value);
        if (offset != 0) writer.WriteVarInt(offset);
        writer.WriteVarInt(length);
    }
}
