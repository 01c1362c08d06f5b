using System.Buffers;
using System.Text;
using System.Text.Json;
using HyperGen.Quic.Admission;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Parameters;
using HyperGen.Quic.Tests.Support;
using HyperGen.Quic.Tokens;
using HyperGen.Quic.Wire;
using HyperGen.Tls;

namespace HyperGen.Quic.Tests;

/// <summary>0-RTT in both roles: RFC 9000 section 7.4.1, RFC 9001 section 4.6.</summary>
public sealed class EarlyDataTests
{
    private static readonly DateTimeOffset Wall = DateTimeOffset.UnixEpoch.AddYears(60);

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.6
    //= type=test
    //# Packets that a client sends with 0-RTT packet protection MUST be acknowledged by
    //# the server in packets protected by 1-RTT keys.
    [Theory]
    [InlineData(1UL, 0.0)]
    [InlineData(2UL, 0.15)]
    [InlineData(3UL, 0.15)]
    [InlineData(4UL, 0.3)]
    public void Requests_go_with_the_first_packets_and_are_answered_a_round_trip_sooner(ulong seed, double loss)
    {
        var lab = new EarlyDataLab(seed);
        var session = lab.Earn();
        lab.World.Link.Conditions = new() { Loss = loss, Reordering = loss, Duplication = loss };
        var requests = new Requests(5, 700, 5);
        var start = lab.World.Now;
        var connection = lab.Connect(session, requests);
        lab.World.RunUntil(() => requests.Completed == 5, TimeSpan.FromMinutes(1));
        Assert.Equal(EarlyDataState.Accepted, connection.EarlyData);
        if (loss > 0) return;
        Assert.Equal(5, lab.Early.Count(static early => early));

        // There and back again, 10 ms each: nothing waited for the handshake.
        Assert.InRange(lab.World.Now - start, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(25));

        // All of it was acknowledged: nothing had to be asked for or sent again.
        lab.World.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal((0, 0), (connection.Statistics.PacketsLost, connection.Statistics.ProbeTimeouts));

        // Nor did the marks of packets get lost that waited for their keys at the server.
        Assert.NotEqual(Paths.EcnValidation.State.Failed, connection.EcnState);
    }

