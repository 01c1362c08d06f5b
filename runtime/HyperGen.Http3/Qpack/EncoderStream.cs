namespace HyperGen.Http3.Qpack;

/// <summary>The instructions of the peer's encoder (RFC 9204 section 4.3), for a dynamic table of capacity 0.</summary>
/// <remarks>The only instruction that is valid then sets the capacity to the 0 it has. Everything else is answered by closing the connection.</remarks>
internal static class EncoderStream
{
    /// <summary>Handles the next bytes of the stream.</summary>
    public static Http3Error Receive(ReadOnlySpan<byte> source)
    {
        foreach (byte first in source)
        {
            //= https://www.rfc-editor.org/rfc/rfc9204#section-4.3.1
            //# The decoder MUST treat a new dynamic table capacity value that exceeds this limit as a connection error of type QPACK_ENCODER_STREAM_ERROR.
            if (first != 0x20)
            {
                return Http3Error.Connection(ErrorCode.QpackEncoderStreamError, "An instruction needs a dynamic table of more than capacity 0.");
            }
        }
        return default;
    }
}
