using System.Buffers;
using System.Runtime.CompilerServices;

namespace HyperGen.Http3.Qpack;

/// <summary>The instructions of the peer's decoder (RFC 9204 section 4.4), for an encoder that never uses the dynamic table.</summary>
internal struct DecoderStream
{
    private Carry _carry;
    private int _carried;

    /// <summary>Handles the next bytes of the stream.</summary>
    public Http3Error Receive(ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            // Bytes are gathered one by one: an instruction here is rare and two bytes long.
            _carry[_carried++] = source[0];
            source = source[1..];
            OperationStatus status = PrefixedInteger.TryRead(((ReadOnlySpan<byte>)_carry)[.._carried], 6, out _, out _);
            if ((_carry[0] & 0xc0) != 0x40 || status == OperationStatus.InvalidData)
            {
                //= https://www.rfc-editor.org/rfc/rfc9204#section-4.4.3
                //# An encoder that receives an Increment field equal to zero, or one that increases the Known Received Count beyond what the encoder has sent, MUST treat this as a connection error of type QPACK_DECODER_STREAM_ERROR.
                return Http3Error.Connection(ErrorCode.QpackDecoderStreamError, "An instruction acknowledges insertions that were never made.");
            }
            if (status == OperationStatus.Done)
            {
                // A Stream Cancellation: nothing of ours refers to that stream.
                _carried = 0;
            }
        }
        return default;
    }

    [InlineArray(PrefixedInteger.MaxLength)]
    private struct Carry
    {
        private byte _first;
    }
}