    [Fact]
    public void Without_early_data_no_stream_is_early()
    {
        var lab = new EarlyDataLab(1);
        lab.Earn();
        Assert.Equal([false], lab.Early);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.6.2
    //= type=test
    //# When 0-RTT is rejected, all connection characteristics
    //# that the client assumed might be incorrect.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.6.2
    //= type=test
    //# When rejecting 0-RTT, a server MUST NOT process any 0-RTT packets, even if it could.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.6
    //= type=test
    //# A client SHOULD stop sending 0-RTT data if it receives an indication that 0-RTT data has
    //# been rejected.
    [Theory]
    [InlineData(1UL, 0.0)]
    [InlineData(2UL, 0.15)]
    [InlineData(3UL, 0.3)]
    public void What_the_server_does_not_read_is_sent_again_after_the_handshake(ulong seed, double loss)
    {
        var lab = new EarlyDataLab(seed);
        lab.World.Server.AdmitsEarlyData = static (_, _) => false;
        var session = lab.Earn();
        lab.World.Link.Conditions = new() { Loss = loss, Reordering = loss, Duplication = loss };
        var requests = new Requests(5, 5000, 5);
        var connection = lab.Connect(session, requests);
        lab.World.RunUntil(() => requests.Completed == 5, TimeSpan.FromMinutes(1));
        Assert.Equal(EarlyDataState.Rejected, connection.EarlyData);
        Assert.DoesNotContain(true, lab.Early);
        Assert.Contains(ConnectionEventKind.EarlyDataRejected, lab.ClientEvents);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
    //= type=test
    //# A server MUST reject 0-RTT data if the restored values for transport
    //# parameters cannot be supported.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
    //= type=test
    //# If 0-RTT data is accepted by the server, the server MUST NOT reduce any
    //# limits or alter any values that might be violated by the client with its
    //# 0-RTT data.
    [Fact]
    public void A_server_whose_limits_shrank_reads_none_and_the_smaller_limits_hold()
    {
        var (lab, requests, connection) = ComeAgainToSmallerLimits();
        lab.World.RunUntil(() => requests.Completed == 6, TimeSpan.FromMinutes(1));
        Assert.Equal((EarlyDataState.Rejected, CloseKind.None), (connection.EarlyData, connection.CloseReason.Kind));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_server_that_is_short_of_memory_reads_none(bool isShort)
    {
        var lab = new EarlyDataLab(1);
        var session = lab.Earn();
        var memory = new MemoryBudget(4 << 20);
        Assert.True(!isShort || memory.TryLease(memory.Capacity / 2));
        lab.World.Server.Configure(options => options with { Memory = memory, Retry = RetryPolicy.Never });
        var requests = new Requests(3, 100, 3);
        var connection = lab.Connect(session, requests);
        lab.World.RunUntil(() => requests.Completed == 3, TimeSpan.FromSeconds(10));
        Assert.Equal(isShort ? EarlyDataState.Rejected : EarlyDataState.Accepted, connection.EarlyData);
    }

    [Fact]
    public void A_client_keeps_to_the_limits_it_remembers()
    {
        var lab = new EarlyDataLab(1) { Limits = new() { BidirectionalStreams = 3 } };
        var session = lab.Earn();
        var requests = new Requests(10, 100, 10);
        var connection = lab.Connect(session, requests);
        Assert.Equal(3, connection.StreamCount);
        lab.World.RunUntil(() => requests.Completed == 10, TimeSpan.FromSeconds(10));
        Assert.Equal(EarlyDataState.Accepted, connection.EarlyData);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
    //= type=test
    //# When sending frames in 0-RTT packets, a client MUST only use remembered
    //# transport parameters; importantly, it MUST NOT use updated values that it
    //# learns from the server's updated transport parameters or from frames received
    //# in 1-RTT packets.
    [Fact]
    public void Larger_limits_hold_only_once_nothing_is_early_any_more()
    {
        var lab = new EarlyDataLab(1) { Limits = new() { BidirectionalStreams = 3, StreamWindow = 1000 } };
        var session = lab.Earn();
        lab.Restart(new() { BidirectionalStreams = 10, StreamWindow = 5000 });
        Hesitant? tls = null;
        lab.Wrap = inner => tls = new Hesitant(inner);
        var requests = new Requests(10, 4000, 10);
        var connection = lab.Connect(session, requests);
        lab.World.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.True(tls!.IsWaiting, "The server's parameters are here, and its Finished is not.");
        Assert.Null(connection.TryOpenStream());
        lab.World.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.Equal(3, connection.StreamCount);

        tls.Continue();
        connection.HandleAnswer(lab.World.Now);
        lab.World.RunUntil(() => requests.Completed == 10, TimeSpan.FromSeconds(10));
        Assert.Equal(EarlyDataState.Accepted, connection.EarlyData);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
    //= type=test
    //# A client MUST NOT use remembered values for the following parameters:
    //# ack_delay_exponent, max_ack_delay, initial_source_connection_id,
    //# original_destination_connection_id, preferred_address,
    //# retry_source_connection_id, and stateless_reset_token.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
    //= type=test
    //# The client MUST use the server's new values in the handshake instead
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
    //= type=test
    //# A client that attempts to send 0-RTT data MUST remember all other transport
    //# parameters used by the server that it is able to process.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
    //= type=test
    //# The applicable subset of transport parameters that permit the sending of
    //# application data SHOULD be set to non-zero values for 0-RTT.
    [Fact]
    public void Limits_are_remembered_and_what_describes_one_connection_is_not()
    {
        var lab = new EarlyDataLab(1) { Limits = new() { MaxAckDelay = TimeSpan.FromMilliseconds(90) } };
        var session = lab.Earn();
        Assert.False(TransportParameters.TryRead(session.TransportParameters.Span, Role.Server, out var remembered).IsError);
        var limits = ConnectionLimits.Default;
        Assert.Equal(
            (limits.ConnectionWindow, limits.StreamWindow, limits.StreamWindow, limits.StreamWindow, limits.BidirectionalStreams, limits.UnidirectionalStreams),
            (remembered.InitialMaxData, remembered.InitialMaxStreamDataBidiLocal, remembered.InitialMaxStreamDataBidiRemote, remembered.InitialMaxStreamDataUni,
                remembered.InitialMaxStreamsBidi, remembered.InitialMaxStreamsUni));
        Assert.Equal(TimeSpan.FromMilliseconds(90), remembered.MaxAckDelay);
        lab.Restart(new() { MaxAckDelay = TimeSpan.FromMilliseconds(40) });
        var requests = new Requests(1, 700, 1);
        var connection = lab.Connect(session, requests);
        Assert.Equal(new TransportParameters().MaxAckDelay, connection.Recovery.MaxAckDelay);
        lab.World.RunUntil(() => requests.Completed == 1 && connection.IsHandshakeConfirmed, TimeSpan.FromSeconds(10));
        Assert.Equal((EarlyDataState.Accepted, TimeSpan.FromMilliseconds(40)), (connection.EarlyData, connection.Recovery.MaxAckDelay));

        // Its IDs, too, are those of this connection: the remembered ones would not have matched.
        Assert.NotEqual(remembered.InitialSourceConnectionId, lab.World.Server.Connections[^1].FirstLocalId);
    }

    /// <summary>RESET_STREAM was sent for a stream that the server, which had read nothing of it, did not allow.</summary>
    [Fact]
    public void Streams_beyond_the_limit_after_a_rejection_are_not_mentioned_before_the_server_allows_them()
    {
        var (lab, requests, connection) = ComeAgainToSmallerLimits();
        var abandoned = Enumerable.Range(0, 3).Select(_ => connection.TryOpenStream()!).ToArray();
        foreach (var stream in abandoned) stream.Write(new byte[100]);
        lab.World.RunUntil(() => connection.EarlyData == EarlyDataState.Rejected, TimeSpan.FromSeconds(10));
        foreach (var stream in abandoned) stream.Release(7);
        lab.World.RunUntil(() => requests.Completed == 6 && connection.StreamCount == 0, TimeSpan.FromMinutes(1));
        Assert.Equal(CloseKind.None, connection.CloseReason.Kind);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.3
    //= type=test
    //# A client SHOULD attempt to resend data in 0-RTT packets after it sends a new
    //# Initial packet.
    [Theory]
    [InlineData(1UL, 0.0)]
    [InlineData(2UL, 0.2)]
    public void Early_data_survives_a_Retry(ulong seed, double loss)
    {
        var lab = new EarlyDataLab(seed);
        var session = lab.Earn();
        lab.World.Server.Configure(static options => options with { Retry = Tokens.RetryPolicy.Always });
        lab.World.Link.Conditions = new() { Loss = loss };
        var requests = new Requests(3, 700, 3);
        var connection = lab.Connect(session, requests);
        lab.World.RunUntil(() => requests.Completed == 3, TimeSpan.FromMinutes(1));
        Assert.Equal(EarlyDataState.Accepted, connection.EarlyData);
        Assert.True(lab.World.Server.Endpoint.Statistics.Retries > 0);
        if (loss == 0) Assert.Equal(3, lab.Early.Count(static early => early));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.3
    //= type=test
    //# New packet numbers MUST be used for any new packets that are sent
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.3
    //= type=test
    //# A client MUST NOT send 0-RTT packets once it starts processing 1-RTT packets from
    //# the server.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.3
    //= type=test
    //# An acknowledgment for a 1-RTT packet MUST be carried in a 1-RTT packet.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.3
    //= type=test
    //# A client MUST NOT reset the packet number for any packet number space after
    //# processing a Retry packet.
    [Theory]
    [InlineData(1UL, 0.0)]
    [InlineData(2UL, 0.2)]
    [InlineData(3UL, 0.3)]
    public void Early_packets_have_numbers_of_their_own_acknowledge_nothing_and_end_with_the_handshake(ulong seed, double loss)
    {
        var lab = new EarlyDataLab(seed);
        var session = lab.Earn();
        var log = new ArrayBufferWriter<byte>();
        lab.World.Client.Configure(options => options with { Qlog = (_, _) => log });
        lab.World.Server.Configure(static options => options with { Retry = Tokens.RetryPolicy.Always });
        lab.World.Link.Conditions = new() { Loss = loss, Reordering = loss };
        var requests = new Requests(8, 3000, 4);
        lab.Connect(session, requests);
        lab.World.RunUntil(() => requests.Completed == 8, TimeSpan.FromMinutes(1));
        var events = PacketEvents(log).ToList();
        var sent = events.Where(static packet => packet.Name == "quic:packet_sent").ToList();
        foreach (var space in sent.GroupBy(static packet => packet.Type.TrimStart('0', '1')))
        {
            Assert.Equal(space.Count(), space.Select(static packet => packet.Number).Distinct().Count());
        }

        var early = sent.Where(static packet => packet.Type == "0RTT").ToList();
        Assert.True(early.Count > 1);
        Assert.DoesNotContain(early, static packet => packet.Frames.Contains("ack"));
        Assert.Contains(sent, static packet => packet.Type == "1RTT" && packet.Frames.Contains("ack"));
        Assert.DoesNotContain(
            events.SkipWhile(static packet => packet is not { Name: "quic:packet_received", Type: "1RTT" }), static packet => packet.Type == "0RTT");
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.20
    //= type=test
    //# Servers MUST NOT send a HANDSHAKE_DONE frame before completing the handshake.
    [Fact]
    public void A_server_that_answers_early_data_does_not_confirm_a_handshake_that_is_not_complete()
    {
        var lab = new EarlyDataLab(1);
        var session = lab.Earn();
        var log = new ArrayBufferWriter<byte>();
        lab.World.Server.Configure(options => options with { Qlog = (_, _) => log });
        var isHeld = true;
        lab.World.Link.Drop = (isToServer, bytes) => isHeld && isToServer && HoldsHandshake(bytes);
        var requests = new Requests(1, 100, 1);
        lab.Connect(session, requests);
        lab.World.RunFor(TimeSpan.FromSeconds(1));
        isHeld = false;
        lab.World.RunFor(TimeSpan.FromSeconds(5));
        var events = PacketEvents(log).ToList();
        var complete = events.FindIndex(static packet => packet is { Name: "quic:packet_received", Type: "handshake" });
        var before = events.Take(complete).Where(static packet => packet.Name == "quic:packet_sent").ToList();
        Assert.Contains(before, static packet => packet.Type == "1RTT" && packet.Frames.Contains("stream"));
        Assert.DoesNotContain(before, static packet => packet.Frames.Contains("handshake_done"));
        Assert.Contains(events.Skip(complete), static packet => packet.Name == "quic:packet_sent" && packet.Frames.Contains("handshake_done"));

        static bool HoldsHandshake(ReadOnlySpan<byte> datagram)
        {
            while (PacketHeader.TryRead(datagram, 8, out var header))
            {
                if (header.Type == PacketType.Handshake) return true;
                datagram = datagram[header.End..];
            }

            return false;
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.3
    //= type=test
    //# A server SHOULD treat a violation of remembered limits (Section 7.4.1) as a
    //# connection error of an appropriate type (for instance, a FLOW_CONTROL_ERROR for
    //# exceeding stream data limits).
    [Theory]
    [InlineData(new byte[] { 0x0e, 0, 0x80, 0x10, 0, 0, 1, 0 }, (long)TransportErrorCode.FlowControlError)]
    [InlineData(new byte[] { 0x0a, 0x44, 0x00, 0 }, (long)TransportErrorCode.StreamLimitError)]
    public void Early_data_beyond_a_limit_is_a_violation_of_it(byte[] frame, long expected)
    {
        var lab = new EarlyDataLab(1);
        var session = lab.Earn();
        lab.SendEarly(session, frame);
        lab.World.RunFor(TimeSpan.FromMilliseconds(15));
        var server = lab.World.Server.Connections[^1];
        Assert.Equal((CloseKind.ByTransport, expected), (server.CloseReason.Kind, server.CloseReason.ErrorCode));
    }

    //= https://www.rfc-editor.org/rfc/rfc9369#section-4.1
    //= type=test
    //# Servers can accept 0-RTT and then process 0-RTT packets from the
    //# original version.
    [Fact]
    public void Early_data_of_version_1_is_read_while_both_go_to_version_2()
    {
        var lab = new EarlyDataLab(1);
        var session = lab.Earn();
        lab.World.Client.Configure(static options => options with { Versions = [QuicVersion.V2, QuicVersion.V1] });
        var requests = new Requests(3, 700, 3);
        var connection = lab.Connect(session, requests);
        lab.World.RunUntil(() => requests.Completed == 3, TimeSpan.FromSeconds(10));
        Assert.Equal((EarlyDataState.Accepted, QuicVersion.V2), (connection.EarlyData, connection.Version));
        Assert.Equal(3, lab.Early.Count(static early => early));
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.1.4
    //= type=test
    //# an endpoint SHOULD buffer received packets if they might be processed using keys that
    //# aren't yet available.
    [Fact]
    public void Early_packets_of_a_datagram_wait_for_the_answers_that_the_ClientHello_needs()
    {
        // The first datagram holds the ClientHello and early data; the server asks two questions before it has the keys of the latter.
        var lab = new EarlyDataLab(1);
        var session = lab.Earn();
        var coalesced = 0;
        lab.World.Link.Drop = (isToServer, bytes) =>
        {
            if (PacketHeader.TryRead(bytes, 8, out var header) && header.Type == PacketType.Initial && PacketHeader.TryRead(bytes.AsSpan(header.End), 8, out var next)
                && next.Type == PacketType.ZeroRtt) coalesced++;
            return isToServer && coalesced == 0;
        };
        var requests = new Requests(1, 100, 1);
        lab.Connect(session, requests);
        lab.World.RunUntil(() => requests.Completed == 1, TimeSpan.FromSeconds(10));
        Assert.Equal((1, true), (coalesced, lab.Early[0]));
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-8.3
    //= type=test
    //# A server MUST treat receipt of a CRYPTO frame in a 0-RTT packet as a connection error of
    //# type PROTOCOL_VIOLATION.
    [Theory]
    [InlineData("ACK", new byte[] { 0x02, 0, 0, 0, 0 })]
    [InlineData("CRYPTO", new byte[] { 0x06, 0, 1, 0 })]
    [InlineData("NEW_TOKEN", new byte[] { 0x07, 1, 0 })]
    [InlineData("PATH_RESPONSE", new byte[] { 0x1b, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData("RETIRE_CONNECTION_ID", new byte[] { 0x19, 0 })]
    [InlineData("HANDSHAKE_DONE", new byte[] { 0x1e })]
    public void A_frame_that_early_data_cannot_hold_is_a_violation(string what, byte[] frame)
    {
        Assert.NotEmpty(what);
        Assert.True(FrameTypes.IsForbiddenInZeroRtt((FrameType)frame[0]));
        var lab = new EarlyDataLab(1);
        var session = lab.Earn();
        lab.SendEarly(session, frame);
        lab.World.RunFor(TimeSpan.FromMilliseconds(15));
        var server = lab.World.Server.Connections[^1];
        Assert.Equal((CloseKind.ByTransport, (long)TransportErrorCode.ProtocolViolation), (server.CloseReason.Kind, server.CloseReason.ErrorCode));
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.9.3
    //= type=test
    //# After receiving a 1-RTT
    //# packet, servers MUST discard 0-RTT keys within a short time
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.9.3
    //= type=test
    //# Therefore, a client SHOULD discard 0-RTT keys as soon as it installs 1-RTT keys as they
    //# have no use after that moment.
    [Fact]
    public void Early_keys_are_gone_soon_after_the_handshake()
    {
        var lab = new EarlyDataLab(1);
        var session = lab.Earn();
        var requests = new Requests(1, 700, 1);
        var connection = lab.Connect(session, requests);
        lab.World.RunUntil(() => connection.IsHandshakeConfirmed, TimeSpan.FromSeconds(10));
        Assert.False(connection.HasEarlyKeys);
        var server = lab.World.Server.Connections[^1];
        Assert.True(server.HasEarlyKeys);
        lab.World.RunFor(TimeSpan.FromSeconds(2));
        Assert.False(server.HasEarlyKeys);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.6.2
    //= type=test
    //# When 0-RTT was rejected, a client SHOULD treat receipt of an acknowledgment for a 0-RTT
    //# packet as a connection error of type PROTOCOL_VIOLATION, if it is able to detect the
    //# condition.
    [Fact]
    public void An_acknowledgment_of_early_data_that_was_rejected_is_a_violation()
    {
        var lab = new EarlyDataLab(1);
        lab.World.Server.AdmitsEarlyData = static (_, _) => false;
        var session = lab.Earn();
        var connection = lab.Connect(session, new Requests(1, 700, 1));
        lab.World.RunUntil(() => connection.IsHandshakeConfirmed, TimeSpan.FromSeconds(10));
        EncryptionLevelTests.Spaces(lab.World.Server.Connections[^1])[2].Received.OnPacketReceived(lab.World.Now, new(0), true, EcnCodepoint.NotEct, TimeSpan.Zero);
        lab.World.RunFor(TimeSpan.FromMilliseconds(15));
        Assert.Equal((CloseKind.ByTransport, (long)TransportErrorCode.ProtocolViolation), (connection.CloseReason.Kind, connection.CloseReason.ErrorCode));
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.6
    //= type=test
    //# A server MUST NOT use 0-RTT keys to protect packets
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.6
    //= type=test
    //# A client MUST NOT attempt to decrypt 0-RTT packets it receives and instead MUST discard
    //# them.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.6
    //= type=test
    //# Once a client has installed 1-RTT keys, it MUST NOT send any more 0-RTT packets.
    [Fact]
    public void Early_packets_come_from_a_client_alone_and_end_with_its_1_RTT_keys()
    {
        var lab = new EarlyDataLab(1);
        var session = lab.Earn();
        var (early, late) = (0, false);
        lab.World.Link.Drop = (isToServer, bytes) =>
        {
            for (var rest = bytes.AsSpan(); PacketHeader.TryRead(rest, 8, out var header); rest = rest[header.End..])
            {
                late |= isToServer && header.Type is PacketType.OneRtt or PacketType.Handshake;
                if (header.Type != PacketType.ZeroRtt) continue;
                Assert.True(isToServer && !late);
                early++;
            }

            return false;
        };
        var requests = new Requests(3, 700, 1);
        var connection = lab.Connect(session, requests);
        var dropped = connection.Statistics.PacketsDropped;
        var packet = new byte[100];
        var writer = new WireWriter(packet);
        PacketHeader.WriteLong(ref writer, QuicVersion.V1, PacketType.ZeroRtt, connection.FirstLocalId.Span, [1, 2], default, 1);
        VarInt.WriteTwoBytes(packet.AsSpan(writer.Position - 2), packet.Length - writer.Position);
        lab.World.Client.Receive(lab.World.Now, connection.Path, packet);
        Assert.Equal(dropped + 1, connection.Statistics.PacketsDropped);
        lab.World.RunUntil(() => requests.Completed == 3, TimeSpan.FromSeconds(10));
        Assert.True(early > 0 && late);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.5
    //= type=test
    //# Clients SHOULD NOT reuse tickets as that allows entities other than the server to
    //# correlate connections
    [Fact]
    public void A_session_is_good_for_one_connection()
    {
        var lab = new EarlyDataLab(1);
        lab.Earn();
        Assert.False(lab.World.Client.Connections[0].TryTakeSession(out _));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
    //= type=test
    //# In particular, a server that accepts 0-RTT data MUST NOT set values for the
    //# following parameters (Section 18.2) that are smaller than the remembered
    //# values of the parameters.
    [Fact]
    public void Limits_cover_what_was_remembered_only_when_none_is_lower()
    {
        var now = new TransportParameters
        {
            InitialMaxData = 5,
            InitialMaxStreamDataBidiLocal = 5,
            InitialMaxStreamDataBidiRemote = 5,
            InitialMaxStreamDataUni = 5,
            InitialMaxStreamsBidi = 5,
            InitialMaxStreamsUni = 5,
            ActiveConnectionIdLimit = 5,
            MaxDatagramFrameSize = 5,
        };
        Assert.True(now.Covers(now));
        Assert.True(now.Covers(new()));
        Assert.False(now.Covers(new() { InitialMaxData = 6 }));
        Assert.False(now.Covers(new() { InitialMaxStreamDataBidiLocal = 6 }));
        Assert.False(now.Covers(new() { InitialMaxStreamDataBidiRemote = 6 }));
        Assert.False(now.Covers(new() { InitialMaxStreamDataUni = 6 }));
        Assert.False(now.Covers(new() { InitialMaxStreamsBidi = 6 }));
        Assert.False(now.Covers(new() { InitialMaxStreamsUni = 6 }));
        Assert.False(now.Covers(new() { ActiveConnectionIdLimit = 6 }));
        Assert.False(now.Covers(new() { MaxDatagramFrameSize = 6 }));
    }

    /// <summary>Sends six requests early, of which the server would now allow two.</summary>
    private static (EarlyDataLab Lab, Requests Requests, Connection Connection) ComeAgainToSmallerLimits()
    {
        var lab = new EarlyDataLab(1);
        var session = lab.Earn();
        lab.Restart(new() { StreamWindow = 2000, ConnectionWindow = 3000, BidirectionalStreams = 2, UnidirectionalStreams = 8 });
        var requests = new Requests(6, 5000, 6);
        return (lab, requests, lab.Connect(session, requests));
    }

    /// <summary>The packets of a trace: whether it was sent or received, of which type, with which number and frames.</summary>
    private static IEnumerable<(string Name, string Type, long Number, HashSet<string> Frames)> PacketEvents(ArrayBufferWriter<byte> log) =>
        from line in Encoding.UTF8.GetString(log.WrittenSpan).Split('\u001e', StringSplitOptions.RemoveEmptyEntries).Skip(1)
        let record = JsonSerializer.Deserialize<JsonElement>(line)
        let name = record.GetProperty("name").GetString()!
        where name is "quic:packet_sent" or "quic:packet_received"
        let data = record.GetProperty("data")
        let header = data.GetProperty("header")
        select (
            name, header.GetProperty("packet_type").GetString()!, header.GetProperty("packet_number").GetInt64(),
            data.GetProperty("frames").EnumerateArray().Select(static frame => frame.GetProperty("frame_type").GetString()!).ToHashSet());

    /// <summary>A client's handshake to which the server's EncryptedExtensions come by themselves, as they do when the packet with the rest is late.</summary>
    private sealed class Hesitant : TlsHandshake
    {
        private readonly TlsHandshake _inner;
        private readonly List<byte> _waiting = [];
        private bool _passed;

        public Hesitant(TlsHandshake inner)
        {
            _inner = inner;
            Pass();
        }

        public bool IsWaiting => _passed && _waiting.Count > 0;

        public override void HandleInput(EncryptionLevel level, ReadOnlySpan<byte> bytes)
        {
            if (level != EncryptionLevel.Handshake)
            {
                _inner.HandleInput(level, bytes);
            }
            else
            {
                _waiting.AddRange(bytes);
                if (!_passed && _waiting.Count >= 4 && 4 + ((_waiting[1] << 16) | (_waiting[2] << 8) | _waiting[3]) is var length && _waiting.Count >= length)
                {
                    _passed = true;
                    _inner.HandleInput(level, _waiting.GetRange(0, length).ToArray());
                    _waiting.RemoveRange(0, length);
                }
            }

            Pass();
        }

        public void Continue()
        {
            _inner.HandleInput(EncryptionLevel.Handshake, _waiting.ToArray());
            _waiting.Clear();
            Pass();
        }

        public override bool Refuse(int id, TlsAlert alert, string reason) => _inner.Refuse(id, alert, reason);

        public override bool Expire(int id) => _inner.Expire(id);

        public override bool TryExport(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output) => _inner.TryExport(label, context, output);

        protected override void OnClosed() => _inner.Dispose();

        private void Pass()
        {
            while (_inner.TryGetEvent(out var next))
            {
                if (next.Kind == TlsEventKind.HandshakeComplete) Complete();
                else Emit(next);
            }

            while (_inner.TryGetOutput(out var level, out var bytes)) Send(level, bytes);
        }
    }
}
