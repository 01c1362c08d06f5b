using HyperGen.Quic.Frames;
using HyperGen.Quic.Parameters;
using HyperGen.Quic.Spaces;
using HyperGen.Tls;

namespace HyperGen.Quic.Tests.Hostile;

/// <summary>What a server may try with a client, and what a client of ours never does.</summary>
public sealed class HostileServerTests : HostileTest
{
    private static readonly NetworkAddress Elsewhere = NetworkAddress.FromIPv4(0x0A000003, 4433);

    /// <summary>The frames that have no business in a Handshake packet.</summary>
    public static TheoryData<byte> FramesOfOtherPackets =>
        [.. Enumerable.Range(0, 0x32).Select(static type => (byte)type).Where(static type => FrameTypes.IsKnown(type) && type is not (0x00 or 0x01 or 0x02 or 0x03 or 0x06 or 0x1c))];

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.4
    //= type=test
    //# Endpoints MUST treat receipt of Handshake packets with other frames as a
    //# connection error of type PROTOCOL_VIOLATION.
    [Theory]
    [MemberData(nameof(FramesOfOtherPackets))]
    public void A_Handshake_packet_holds_nothing_but_the_handshake(byte type)
    {
        var server = Attack(new RawServer()).Answer(EncryptionLevel.Initial);
        server.Send(PacketNumberSpaceId.Handshake, [type, 0, 0, 0, 0, 0, 0, 0, 0]);
        server.ExpectClose(TransportErrorCode.ProtocolViolation);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.2
    //= type=test
    //# clients that receive an Initial packet with a non-zero Token Length field MUST
    //# either discard the packet or generate a connection error of type
    //# PROTOCOL_VIOLATION.
    [Fact]
    public void An_Initial_packet_with_a_token_is_dropped()
    {
        var server = Attack(new RawServer());
        server.Send(PacketNumberSpaceId.Initial, [0x1c, 0, 0, 0], token: [1]);
        Assert.Equal((ConnectionState.Handshaking, 0L), (server.Client.State, server.Client.Statistics.PacketsReceived));
        server.Connect();
    }

    /// <summary>Changes to a server's transport parameters that no client takes, and the length of its connection ID.</summary>
    public static TheoryData<string, int> ForbiddenParameters => new()
    {
        { "active_connection_id_limit 0", 4 },
        { "active_connection_id_limit 1", 4 },
        { "preferred_address with an empty ID", 4 },
        { "preferred_address", 0 },
    };

    //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
    //= type=test
    //# A server that chooses a zero-length connection ID MUST NOT provide a preferred
    //# address.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
    //= type=test
    //# Similarly, a server MUST NOT include a zero-length connection ID in this
    //# transport parameter.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
    //= type=test
    //# A client MUST treat a violation of these requirements as a connection error of
    //# type TRANSPORT_PARAMETER_ERROR.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
    //= type=test
    //# The value of the active_connection_id_limit parameter MUST be at least 2.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
    //= type=test
    //# An endpoint that receives a value less than 2 MUST close the connection with an
    //# error of type TRANSPORT_PARAMETER_ERROR.
    [Theory]
    [MemberData(nameof(ForbiddenParameters))]
    public void Parameters_that_contradict_themselves_end_the_handshake(string what, int idLength)
    {
        var server = Attack(new RawServer(
            parameters =>
            {
                if (what.StartsWith("active", StringComparison.Ordinal)) parameters.ActiveConnectionIdLimit = what[^1] - '0';
                else parameters.PreferredAddress = new(Elsewhere, null, what.EndsWith("ID", StringComparison.Ordinal) ? default : new([9, 8, 7, 6]), new(1, 2));
            },
            sourceId: new byte[idLength]));
        server.Answer(EncryptionLevel.OneRtt);
        server.ExpectClose(TransportErrorCode.TransportParameterError);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
    //= type=test
    //# This transport parameter MUST NOT be sent by a client but MAY be sent by a server.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
    //= type=test
    //# A client MUST NOT include any server-only transport parameter
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.7
    //= type=test
    //# Clients MUST NOT send NEW_TOKEN frames.
    [Fact]
    public void A_client_sends_nothing_that_only_servers_send()
    {
        var server = Attack(new RawServer(options: static options => options with { PreferredIPv4 = Elsewhere, TokenSecret = new byte[32] })).Connect();
        for (var i = 0; i < 10; i++) server.Advance(TimeSpan.FromMilliseconds(100));
        Assert.NotEmpty(server.ClientParameters);
        Assert.False(TransportParameters.TryRead(server.ClientParameters, Role.Client, out _).IsError);
        Assert.Contains(server.Frames, static frame => frame.Space == PacketNumberSpaceId.ApplicationData);
        Assert.DoesNotContain(server.Frames, static frame => frame.Type is FrameType.NewToken or FrameType.HandshakeDone);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.7
    //= type=test
    //# A client MUST treat receipt of a NEW_TOKEN frame with an empty Token field as a
    //# connection error of type FRAME_ENCODING_ERROR.
    [Fact]
    public void A_token_has_at_least_one_byte()
    {
        var server = Attack(new RawServer()).Connect();
        server.Send([0x07, 1, 0xAA]);
        Assert.True(server.Client.TryTakeToken(out var token));
        Assert.Equal([0xAA], token.ToArray());
        server.Send([0x07, 0]);
        server.ExpectClose(TransportErrorCode.FrameEncodingError);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.15
    //= type=test
    //# An endpoint that is sending packets with a zero-length Destination Connection ID
    //# MUST treat receipt of a NEW_CONNECTION_ID frame as a connection error of type
    //# PROTOCOL_VIOLATION.
    [Fact]
    public void A_server_without_connection_IDs_issues_none()
    {
        var server = Attack(new RawServer(sourceId: [])).Connect();
        server.Send(static frames => frames.Integers(0x18, 1, 0).Bytes(4, 1, 2, 3, 4).Bytes(new byte[16]));
        server.ExpectClose(TransportErrorCode.ProtocolViolation);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.15
    //= type=test
    //# Receipt of the same frame multiple times MUST NOT be treated as a connection
    //# error.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.15
    //= type=test
    //# A receiver MUST ignore any Retire Prior To fields that do not increase the
    //# largest received Retire Prior To value.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.15
    //= type=test
    //# An endpoint that receives a NEW_CONNECTION_ID frame with a sequence number
    //# smaller than the Retire Prior To field of a previously received
    //# NEW_CONNECTION_ID frame MUST send a corresponding RETIRE_CONNECTION_ID frame
    //# that retires the newly received connection ID
    [Fact]
    public void Connection_IDs_that_come_twice_or_late_are_kept_or_retired_once()
    {
        var server = Attack(new RawServer()).Connect();
        Issue(2, 0);
        Issue(2, 0);
        Assert.Empty(Retired());
        Issue(4, 2);
        Assert.Equal([0], Retired());
        Issue(3, 0);
        Issue(4, 2);
        Assert.Equal([0], Retired());
        Issue(1, 0);
        Issue(1, 0);
        Assert.Equal([0, 1], Retired());
        Assert.Equal(ConnectionState.Established, server.Client.State);

        void Issue(byte sequence, long retirePriorTo) =>
            server.Send(frames => frames.Integers(0x18, sequence, retirePriorTo).Bytes(4, 7, 7, 7, sequence).Bytes(new byte[15]).Bytes(sequence));

        List<long> Retired() => [.. server.Frames.Where(static frame => frame.Type == FrameType.RetireConnectionId).Select(static frame => frame.Value)];
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.17
    //= type=test
    //# The recipient of this frame MUST generate a PATH_RESPONSE frame (Section 19.18)
    //# containing the same Data value.
    [Fact]
    public void A_challenge_is_answered_with_its_own_data()
    {
        var server = Attack(new RawServer()).Connect();
        server.Send([0x1a, 1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.Equal(0x0102030405060708, Assert.Single(server.Frames, static frame => frame.Type == FrameType.PathResponse).Value);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-21.5.3
    //= type=test
    //# A client MUST NOT send non-probing frames to a preferred address prior to
    //# validating that address
    [Fact]
    public void A_preferred_address_gets_nothing_but_probes_until_it_answers()
    {
        var preferred = new NetworkPath(Elsewhere, RawServer.Path.Local);
        var server = Attack(new RawServer(static parameters => parameters.PreferredAddress = new(Elsewhere, null, new([9, 8, 7, 6]), new(1, 2)))).Connect();
        var stream = server.Client.TryOpenStream(unidirectional: true)!;
        stream.Write(new byte[3000]);
        server.Exchange();
        var challenge = Assert.Single(server.Frames, frame => frame.Path == preferred && frame.Type == FrameType.PathChallenge);
        Assert.All(
            server.Frames.Where(frame => frame.Path == preferred),
            static frame => Assert.True(frame.Type is FrameType.PathChallenge or FrameType.Padding or FrameType.NewConnectionId));
        Assert.Contains(server.Frames, frame => frame.Path == RawServer.Path && frame.Type == FrameType.Stream);

        var response = new byte[9];
        response[0] = (byte)FrameType.PathResponse;
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(response.AsSpan(1), challenge.Value);
        server.Send(PacketNumberSpaceId.ApplicationData, response, path: preferred);
        stream.Write(new byte[1000]);
        server.Exchange();
        Assert.Contains(server.Frames, frame => frame.Path == preferred && frame.Type == FrameType.Stream);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.19
    //= type=test
    //# This SHOULD be a UTF-8 encoded string
    [Theory]
    [InlineData("done", 4)]
    [InlineData("größer", 8)]
    public void A_reason_is_UTF_8_and_one_too_long_is_cut_between_characters(string reason, int length)
    {
        var server = Attack(new RawServer()).Connect();
        server.Client.Close(server.Now, 7, reason);
        server.Exchange();
        Assert.Equal((7, length), Closed(server));

        server = Attack(new RawServer()).Connect();
        server.Client.Close(server.Now, 7, "a" + new string('ü', 200));
        server.Exchange();
        Assert.Equal((7, 255), Closed(server));

        static (long, long) Closed(RawServer server)
        {
            var close = server.Frames.Last(static frame => frame.Type == FrameType.ConnectionCloseApplication);
            return (close.Id, close.Value);
        }
    }
}
