using HyperGen.Quic.Frames;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Spaces;

namespace HyperGen.Quic.Tests;

/// <summary>What a peer may try: each time the RFC's error code, or nothing at all, and never an exception.</summary>
public sealed class HostilePeerTests
{
    /// <summary>Frames, as integers and then raw bytes in hexadecimal, and the error that closes the connection.</summary>
    public static TheoryData<string, long[], string, string> ForbiddenFrames => new()
    {
        { "unknown frame type", [0x40], "", nameof(TransportErrorCode.FrameEncodingError) },
        { "ACK of a packet never sent", [0x02, 1_000_000, 0, 0, 0], "", nameof(TransportErrorCode.ProtocolViolation) },
        { "ACK range below zero", [0x02, 0, 0, 0, 1], "", nameof(TransportErrorCode.FrameEncodingError) },
        { "ACK with more ranges than bytes", [0x02, 0, 0, 1L << 40, 0], "", nameof(TransportErrorCode.FrameEncodingError) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.20
        //= type=test
        //# A server MUST treat receipt of a HANDSHAKE_DONE frame as a connection error of
        //# type PROTOCOL_VIOLATION.
        { "HANDSHAKE_DONE from a client", [0x1e], "", nameof(TransportErrorCode.ProtocolViolation) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.7
        //= type=test
        //# A server MUST treat receipt of a NEW_TOKEN frame as a connection error of type
        //# PROTOCOL_VIOLATION.
        { "NEW_TOKEN from a client", [0x07, 1], "00", nameof(TransportErrorCode.ProtocolViolation) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.11
        //= type=test
        //# An endpoint MUST terminate a connection with an error of type
        //# STREAM_LIMIT_ERROR if a peer opens more streams than was permitted.
        { "stream beyond the limit", [0x0a, 400, 0], "", nameof(TransportErrorCode.StreamLimitError) },
        { "unidirectional stream beyond the limit", [0x0a, 2 + (4 * 8), 0], "", nameof(TransportErrorCode.StreamLimitError) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.8
        //= type=test
        //# An endpoint MUST terminate the connection with error STREAM_STATE_ERROR if it
        //# receives a STREAM frame for a locally initiated stream that has not yet been
        //# created, or for a send-only stream.
        { "STREAM on a stream of the server's never opened", [0x0a, 1, 0], "", nameof(TransportErrorCode.StreamStateError) },
        { "STREAM on a send-only stream", [0x0a, 3, 0], "", nameof(TransportErrorCode.StreamStateError) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.4
        //= type=test
        //# An endpoint that receives a RESET_STREAM frame for a send-only stream MUST
        //# terminate the connection with error STREAM_STATE_ERROR.
        { "RESET_STREAM on a send-only stream", [0x04, 3, 0, 0], "", nameof(TransportErrorCode.StreamStateError) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.5
        //= type=test
        //# Receiving a STOP_SENDING frame for a locally initiated stream that has not yet
        //# been created MUST be treated as a connection error of type STREAM_STATE_ERROR.
        { "STOP_SENDING on a stream never opened", [0x05, 1, 0], "", nameof(TransportErrorCode.StreamStateError) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.5
        //= type=test
        //# An endpoint that receives a STOP_SENDING frame for a receive-only stream MUST
        //# terminate the connection with error STREAM_STATE_ERROR.
        { "STOP_SENDING on a receive-only stream", [0x05, 2, 0], "", nameof(TransportErrorCode.StreamStateError) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.10
        //= type=test
        //# An endpoint that receives a MAX_STREAM_DATA frame for a receive-only stream
        //# MUST terminate the connection with error STREAM_STATE_ERROR.
        { "MAX_STREAM_DATA on a receive-only stream", [0x11, 2, 0], "", nameof(TransportErrorCode.StreamStateError) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.10
        //= type=test
        //# Receiving a MAX_STREAM_DATA frame for a locally initiated stream that has not
        //# yet been created MUST be treated as a connection error of type
        //# STREAM_STATE_ERROR.
        { "MAX_STREAM_DATA on a stream never opened", [0x11, 1, 0], "", nameof(TransportErrorCode.StreamStateError) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.13
        //= type=test
        //# An endpoint that receives a STREAM_DATA_BLOCKED frame for a send-only stream
        //# MUST terminate the connection with error STREAM_STATE_ERROR.
        { "STREAM_DATA_BLOCKED on a send-only stream", [0x15, 3, 0], "", nameof(TransportErrorCode.StreamStateError) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.9
        //= type=test
        //# An endpoint MUST terminate a connection with an error of type
        //# FLOW_CONTROL_ERROR if it receives more data than the maximum data value that
        //# it has sent.
        { "connection window overrun", [0x0e, 0, 500_000, 1, 0, 0x0e, 4, 300_000, 1], "00", nameof(TransportErrorCode.FlowControlError) },
        { "connection window overrun by final sizes", [0x04, 0, 7, 500_000, 0x04, 4, 7, 300_000], "", nameof(TransportErrorCode.FlowControlError) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.10
        //= type=test
        //# An endpoint MUST terminate a connection with an error of type
        //# FLOW_CONTROL_ERROR if it receives more data than the largest maximum stream
        //# data that it has sent for the affected stream.
        { "stream window overrun", [0x0e, 0, 600_000, 1], "00", nameof(TransportErrorCode.FlowControlError) },
        { "connection window overrun by a final size and a byte", [0x04, 0, 0, 500_000, 0x0e, 4, 500_000, 1], "00", nameof(TransportErrorCode.FlowControlError) },
        { "RESET_STREAM beyond the window", [0x04, 0, 0, 1L << 40], "", nameof(TransportErrorCode.FlowControlError) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.8
        //= type=test
        //# Receipt of a frame that exceeds this limit MUST be treated as a connection
        //# error of type FRAME_ENCODING_ERROR or FLOW_CONTROL_ERROR.
        { "stream offset beyond 2^62", [0x0e, 0, (1L << 62) - 1, 1], "00", nameof(TransportErrorCode.FrameEncodingError) },
        { "final size changed by FIN", [0x0f, 0, 10, 0, 0x0f, 0, 11, 0], "", nameof(TransportErrorCode.FinalSizeError) },
        { "data beyond the final size", [0x0f, 0, 10, 0, 0x0e, 0, 10, 1], "00", nameof(TransportErrorCode.FinalSizeError) },
        { "final size changed by RESET_STREAM", [0x0f, 0, 10, 0, 0x04, 0, 0, 9], "", nameof(TransportErrorCode.FinalSizeError) },
        { "final size below data", [0x0e, 0, 9, 0, 0x0f, 0, 8, 0], "", nameof(TransportErrorCode.FinalSizeError) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.11
        //= type=test
        //# Receipt of a frame that permits opening of a stream larger than this limit
        //# MUST be treated as a connection error of type FRAME_ENCODING_ERROR.
        { "MAX_STREAMS above 2^60", [0x12, (1L << 60) + 1], "", nameof(TransportErrorCode.FrameEncodingError) },
        { "MAX_STREAMS for unidirectional streams above 2^60", [0x13, (1L << 60) + 1], "", nameof(TransportErrorCode.FrameEncodingError) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.14
        //= type=test
        //# Receipt of a frame that encodes a larger stream ID MUST be treated as a
        //# connection error of type STREAM_LIMIT_ERROR or FRAME_ENCODING_ERROR.
        { "STREAMS_BLOCKED above 2^60", [0x16, (1L << 60) + 1], "", nameof(TransportErrorCode.FrameEncodingError) },
        { "CRYPTO far ahead", [0x06, 70_000, 1], "00", nameof(TransportErrorCode.CryptoBufferExceeded) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.6
        //= type=test
        //# Receipt of a frame that exceeds this limit MUST be treated as a connection
        //# error of type FRAME_ENCODING_ERROR or CRYPTO_BUFFER_EXCEEDED.
        { "CRYPTO offset beyond 2^62", [0x06, (1L << 62) - 1, 1], "00", nameof(TransportErrorCode.FrameEncodingError) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.16
        //= type=test
        //# Receipt of a RETIRE_CONNECTION_ID frame containing a sequence number greater
        //# than any previously sent to the peer MUST be treated as a connection error of
        //# type PROTOCOL_VIOLATION.
        { "RETIRE_CONNECTION_ID never issued", [0x19, 100], "", nameof(TransportErrorCode.ProtocolViolation) },
        { "RETIRE_CONNECTION_ID drawn and not sent yet", [0x19, 1, 0x19, 4], "", nameof(TransportErrorCode.ProtocolViolation) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.16
        //= type=test
        //# The sequence number specified in a RETIRE_CONNECTION_ID frame MUST NOT refer
        //# to the Destination Connection ID field of the packet in which the frame is
        //# contained.
        { "RETIRE_CONNECTION_ID of the ID in use", [0x19, 0], "", nameof(TransportErrorCode.ProtocolViolation) },

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
        { "NEW_CONNECTION_ID that retires itself", [0x18, 1, 2], "08000102030405060700000000000000000000000000000000", nameof(TransportErrorCode.FrameEncodingError) },

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.15
        //= type=test
        //# Values less than 1 and greater than 20 are invalid and MUST be treated as a
        //# connection error of type FRAME_ENCODING_ERROR.
        { "NEW_CONNECTION_ID of no bytes", [0x18, 1, 0], "0000000000000000000000000000000000", nameof(TransportErrorCode.FrameEncodingError) },
        { "NEW_CONNECTION_ID of 21 bytes", [0x18, 1, 0, 21], "", nameof(TransportErrorCode.FrameEncodingError) },
        { "ACK delay as large as can be written", [0x02, 0, (1L << 62) - 1, 0, 0, 0x40], "", nameof(TransportErrorCode.FrameEncodingError) },
        { "truncated frame", [0x05], "", nameof(TransportErrorCode.FrameEncodingError) },
    };

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
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.5
    //= type=test
    //# If a RESET_STREAM or STREAM frame is received indicating a change in the
    //# final size for the stream, an endpoint SHOULD respond with an error of type
    //# FINAL_SIZE_ERROR
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
    //= type=test
    //# the connection MUST be closed immediately with a connection error of type
    //# TRANSPORT_PARAMETER_ERROR if the offending value was received in a transport
    //# parameter or of type FRAME_ENCODING_ERROR if it was received in a frame
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
    //= type=test
    //# An endpoint that receives a frame with a stream ID exceeding the limit it
    //# has sent MUST treat this as a connection error of type STREAM_LIMIT_ERROR
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.5
    //= type=test
    //# If an endpoint does not expand its buffer, it MUST close the connection with
    //# a CRYPTO_BUFFER_EXCEEDED error code.
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
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.1
    //= type=test
    //# An endpoint SHOULD treat receipt of an acknowledgment for a packet it did not send
    //# as a connection error of type PROTOCOL_VIOLATION
    [Theory]
    [MemberData(nameof(ForbiddenFrames))]
    public void A_forbidden_frame_closes_the_connection_with_its_error(string what, long[] integers, string bytes, string expected)
    {
        Assert.NotEmpty(what);
        var client = new RawClient().Connect();
        client.Send(frames => frames.Integers(integers).Bytes(Convert.FromHexString(bytes)));
        client.ExpectClose(Enum.Parse<TransportErrorCode>(expected));
        ExpectNothingLeft(client);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.4
    //= type=test
    //# An endpoint MUST treat receipt of a packet containing no frames as a
    //# connection error of type PROTOCOL_VIOLATION.
    [Fact]
    public void A_packet_without_frames_is_a_violation()
    {
        var client = new RawClient().Connect();
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
    public void A_stream_frame_in_an_Initial_packet_is_a_violation()
    {
        var client = new RawClient();
        client.Send(PacketNumberSpaceId.Initial, [0x0a, 0x00, 0x00]);
        client.ExpectClose(TransportErrorCode.ProtocolViolation);
        ExpectNothingLeft(client);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4
    //= type=test
    //# An endpoint MUST treat receipt of a transport parameter with an invalid
    //# value as a connection error of type TRANSPORT_PARAMETER_ERROR.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
    //= type=test
    //# A server MUST treat receipt of any of these transport parameters as a
    //# connection error of type TRANSPORT_PARAMETER_ERROR.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
    //= type=test
    //# An endpoint that receives a value less than 2 MUST close the connection with
    //# an error of type TRANSPORT_PARAMETER_ERROR.
    [Theory]
    [InlineData(0x00)]
    [InlineData(0x02)]
    [InlineData(0x0a)]
    [InlineData(0x0d)]
    [InlineData(0x0e)]
    [InlineData(0x10)]
    public void A_client_may_not_send_parameters_of_servers(int id)
    {
        var client = new RawClient(parameters =>
        {
            switch (id)
            {
                case 0x00:
                    parameters.OriginalDestinationConnectionId = new([1, 2, 3]);
                    break;
                case 0x02:
                    parameters.StatelessResetToken = new(1, 2);
                    break;
                case 0x0d:
                    parameters.PreferredAddress = new(NetworkAddress.FromIPv4(0x0A000003, 1), null, new([1, 2, 3]), new(1, 2));
                    break;
                case 0x0e:
                    parameters.ActiveConnectionIdLimit = 1;
                    break;
                case 0x10:
                    parameters.RetrySourceConnectionId = new([1, 2, 3]);
                    break;
                default:
                    parameters.AckDelayExponent = 21;
                    break;
            }
        }).Start();
        client.ExpectClose(TransportErrorCode.TransportParameterError);
        ExpectNothingLeft(client);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.3
    //= type=test
    //# Endpoints MUST validate that received transport parameters match received
    //# connection ID values.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-7
    //= type=test
    //# Implementations SHOULD use caution in relying on any data that is contained in Initial
    //# packets that is not otherwise authenticated.
    [Fact]
    public void A_connection_ID_in_the_parameters_that_is_not_the_packets_is_refused()
    {
        var client = new RawClient(static parameters => parameters.InitialSourceConnectionId = new([9, 9, 9, 9])).Start();
        client.ExpectClose(TransportErrorCode.TransportParameterError);
        client = new RawClient(static parameters => parameters.InitialSourceConnectionId = null).Start();
        client.ExpectClose(TransportErrorCode.TransportParameterError);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-14.1
    //= type=test
    //# A server MUST discard an Initial packet that is carried in a UDP
    //# datagram with a payload that is smaller than the smallest allowed
    //# maximum datagram size of 1200 bytes.
    [Fact]
    public void An_Initial_in_a_short_datagram_makes_no_connection()
    {
        var client = new RawClient();
        client.MinInitialLength = 1199;
        client.Send(PacketNumberSpaceId.Initial, [0x01]);
        Assert.Null(client.Server);
        Assert.Equal(0, client.ServerEndpoint.Count);
        client.MinInitialLength = 1200;
        client.Send(PacketNumberSpaceId.Initial, [0x01]);
        Assert.NotNull(client.Server);
    }

    [Fact]
    public void A_spoofed_Initial_that_cannot_be_opened_leaves_nothing()
    {
        var client = new RawClient();
        for (var i = 0; i < 2000; i++)
        {
            var packet = client.Packet(PacketNumberSpaceId.Initial, [0x01]);
            packet[600] ^= 1;
            client.Deliver(packet);
        }

        Assert.Equal((0, 0, 0), (client.ServerEndpoint.Count, client.ServerEndpoint.ConnectionIdCount, client.ServerEndpoint.PagesInUse));
        client.Connect();
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
    //= type=test
    //# Prior to validating the client address, servers MUST NOT send more than three
    //# times as many bytes as the number of bytes they have received.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-14.1
    //= type=test
    //# The server MUST also limit the number of bytes it sends before validating the
    //# address of the client
    [Fact]
    public void A_silent_client_gets_no_more_than_three_times_its_Initial_whatever_the_probe_timeouts()
    {
        var silent = new World(5, new(), static _ => new Echo(), static _ => new Echo());
        long toClient = 0, toServer = 0;
        silent.Link.Drop = (isToServer, bytes) =>
        {
            if (isToServer) toServer += bytes.Length;
            else toClient += bytes.Length;

            // The first datagram reaches the server; nothing ever reaches the client, and the client's probes are lost too.
            return !isToServer || toServer > bytes.Length;
        };
        silent.Client.Connect(silent.Now, silent.Server);
        silent.RunFor(TimeSpan.FromSeconds(9));
        Assert.InRange(toClient, 1200, 3 * 1200);
        silent.RunFor(TimeSpan.FromMinutes(3));
        Assert.Equal(0, silent.Server.Endpoint.Count);
        Assert.Equal(0, silent.Server.Endpoint.HandshakeCount);
        Assert.Equal(0, silent.Server.Endpoint.PagesInUse);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
    //= type=test
    //# servers MUST count all of the payload bytes received in datagrams that are
    //# uniquely attributed to a single connection.
    [Fact]
    public void Bytes_of_a_datagram_that_cannot_be_opened_count_for_what_a_silent_client_gets()
    {
        var silent = new World(5, new(), static _ => new Echo(), static _ => new Echo());
        long toClient = 0, toServer = 0;
        silent.Link.Drop = (isToServer, bytes) =>
        {
            if (isToServer) toServer += bytes.Length;
            else toClient += bytes.Length;
            return !isToServer || toServer > bytes.Length;
        };
        var id = silent.Client.Connect(silent.Now, silent.Server).InitialDestinationId;
        silent.RunFor(TimeSpan.FromSeconds(7));
        Assert.InRange(toClient, 1200, 3 * 1200);
        var before = toClient;
        silent.RunFor(TimeSpan.FromMilliseconds(500));
        Assert.Equal(before, toClient);

        byte[] garbage = [0xe0, 0, 0, 0, 1, (byte)id.Length, .. id.Span, 0, 0x44, 0, .. new byte[1200]];
        silent.Server.Receive(silent.Now, new(World.ClientAddress, World.ServerAddress), garbage);
        silent.RunFor(TimeSpan.FromSeconds(2));
        Assert.InRange(toClient, before + 1, 3 * (1200 + garbage.Length));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.5
    //= type=test
    //# Implementations MUST support buffering at least 4096 bytes of data received in
    //# out-of-order CRYPTO frames.
    [Fact]
    public void Handshake_bytes_out_of_order_are_kept()
    {
        var client = new RawClient().Connect();
        client.Send(static frames => frames.Integers(0x06, 1, 4096).Bytes(new byte[4096]));
        client.Send(static frames => frames.Integers(0x06, 60_000, 1).Bytes(0));
        Assert.Equal(ConnectionState.Established, client.Server!.State);
        ExpectNothingLeft(client);
    }

    /// <summary>Its data was lost on the way: RangeSet was asked for a range it did not have.</summary>
    [Fact]
    public void An_empty_FIN_may_overtake_the_data_before_it()
    {
        var client = new RawClient().Connect();
        client.Send(static frames => frames.Integers(0x0f, 0, 2, 0));
        Assert.Equal(ConnectionState.Established, client.Server!.State);
        client.Send(static frames => frames.Integers(0x0a, 0, 2).Bytes(1, 2));
        Assert.Equal(ConnectionState.Established, client.Server.State);
        ExpectNothingLeft(client);
    }

    [Fact]
    public void Open_and_reset_churn_costs_no_more_than_the_limit_allows()
    {
        var client = new RawClient().Connect();
        for (var i = 0; i < 90; i++)
        {
            client.Send(frames => frames.Integers(0x04, 4 * i, 7, 0));
            Assert.Equal(ConnectionState.Established, client.Server!.State);
        }

        // The application never released them: their credit did not come back.
        client.Send(static frames => frames.Integers(0x04, 4 * 100, 7, 0));
        client.ExpectClose(TransportErrorCode.StreamLimitError);
        ExpectNothingLeft(client);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-21.7
    //= type=test
    //# QUIC deployments SHOULD provide mitigations for stream fragmentation attacks.
    [Fact]
    public void One_byte_fragments_with_holes_are_bounded()
    {
        var client = new RawClient().Connect();
        for (var i = 0; i < 1100 && client.Server!.State == ConnectionState.Established; i++)
        {
            var offset = 1 + (2 * i);
            client.Send(frames => frames.Integers(0x0e, 0, offset, 1).Bytes(0xAA));
        }

        Assert.InRange(client.ServerEndpoint.PagesInUse, 0, 3);
        client.ExpectClose(TransportErrorCode.InternalError);
        ExpectNothingLeft(client);
    }

    [Fact]
    public void A_flood_of_path_challenges_is_answered_a_few_at_a_time()
    {
        var client = new RawClient().Connect();
        client.FramesReceived.Clear();
        var flood = Enumerable.Range(0, 100).SelectMany(static i => new byte[] { 0x1a, 1, 2, 3, 4, 5, 6, 7, (byte)i }).ToArray();
        client.Send(flood);
        Assert.InRange(client.FramesReceived.Count(static f => f == FrameType.PathResponse), 1, 4);
        Assert.Equal(ConnectionState.Established, client.Server!.State);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
    //= type=test
    //# An endpoint SHOULD limit the number of connection IDs it has retired locally
    //# for which RETIRE_CONNECTION_ID frames have not yet been acknowledged.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
    //= type=test
    //# An endpoint SHOULD allow for sending and tracking a number of
    //# RETIRE_CONNECTION_ID frames of at least twice the value of the
    //# active_connection_id_limit transport parameter.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
    //= type=test
    //# An endpoint MUST NOT forget a connection ID without retiring it
    [Fact]
    public void Connection_IDs_replaced_faster_than_their_retirement_is_acknowledged_end_the_connection()
    {
        var client = new RawClient().Connect();
        var replaced = 0;
        for (; replaced < 40 && client.Server!.State == ConnectionState.Established; replaced++)
        {
            var sequence = replaced + 1;
            client.Send(frames => frames.Integers(0x18, sequence, sequence).Bytes(4, 1, 2, 3, (byte)sequence).Bytes(new byte[16]));
        }

        Assert.InRange(replaced, 1 + (2 * RemoteConnectionIds.MaxActive), 20);
        client.ExpectClose(TransportErrorCode.ConnectionIdLimitError);
    }

    [Fact]
    public void A_connection_ID_issued_twice_is_a_violation()
    {
        var client = new RawClient().Connect();
        client.Send(static frames => frames.Integers(0x18, 1, 0).Bytes(4, 1, 2, 3, 4).Bytes(new byte[16]).Integers(0x18, 2, 0).Bytes(4, 1, 2, 3, 4).Bytes(new byte[16]));
        client.ExpectClose(TransportErrorCode.ProtocolViolation);
    }

    [Fact]
    public void Forged_packets_are_dropped_and_the_connection_goes_on()
    {
        var client = new RawClient().Connect();
        var random = new SeededRandom(11);
        for (var i = 0; i < 5000; i++)
        {
            var packet = new byte[40 + random.Below(1000)];
            random.Fill(packet);
            packet[0] = (byte)(0x40 | (packet[0] & 0x3f));
            client.DestinationId.CopyTo(packet.AsSpan(1));
            client.Deliver(packet);
        }

        Assert.Equal(ConnectionState.Established, client.Server!.State);
        client.Send([0x01]);
        Assert.Equal(ConnectionState.Established, client.Server.State);
    }

    [Fact]
    public void Packets_for_nobody_are_answered_with_a_shorter_reset_and_resets_answer_nothing()
    {
        var client = new RawClient().Connect();
        var buffer = new byte[Transmit.MaxLength];
        for (var length = 1; length < 60; length++)
        {
            var packet = new byte[length];
            packet[0] = 0x40;
            client.ServerEndpoint.HandleDatagram(client.Now, default, EcnCodepoint.NotEct, packet);
            while (client.ServerEndpoint.TryTransmit(buffer, out var answer))
            {
                Assert.InRange(answer.Length, StatelessReset.MinimumLength, length - 1);
            }
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.4.2
    //= type=test
    //# An endpoint MUST discard packets that are not long enough to contain a complete sample.
    [Fact]
    public void Empty_datagrams_and_every_prefix_of_a_packet_are_nothing()
    {
        var client = new RawClient().Connect();
        var packet = client.Packet(PacketNumberSpaceId.ApplicationData, [0x01, 0x01, 0x01]);
        for (var length = 0; length < packet.Length; length++) client.Deliver(packet[..length]);
        Assert.Equal(ConnectionState.Established, client.Server!.State);
    }

    [Fact]
    public void Valid_packets_with_mutated_frames_never_throw()
    {
        var random = new SeededRandom(12);
        for (var round = 0; round < 60; round++)
        {
            var client = new RawClient().Connect();
            for (var i = 0; i < 60 && client.Server!.State == ConnectionState.Established; i++)
            {
                var frames = new byte[1 + random.Below(60)];
                random.Fill(frames);
                frames[0] = (byte)random.Below(0x20);
                if (frames.Length > 1) frames[1] &= 0x3f;
                client.Send(frames);
            }

            ExpectNothingLeft(client);
        }
    }

    [Fact]
    public void Of_coalesced_packets_with_another_connection_ID_only_the_first_counts()
    {
        var client = new RawClient().Connect();
        var good = client.Packet(PacketNumberSpaceId.ApplicationData, [0x01]);
        byte[] other = [0xe0, 0, 0, 0, 1, 4, 9, 9, 9, 9, 0, 0x14, .. new byte[20]];
        var before = client.Server!.Statistics.PacketsReceived;
        client.Deliver([.. other, .. good]);
        Assert.Equal(before, client.Server.Statistics.PacketsReceived);
        client.Deliver(client.Packet(PacketNumberSpaceId.ApplicationData, [0x01]));
        Assert.Equal(before + 1, client.Server.Statistics.PacketsReceived);
        ExpectNothingLeft(client);
    }

    [Fact]
    public void Garbage_with_a_flipped_key_phase_updates_nothing()
    {
        var client = new RawClient().Connect();
        for (var i = 0; i < 256; i++)
        {
            var packet = client.Packet(PacketNumberSpaceId.ApplicationData, [0x01, 0x01]);
            packet[0] ^= 0x04;
            packet[^1] ^= (byte)(i | 1);
            client.Deliver(packet);
        }

        Assert.Equal((0, ConnectionState.Established), (client.Server!.KeyUpdates, client.Server.State));
        ExpectNothingLeft(client);
    }

    [Fact]
    public void Streams_up_to_the_limit_exactly_are_opened()
    {
        var client = new RawClient().Connect();
        client.Send(static frames => frames.Integers(0x0a, 4 * 99, 0));
        Assert.Equal((ConnectionState.Established, 100), (client.Server!.State, client.Server.StreamCount));
        ExpectNothingLeft(client);
    }

    [Fact]
    public void Holes_in_CRYPTO_cost_no_more_than_its_buffer()
    {
        var client = new RawClient().Connect();
        for (var i = 0; i < 2000 && client.Server!.State == ConnectionState.Established; i++)
        {
            var offset = 1 + (2 * i);
            client.Send(frames => frames.Integers(0x06, offset, 1).Bytes(0xAA));
        }

        Assert.InRange(client.ServerEndpoint.PagesInUse, 0, 20);
        Assert.NotEqual(ConnectionState.Established, client.Server!.State);
        ExpectNothingLeft(client);
    }

    [Fact]
    public void A_spoofed_migration_is_paid_for_by_what_arrived_and_comes_back()
    {
        var client = new RawClient().Connect();
        var elsewhere = new NetworkPath(NetworkAddress.FromIPv4(0x0A0000FF, 1), NetworkAddress.FromIPv4(0x0A000002, 443));
        var packet = client.Packet(PacketNumberSpaceId.ApplicationData, [0x01]);
        var before = client.BytesReceived;
        client.Deliver(packet, elsewhere);

        // Of what is sent now, only the challenge of the old path, which is known to be the client's, is not paid for.
        Assert.InRange(client.BytesReceived - before, 1, (3 * packet.Length) + 1200);
        client.Advance(TimeSpan.FromSeconds(5));
        client.Send([0x01]);
        Assert.Equal(NetworkAddress.FromIPv4(0x0A000001, 50000), client.Server!.Path.Remote);
        ExpectNothingLeft(client);
    }

    [Fact]
    public void Version_Negotiation_from_a_client_is_answered_by_nothing()
    {
        var client = new RawClient().Connect();
        client.Deliver([0x80, 0, 0, 0, 0, 8, .. client.DestinationId, 4, 1, 2, 3, 4, 0, 0, 0, 1]);
        client.Deliver([0x80, 0, 0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 4, 1, 2, 3, 4, .. new byte[1200]]);
        Assert.False(client.ServerEndpoint.TryTransmit(new byte[Transmit.MaxLength], out _));
        Assert.Equal(ConnectionState.Established, client.Server!.State);
        ExpectNothingLeft(client);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
    //= type=test
    //# If the total number of received packets that fail authentication
    //# within the connection, across all keys, exceeds the integrity limit
    //# for the selected AEAD, the endpoint MUST immediately close the
    //# connection with a connection error of type AEAD_LIMIT_REACHED
    [Fact]
    public void A_flood_of_forged_packets_ends_the_connection_at_the_integrity_limit()
    {
        var client = new RawClient(keyLimits: new AeadLimits(1 << 20, 1 << 20, 100)).Connect();
        for (var i = 0; i < 100; i++) Forge(i);
        Assert.Equal(ConnectionState.Established, client.Server!.State);
        Forge(100);
        client.ExpectClose(TransportErrorCode.AeadLimitReached);
        ExpectNothingLeft(client);

        void Forge(int bits)
        {
            var packet = client.Packet(PacketNumberSpaceId.ApplicationData, [0x01, 0x01, 0x01, 0x01]);
            packet[^1] ^= (byte)(1 + bits);
            client.Deliver(packet);
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-21.4
    //= type=test
    //# An endpoint MAY skip packet numbers when sending packets to detect
    //# this behavior.
    [Fact]
    public void An_acknowledgment_of_a_number_that_was_left_out_is_a_violation()
    {
        var client = new RawClient().Connect();
        var skipped = -1L;
        for (var i = 0; i < 200 && skipped < 0; i++)
        {
            var before = client.LargestReceived;
            client.Send([0x01]);
            client.Send([0x01]);
            if (client.LargestReceived.Value == before.Value + 2) skipped = before.Value + 1;
        }

        Assert.NotEqual(-1, skipped);
        client.Send(frames => frames.Integers(0x02, client.LargestReceived.Value, 0, 0, 0));
        Assert.Equal(ConnectionState.Established, client.Server!.State);
        client.Send(frames => frames.Integers(0x02, client.LargestReceived.Value, 0, 0, client.LargestReceived.Value - skipped));
        client.ExpectClose(TransportErrorCode.ProtocolViolation);
        ExpectNothingLeft(client);
    }

    private static void ExpectNothingLeft(RawClient client)
    {
        client.ExpectOthersServed();
        Assert.Equal(0, client.Exceptions);
        client.Server!.Close(client.Now, 0);
        client.Exchange();
        client.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(ConnectionState.Drained, client.Server.State);
        Assert.True(client.Server.NextTimeout.IsNever);
        var endpoint = client.ServerEndpoint;
        Assert.Equal((0, 0, 0, 0, 0), (endpoint.Count, endpoint.HandshakeCount, endpoint.ConnectionIdCount, endpoint.PagesInUse, endpoint.StreamsInUse));
    }
}
