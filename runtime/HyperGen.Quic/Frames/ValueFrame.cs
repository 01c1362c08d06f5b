using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Frames;

/// <summary>The frames made of a type and one integer: MAX_DATA, MAX_STREAMS, DATA_BLOCKED, STREAMS_BLOCKED, RETIRE_CONNECTION_ID.</summary>
internal readonly record struct ValueFrame(FrameType Type, long Value)
{
    public const int MaxLength = 1 + VarInt.MaxLength;

    public static TransportError TryRead(ref WireReader reader, FrameType type, out ValueFrame frame)
    {
        frame = default;
        if (!reader.TryReadVarInt(out var value)) return TransportError.Malformed(type);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
        //# If a max_streams transport parameter or a MAX_STREAMS frame is received
        //# with a value greater than 2^60, this would allow a maximum stream ID
        //# that cannot be expressed as a variable-length integer
        var countsStreams = type is FrameType.MaxStreamsBidi or FrameType.MaxStreamsUni or FrameType.StreamsBlockedBidi or FrameType.StreamsBlockedUni;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
        //# the connection MUST be closed immediately with a connection error of type
        //# TRANSPORT_PARAMETER_ERROR if the offending value was received in a transport
        //# parameter or of type FRAME_ENCODING_ERROR if it was received in a frame
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.11
        //# Receipt of a frame that permits opening of a stream larger than this limit
        //# MUST be treated as a connection error of type FRAME_ENCODING_ERROR.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.14
        //# Receipt of a frame that encodes a larger stream ID MUST be treated as a
        //# connection error of type STREAM_LIMIT_ERROR or FRAME_ENCODING_ERROR.
        if (countsStreams && value > 1L << 60)
        {
            return TransportError.Of(TransportErrorCode.FrameEncodingError, type, "There cannot be more than 2^60 streams of a kind.");
        }

        frame = new(type, value);
        return TransportError.None;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteByte((byte)Type);
        writer.WriteVarInt(Value);
    }
}
