using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Frames;

/// <summary>A NEW_CONNECTION_ID frame (RFC 9000 section 19.15).</summary>
internal readonly record struct NewConnectionIdFrame(long Sequence, long RetirePriorTo, ConnectionId Id, StatelessResetToken Token)
{
    public const int MaxLength = 1 + (2 * VarInt.MaxLength) + 1 + ConnectionId.MaxLength + StatelessResetToken.Length;

    public static TransportError TryRead(ref WireReader reader, out NewConnectionIdFrame frame)
    {
        frame = default;
        if (!reader.TryReadVarInt(out var sequence) || !reader.TryReadVarInt(out var retirePriorTo) || !reader.TryReadByte(out var length))
        {
            return TransportError.Malformed(FrameType.NewConnectionId);
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.15
        //# Values less than 1 and greater than 20 are
        //# invalid and MUST be treated as a connection error of type
        //# FRAME_ENCODING_ERROR.
        if (length is < 1 or > ConnectionId.MaxLength)
        {
            return TransportError.Of(TransportErrorCode.FrameEncodingError, FrameType.NewConnectionId, "A connection ID has 1 to 20 bytes.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.15
        //# The value in the Retire Prior To field MUST be less than or equal to
        //# the value in the Sequence Number field.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.15
        //# Receiving a value in the Retire Prior To field that is greater than that in
        //# the Sequence Number field MUST be treated as a connection error of type
        //# FRAME_ENCODING_ERROR.
        if (retirePriorTo > sequence)
        {
            return TransportError.Of(TransportErrorCode.FrameEncodingError, FrameType.NewConnectionId, "The connection ID would retire itself.");
        }

        if (!reader.TryReadBytes(length, out var id) || !reader.TryReadBytes(StatelessResetToken.Length, out var token))
        {
            return TransportError.Malformed(FrameType.NewConnectionId);
        }

        frame = new(sequence, retirePriorTo, new(id), new(token));
        return TransportError.None;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteByte((byte)FrameType.NewConnectionId);
        writer.WriteVarInt(Sequence);
        writer.WriteVarInt(RetirePriorTo);
        writer.WriteByte((byte)Id.Length);
        writer.WriteBytes(Id.Span);
        Token.CopyTo(writer.Free);
        writer.Advance(StatelessResetToken.Length);
    }
}
