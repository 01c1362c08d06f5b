using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Frames;

/// <summary>A CRYPTO frame (RFC 9000 section 19.6); the data points into the packet.</summary>
internal readonly ref struct CryptoFrame
{
    public long Offset { get; init; }

    public ReadOnlySpan<byte> Data { get; init; }

    public static TransportError TryRead(ref WireReader reader, out CryptoFrame frame)
    {
        frame = default;
        if (!reader.TryReadVarInt(out var offset) || !reader.TryReadPrefixed(out var data)) return TransportError.Malformed(FrameType.Crypto);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.6
        //# Receipt of a frame that exceeds this limit MUST be treated as a connection
        //# error of type FRAME_ENCODING_ERROR or CRYPTO_BUFFER_EXCEEDED.
        if (offset + data.Length > VarInt.MaxValue)
        {
            return TransportError.Of(TransportErrorCode.FrameEncodingError, FrameType.Crypto, "The handshake would be longer than 2^62-1 bytes.");
        }

        frame = new() { Offset = offset, Data = data };
        return TransportError.None;
    }

    public static int HeaderLength(long offset, int length) => 1 + VarInt.Length(offset) + VarInt.Length(length);

    public static void WriteHeader(ref WireWriter writer, long offset, int length)
    {
        writer.WriteByte((byte)FrameType.Crypto);
        writer.WriteVarInt(offset);
        writer.WriteVarInt(length);
    }
}
