using HyperGen.Quic.Spaces;

namespace HyperGen.Quic.Tests.Hostile;

/// <summary>Frames in a valid packet that no client may send: each ends the connection with the RFC's error code.</summary>
public sealed class ForbiddenFrameTests : HostileTest
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.1
    //= type=test
    //# An endpoint SHOULD treat receipt of an acknowledgment for a packet it did not send
    //# as a connection error of type PROTOCOL_VIOLATION
    [Fact]
    [Against(Threat.AcknowledgmentOfWhatWasNotSent)]
    public void An_acknowledgment_of_a_packet_never_sent_is_a_violation() => Expect(TransportErrorCode.ProtocolViolation, [0x02, 1_000_000, 0, 0, 0], "");

    [Theory]
    [Against(Threat.AcknowledgmentRanges)]
    [InlineData("ACK range below zero", new long[] { 0x02, 0, 0, 0, 1 }, "")]
    [InlineData("ACK with more ranges than bytes", new long[] { 0x02, 0, 0, 1L << 40, 0 }, "")]
    [InlineData("ACK delay as large as can be written", new long[] { 0x02, 0, (1L << 62) - 1, 0, 0, 0x40 }, "")]
    public void An_ACK_frame_with_ranges_that_cannot_be_is_malformed(string what, long[] integers, string bytes)
    {
        Assert.NotEmpty(what);
        Expect(TransportErrorCode.FrameEncodingError, integers, bytes);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.20
    //= type=test
    //# A server MUST treat receipt of a HANDSHAKE_DONE frame as a connection error of
    //# type PROTOCOL_VIOLATION.
    [Fact]
    [Against(Threat.HandshakeDoneFromAClient)]
    public void HANDSHAKE_DONE_from_a_client_is_a_violation() => Expect(TransportErrorCode.ProtocolViolation, [0x1e], "");

    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
    //= type=test
    //# An endpoint that receives a frame with a stream ID exceeding the limit it
    //# has sent MUST treat this as a connection error of type STREAM_LIMIT_ERROR
    [Theory]
    [Against(Threat.StreamLimit)]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.11
    //= type=test
    //# An endpoint MUST terminate a connection with an error of type
    //# STREAM_LIMIT_ERROR if a peer opens more streams than was permitted.
    [InlineData("stream beyond the limit", new long[] { 0x0a, 400, 0 }, "")]
    [InlineData("unidirectional stream beyond the limit", new long[] { 0x0a, 2 + (4 * 8), 0 }, "")]
    public void A_stream_beyond_the_limit_is_refused_with_the_connection(string what, long[] integers, string bytes)
    {
        Assert.NotEmpty(what);
        Expect(TransportErrorCode.StreamLimitError, integers, bytes);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.1
    //= type=test
    //# A receiver MUST close the connection with an error of type
    //# FLOW_CONTROL_ERROR if the sender violates the advertised connection or
    //# stream data limits
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.5
    //= type=test
    //# The receiver MUST use the final size of the stream to account for all bytes
    //# sent on the stream in its connection-level flow controller.
    [Theory]
    [Against(Threat.WindowOverrun)]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.9
    //= type=test
    //# An endpoint MUST terminate a connection with an error of type
    //# FLOW_CONTROL_ERROR if it receives more data than the maximum data value that
    //# it has sent.
    [InlineData("connection window overrun", new long[] { 0x0e, 0, 500_000, 1, 0, 0x0e, 4, 300_000, 1 }, "00")]
    [InlineData("connection window overrun by final sizes", new long[] { 0x04, 0, 7, 500_000, 0x04, 4, 7, 300_000 }, "")]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.10
    //= type=test
    //# An endpoint MUST terminate a connection with an error of type
    //# FLOW_CONTROL_ERROR if it receives more data than the largest maximum stream
    //# data that it has sent for the affected stream.
    [InlineData("stream window overrun", new long[] { 0x0e, 0, 600_000, 1 }, "00")]
    [InlineData("connection window overrun by a final size and a byte", new long[] { 0x04, 0, 0, 500_000, 0x0e, 4, 500_000, 1 }, "00")]
    [InlineData("RESET_STREAM beyond both windows", new long[] { 0x04, 0, 0, 1L << 40 }, "")]
    [InlineData("RESET_STREAM beyond the stream's window alone", new long[] { 0x04, 0, 0, 600_000 }, "")]
    public void A_window_that_is_overrun_ends_the_connection(string what, long[] integers, string bytes)
    {
        Assert.NotEmpty(what);
        Expect(TransportErrorCode.FlowControlError, integers, bytes);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.5
    //= type=test
    //# If a RESET_STREAM or STREAM frame is received indicating a change in the
    //# final size for the stream, an endpoint SHOULD respond with an error of type
    //# FINAL_SIZE_ERROR
    [Theory]
    [Against(Threat.FinalSizeChange)]
    [InlineData("final size changed by FIN", new long[] { 0x0f, 0, 10, 0, 0x0f, 0, 11, 0 }, "")]
    [InlineData("data beyond the final size", new long[] { 0x0f, 0, 10, 0, 0x0e, 0, 10, 1 }, "00")]
    [InlineData("final size changed by RESET_STREAM", new long[] { 0x0f, 0, 10, 0, 0x04, 0, 0, 9 }, "")]
    [InlineData("final size below data", new long[] { 0x0e, 0, 9, 0, 0x0f, 0, 8, 0 }, "")]
    public void A_final_size_that_changes_ends_the_connection(string what, long[] integers, string bytes)
    {
        Assert.NotEmpty(what);
        Expect(TransportErrorCode.FinalSizeError, integers, bytes);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.5
    //= type=test
    //# If an endpoint does not expand its buffer, it MUST close the connection with
    //# a CRYPTO_BUFFER_EXCEEDED error code.
    [Theory]
    [Against(Threat.CryptoHoles)]
    [InlineData("CRYPTO far ahead", new long[] { 0x06, 70_000, 1 }, "00", nameof(TransportErrorCode.CryptoBufferExceeded))]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.6
    //= type=test
    //# Receipt of a frame that exceeds this limit MUST be treated as a connection
    //# error of type FRAME_ENCODING_ERROR or CRYPTO_BUFFER_EXCEEDED.
    [InlineData("CRYPTO offset beyond 2^62", new long[] { 0x06, (1L << 62) - 1, 1 }, "00", nameof(TransportErrorCode.FrameEncodingError))]
    public void CRYPTO_far_ahead_ends_the_connection(string what, long[] integers, string bytes, string error)
    {
        Assert.NotEmpty(what);
        Expect(Enum.Parse<TransportErrorCode>(error), integers, bytes);
    }

    [Theory]
    [Against(Threat.Retirement)]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.16
    //= type=test
    //# Receipt of a RETIRE_CONNECTION_ID frame containing a sequence number greater
    //# than any previously sent to the peer MUST be treated as a connection error of
    //# type PROTOCOL_VIOLATION.
    [InlineData("RETIRE_CONNECTION_ID never issued", new long[] { 0x19, 100 }, "")]
    [InlineData("RETIRE_CONNECTION_ID drawn and not sent yet", new long[] { 0x19, 1, 0x19, 4 }, "")]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.16
    //= type=test
    //# The sequence number specified in a RETIRE_CONNECTION_ID frame MUST NOT refer
    //# to the Destination Connection ID field of the packet in which the frame is
    //# contained.
    [InlineData("RETIRE_CONNECTION_ID of the ID in use", new long[] { 0x19, 0 }, "")]
    public void A_retirement_of_an_ID_never_told_or_in_use_is_a_violation(string what, long[] integers, string bytes)
    {
        Assert.NotEmpty(what);
        Expect(TransportErrorCode.ProtocolViolation, integers, bytes);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
    //= type=test
    //# the connection MUST be closed immediately with a connection error of type
    //# TRANSPORT_PARAMETER_ERROR if the offending value was received in a transport
    //# parameter or of type FRAME_ENCODING_ERROR if it was received in a frame
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
    //= type=test
    //# An endpoint that wishes to communicate a fatal connection error MUST use a
    //# CONNECTION_CLOSE frame if it is able.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-11
    //= type=test
    //# An endpoint that detects an error SHOULD signal the existence of that error to its
    //# peer.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-11
    //= type=test
    //# The most appropriate error code (Section 20) SHOULD be included in the frame that
    //# signals the error.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-11.1
    //= type=test
    //# MUST be signaled using a CONNECTION_CLOSE frame
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.4
    //= type=test
    //# An endpoint MUST treat the receipt of a frame of unknown type as a connection
    //# error of type FRAME_ENCODING_ERROR.
    [Theory]
    [Against(Threat.OtherForbiddenFrames)]
    [InlineData("unknown frame type", new long[] { 0x40 }, "", nameof(TransportErrorCode.FrameEncodingError))]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.7
    //= type=test
    //# A server MUST treat receipt of a NEW_TOKEN frame as a connection error of type
    //# PROTOCOL_VIOLATION.
    [InlineData("NEW_TOKEN from a client", new long[] { 0x07, 1 }, "00", nameof(TransportErrorCode.ProtocolViolation))]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.8
    //= type=test
    //# An endpoint MUST terminate the connection with error STREAM_STATE_ERROR if it
    //# receives a STREAM frame for a locally initiated stream that has not yet been
    //# created, or for a send-only stream.
    [InlineData("STREAM on a stream of the server's never opened", new long[] { 0x0a, 1, 0 }, "", nameof(TransportErrorCode.StreamStateError))]
    [InlineData("STREAM on a send-only stream", new long[] { 0x0a, 3, 0 }, "", nameof(TransportErrorCode.StreamStateError))]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.4
    //= type=test
    //# An endpoint that receives a RESET_STREAM frame for a send-only stream MUST
    //# terminate the connection with error STREAM_STATE_ERROR.
    [InlineData("RESET_STREAM on a send-only stream", new long[] { 0x04, 3, 0, 0 }, "", nameof(TransportErrorCode.StreamStateError))]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.5
    //= type=test
    //# Receiving a STOP_SENDING frame for a locally initiated stream that has not yet
    //# been created MUST be treated as a connection error of type STREAM_STATE_ERROR.
    [InlineData("STOP_SENDING on a stream never opened", new long[] { 0x05, 1, 0 }, "", nameof(TransportErrorCode.StreamStateError))]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.5
    //= type=test
    //# An endpoint that receives a STOP_SENDING frame for a receive-only stream MUST
    //# terminate the connection with error STREAM_STATE_ERROR.
    [InlineData("STOP_SENDING on a receive-only stream", new long[] { 0x05, 2, 0 }, "", nameof(TransportErrorCode.StreamStateError))]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.10
    //= type=test
    //# An endpoint that receives a MAX_STREAM_DATA frame for a receive-only stream
    //# MUST terminate the connection with error STREAM_STATE_ERROR.
    [InlineData("MAX_STREAM_DATA on a receive-only stream", new long[] { 0x11, 2, 0 }, "", nameof(TransportErrorCode.StreamStateError))]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.10
    //= type=test
    //# Receiving a MAX_STREAM_DATA frame for a locally initiated stream that has not
    //# yet been created MUST be treated as a connection error of type
    //# STREAM_STATE_ERROR.
    [InlineData("MAX_STREAM_DATA on a stream never opened", new long[] { 0x11, 1, 0 }, "", nameof(TransportErrorCode.StreamStateError))]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.13
    //= type=test
    //# An endpoint that receives a STREAM_DATA_BLOCKED frame for a send-only stream
    //# MUST terminate the connection with error STREAM_STATE_ERROR.
    [InlineData("STREAM_DATA_BLOCKED on a send-only stream", new long[] { 0x15, 3, 0 }, "", nameof(TransportErrorCode.StreamStateError))]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.8
    //= type=test
    //# Receipt of a frame that exceeds this limit MUST be treated as a connection
    //# error of type FRAME_ENCODING_ERROR or FLOW_CONTROL_ERROR.
    [InlineData("stream offset beyond 2^62", new long[] { 0x0e, 0, (1L << 62) - 1, 1 }, "00", nameof(TransportErrorCode.FrameEncodingError))]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.11
    //= type=test
    //# Receipt of a frame that permits opening of a stream larger than this limit
    //# MUST be treated as a connection error of type FRAME_ENCODING_ERROR.
    [InlineData("MAX_STREAMS above 2^60", new long[] { 0x12, (1L << 60) + 1 }, "", nameof(TransportErrorCode.FrameEncodingError))]
    [InlineData("MAX_STREAMS for unidirectional streams above 2^60", new long[] { 0x13, (1L << 60) + 1 }, "", nameof(TransportErrorCode.FrameEncodingError))]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.14
    //= type=test
    //# Receipt of a frame that encodes a larger stream ID MUST be treated as a
    //# connection error of type STREAM_LIMIT_ERROR or FRAME_ENCODING_ERROR.
    [InlineData("STREAMS_BLOCKED above 2^60", new long[] { 0x16, (1L << 60) + 1 }, "", nameof(TransportErrorCode.FrameEncodingError))]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.15
    //= type=test
    //# The value in the Retire Prior To field MUST be less than or equal to the value
    //# in the Sequence Number field.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.15
    //= type=test
    //# Receiving a value in the Retire Prior To field that is greater than that in
    //# the Sequence Number field MUST be treated as a connection error of type
    //# FRAME_ENCODING_ERROR.
    [InlineData("NEW_CONNECTION_ID that retires itself", new long[] { 0x18, 1, 2 }, "08000102030405060700000000000000000000000000000000", nameof(TransportErrorCode.FrameEncodingError))]

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.15
    //= type=test
    //# Values less than 1 and greater than 20 are invalid and MUST be treated as a
    //# connection error of type FRAME_ENCODING_ERROR.
    [InlineData("NEW_CONNECTION_ID of no bytes", new long[] { 0x18, 1, 0 }, "0000000000000000000000000000000000", nameof(TransportErrorCode.FrameEncodingError))]
    [InlineData("NEW_CONNECTION_ID of 21 bytes", new long[] { 0x18, 1, 0, 21 }, "", nameof(TransportErrorCode.FrameEncodingError))]
    [InlineData("truncated frame", new long[] { 0x05 }, "", nameof(TransportErrorCode.FrameEncodingError))]
    public void Any_other_forbidden_frame_ends_the_connection_with_its_error(string what, long[] integers, string bytes, string error)
    {
        Assert.NotEmpty(what);
        Expect(Enum.Parse<TransportErrorCode>(error), integers, bytes);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.4
    //= type=test
    //# An endpoint MUST treat receipt of a packet containing no frames as a
    //# connection error of type PROTOCOL_VIOLATION.
    [Fact]
    [Against(Threat.OtherForbiddenFrames)]
    public void A_packet_without_frames_is_a_violation()
    {
        var client = Attack(new RawClient()).Connect();
        client.Send([]);
        client.ExpectClose(TransportErrorCode.ProtocolViolation);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.4
    //= type=test
    //# An endpoint MUST treat receipt of a frame in a packet type that is not
    //# permitted as a connection error of type PROTOCOL_VIOLATION.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.2
    //= type=test
    //# An endpoint MUST generate a connection error if processing the contents of
    //# these packets prior to discovering an error
    [Fact]
    [Against(Threat.OtherForbiddenFrames)]
    public void A_stream_frame_in_an_Initial_packet_is_a_violation()
    {
        var client = Attack(new RawClient());
        client.Send(PacketNumberSpaceId.Initial, [0x0a, 0x00, 0x00]);
        client.ExpectClose(TransportErrorCode.ProtocolViolation);
    }

    [Fact]
    [Against(Threat.OtherForbiddenFrames)]
    public void Valid_packets_with_mutated_frames_never_throw()
    {
        var random = new SeededRandom(12);
        for (var round = 0; round < 60; round++)
        {
            var client = Attack(new RawClient()).Connect();
            for (var i = 0; i < 60 && client.Server!.State == ConnectionState.Established; i++)
            {
                var frames = new byte[1 + random.Below(60)];
                random.Fill(frames);
                frames[0] = (byte)random.Below(0x20);
                if (frames.Length > 1) frames[1] &= 0x3f;
                client.Send(frames);
            }
        }
    }

    private void Expect(TransportErrorCode error, long[] integers, string bytes)
    {
        var client = Attack(new RawClient()).Connect();
        client.Send(frames => frames.Integers(integers).Bytes(Convert.FromHexString(bytes)));
        client.ExpectClose(error);
    }
}
