using HyperGen.Quic.Spaces;
using HyperGen.Quic.Tests.Support;
using HyperGen.Quic.Wire;
using HyperGen.Tls;

namespace HyperGen.Quic.Tests;

/// <summary>How connections end, and what is said then: RFC 9000 sections 10.1, 10.2 and 11.</summary>
public sealed class ClosingTests
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.1
    //= type=test
    //# endpoints MUST increase the idle timeout period to be at least three times the
    //# current Probe Timeout (PTO)
    [Fact]
    public void The_shortest_idle_timeout_still_lasts_three_probe_timeouts()
    {
        var pair = new DirectPair(ConnectionLimits.Default with { IdleTimeout = TimeSpan.FromMilliseconds(1) });
        var period = 3 * pair.Client.Recovery.PtoPeriod;
        Assert.True(period > TimeSpan.FromMilliseconds(10));
        pair.Pass(period - TimeSpan.FromMilliseconds(1));
        pair.Client.HandleTimeout(pair.Now);
        Assert.Equal(ConnectionState.Established, pair.Client.State);
        pair.Pass(TimeSpan.FromMilliseconds(2));
        pair.Client.HandleTimeout(pair.Now);
        Assert.Equal(ConnectionState.Drained, pair.Client.State);
    }

    /// <summary>In seconds: ours, the peer's, and which of them holds. Zero is none.</summary>
    [Theory]
    [InlineData(30, 5, 5)]
    [InlineData(5, 30, 5)]
    [InlineData(0, 5, 5)]
    [InlineData(5, 0, 5)]
    public void The_shorter_idle_timeout_holds_for_both(int ours, int peers, int expected)
    {
        var client = new RawClient(
            parameters => parameters.MaxIdleTimeout = TimeSpan.FromSeconds(peers),
            options: options => options with { Limits = options.Limits with { IdleTimeout = TimeSpan.FromSeconds(ours) } }).Connect();
        client.Acknowledge();
        var heard = client.Now;
        Assert.InRange(End(client) - heard, TimeSpan.FromSeconds(expected - 0.001), TimeSpan.FromSeconds(expected + 0.001));
        Assert.Equal(CloseKind.TimedOut, client.Server!.CloseReason.Kind);
    }

    /// <summary>Who only speaks does not hear, however much there is to be said: the first packet since something came counts, and no later one.</summary>
    [Fact]
    public void Speaking_puts_the_idle_timeout_off_once()
    {
        var client = new RawClient().Connect();
        client.Acknowledge();
        var heard = client.Now;
        client.Advance(TimeSpan.FromSeconds(20));
        var stream = client.Server!.TryOpenStream(unidirectional: true)!;
        stream.Write(new byte[10]);
        client.Exchange();
        client.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(ConnectionState.Established, client.Server.State);
        stream.Write(new byte[10]);
        client.Exchange();
        Assert.InRange(End(client) - heard, TimeSpan.FromSeconds(49.999), TimeSpan.FromSeconds(50.001));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2
    //= type=test
    //# These states SHOULD persist for at least three times the current PTO interval
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2
    //= type=test
    //# Servers that retain an open socket for accepting new connections SHOULD NOT end
    //# the closing or draining state early.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2
    //= type=test
    //# Once its closing or draining state ends, an endpoint SHOULD discard all connection
    //# state.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_server_closes_or_drains_for_three_probe_timeouts_and_then_nothing_is_left(bool closes)
    {
        var client = new RawClient().Connect();
        var server = client.Server!;
        var period = 3 * server.Recovery.PtoPeriod;
        if (closes) server.Close(client.Now, 1);
        else client.Send([0x1c, 0, 0, 0]);
        Assert.Equal(closes ? ConnectionState.Closing : ConnectionState.Draining, server.State);
        Assert.InRange(server.NextTimeout - client.Now, period - TimeSpan.FromMilliseconds(1), period);
        client.Advance(period - TimeSpan.FromMilliseconds(1));
        Assert.Equal((1, closes ? ConnectionState.Closing : ConnectionState.Draining), (client.ServerEndpoint.Count, server.State));
        client.Advance(TimeSpan.FromMilliseconds(1));
        var endpoint = client.ServerEndpoint;
        Assert.Equal((0, 0, 0), (endpoint.Count, endpoint.ConnectionIdCount, endpoint.PagesInUse));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.1
    //= type=test
    //# An endpoint SHOULD limit the rate at which it generates packets in the closing
    //# state.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.1
    //= type=test
    //# such endpoints MUST limit the cumulative size of packets it sends to three times
    //# the cumulative size of the packets that are received and attributed to the
    //# connection
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-11.1
    //= type=test
    //# An endpoint SHOULD be prepared to retransmit a packet containing a
    //# CONNECTION_CLOSE frame if it receives more packets on a terminated connection.

    /// <summary>Answers were few, but three times what came in did not bound them: the shortest datagrams were answered with longer ones.</summary>
    [Fact]
    public void Whatever_comes_after_the_end_is_answered_ever_more_seldom_and_with_no_more_than_three_times_as_much()
    {
        var client = new RawClient().Connect();
        client.Server!.Close(client.Now, 7, new string('x', 200));
        client.Exchange();
        Assert.Equal((true, 7L), client.Close);
        client.Packets.Clear();
        var before = client.BytesReceived;
        for (var i = 1; i <= 200; i++)
        {
            client.Deliver(Garbage(client));
            Assert.True(client.BytesReceived - before <= 3 * 25 * i, $"too much after {i}");
        }

        Assert.InRange(client.Packets.Count, 2, 8);
        Assert.All(client.Packets, static packet => Assert.NotNull(packet.Close));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.1
    //= type=test
    //# limit the cumulative size of packets it sends to an unvalidated address to three
    //# times the size of packets it receives from that address
    [Fact]
    public void A_closed_connection_sends_no_more_than_three_times_as_much_to_an_address_that_is_not_proved()
    {
        var client = new RawClient().Connect();
        var spoofed = client.Server!.Path with { Remote = NetworkAddress.FromIPv4(0x0A000063, 50_001) };
        var packet = client.Packet(PacketNumberSpaceId.ApplicationData, [0x01]);
        client.Deliver(packet, spoofed);
        Assert.Equal(spoofed, client.Server.Path);
        client.Server.Close(client.Now, 7, new string('x', 200));
        client.Exchange();
        long sent = packet.Length;
        for (var i = 0; i < 100; i++)
        {
            client.Deliver(Garbage(client), spoofed);
            sent += 25;
            Assert.True(client.BytesReceivedOn[spoofed] <= 3 * sent, $"too much after {sent}");
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.2
    //= type=test
    //# an endpoint in the draining state MUST NOT send any packets
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.2
    //= type=test
    //# An endpoint MUST NOT send further packets.
    [Fact]
    public void Nothing_is_said_to_a_peer_that_closed()
    {
        var client = new RawClient().Connect();
        client.Server!.TryOpenStream(unidirectional: true)!.Write(new byte[10_000]);
        client.ServerEndpoint.HandleDatagram(
            client.Now, client.Server.Path, EcnCodepoint.NotEct, client.Packet(PacketNumberSpaceId.ApplicationData, [0x1c, 0, 0, 0]));
        Assert.Equal(ConnectionState.Draining, client.Server.State);
        var before = client.BytesReceived;
        for (var i = 0; i < 20; i++) client.Send([0x01]);
        Assert.Equal(before, client.BytesReceived);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.3
    //= type=test
    //# a server SHOULD send a CONNECTION_CLOSE frame in both Handshake and Initial
    //# packets
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.3
    //= type=test
    //# an endpoint SHOULD send a CONNECTION_CLOSE frame in both Handshake and 1-RTT
    //# packets
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.3
    //= type=test
    //# A server SHOULD also send a CONNECTION_CLOSE frame in an Initial packet.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.3
    //= type=test
    //# A CONNECTION_CLOSE of type 0x1d MUST be replaced by a CONNECTION_CLOSE of type
    //# 0x1c when sending the frame in Initial or Handshake packets.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.3
    //= type=test
    //# Endpoints MUST clear the value of the Reason Phrase field and SHOULD use the
    //# APPLICATION_ERROR code when converting
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.5
    //= type=test
    //# CONNECTION_CLOSE frames signaling application errors (type 0x1d) MUST only appear
    //# in the application data packet number space.

    /// <summary>
    /// Until the handshake is confirmed nobody knows which keys the peer has: the end is told under all of them, and what the application says of it only
    /// under 1-RTT keys.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Amid_the_handshake_the_end_is_told_in_packets_of_every_kind_that_the_peer_may_open(bool isClient)
    {
        var (client, server) = (new Side(Role.Client), new Side(Role.Server));
        client.Connection = client.Endpoint.Connect(default, client.Path, parameters => TestTls.Client(parameters, client.Random));
        Pass(client, server);
        server.AnswerUntil(static question => question is SignQuestion);
        if (isClient)
        {
            server.AnswerUntil(static _ => false);
            Pass(server, client);
            client.AnswerUntil(static _ => false);
            Assert.True(client.Connection is { State: ConnectionState.Established, IsHandshakeConfirmed: false });
        }

        var (closing, peer) = isClient ? (client, server) : (server, client);
        closing.Connection!.Close(default, 7, "a secret of the application");
        var datagram = closing.Transmit();
        Assert.Equal(isClient ? [PacketType.Initial, PacketType.Handshake, PacketType.OneRtt] : [PacketType.Initial, PacketType.Handshake], Types(datagram));
        peer.Endpoint.HandleDatagram(default, peer.Path, EcnCodepoint.NotEct, datagram);
        Assert.Equal(new CloseReason(CloseKind.ByPeerTransport, (long)TransportErrorCode.ApplicationError, ""), peer.Connection!.CloseReason);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.3
    //= type=test
    //# an endpoint MUST send any CONNECTION_CLOSE frames in a 1-RTT packet
    [Fact]
    public void After_the_handshake_the_end_is_told_in_one_1_RTT_packet()
    {
        var client = new RawClient().Connect();
        client.Packets.Clear();
        client.Server!.Close(client.Now, 7, "why");
        client.Exchange();
        var packet = Assert.Single(client.Packets);
        Assert.Equal((PacketNumberSpaceId.ApplicationData, (true, 7L, 3)), (packet.Space, packet.Close!.Value));
    }

    private static byte[] Garbage(RawClient client)
    {
        var bytes = new byte[25];
        bytes[0] = 0x40;
        client.DestinationId.CopyTo(bytes, 1);
        return bytes;
    }

    private static void Pass(Side from, Side to)
    {
        while (from.Transmit() is { Length: > 0 } datagram)
        {
            to.Connection = to.Endpoint.HandleDatagram(default, to.Path, EcnCodepoint.NotEct, datagram) ?? to.Connection;
        }
    }

    private static List<PacketType> Types(ReadOnlySpan<byte> datagram)
    {
        var types = new List<PacketType>();
        while (PacketHeader.TryRead(datagram, 8, out var header))
        {
            types.Add(header.Type);
            datagram = datagram[header.End..];
        }

        return types;
    }

    /// <summary>One end, whose handshake is answered step by step.</summary>
    private sealed class Side
    {
        public static readonly NetworkAddress ClientAddress = NetworkAddress.FromIPv4(1, 50000);
        public static readonly NetworkAddress ServerAddress = NetworkAddress.FromIPv4(2, 443);

        public Side(Role role)
        {
            Random = new((ulong)role + 1);
            Path = role == Role.Client ? new(ServerAddress, ClientAddress) : new(ClientAddress, ServerAddress);
            Endpoint = new(new()
            {
                Random = Random.Fill,
                ResetKey = new byte[32],
                CreateServerHandshake = role == Role.Server ? parameters => TestTls.Server(parameters, Random) : null,
            });
        }

        public SeededRandom Random { get; }

        public NetworkPath Path { get; }

        public Endpoint Endpoint { get; }

        public Connection? Connection { get; set; }

        public byte[] Transmit()
        {
            var buffer = new byte[Quic.Transmit.MaxLength];
            return Connection!.TryTransmit(default, buffer, out var transmit) ? buffer[..transmit.Length] : [];
        }

        public void AnswerUntil(Func<TlsQuestion, bool> stop)
        {
            while (true)
            {
                while (Connection!.TryGetEvent(out _))
                {
                }

                if (Connection.Question is not { } question || stop(question)) return;
                TestTls.Answer(Connection);
                Connection.HandleAnswer(default);
            }
        }
    }

    /// <summary>Lets timers fire until the server's connection is gone; when that was.</summary>
    private static Timestamp End(RawClient client)
    {
        while (client.Server!.State != ConnectionState.Drained)
        {
            Assert.False(client.Server.NextTimeout.IsNever);
            client.Now = Timestamp.Max(client.Now, client.Server.NextTimeout);
            client.Advance(TimeSpan.Zero);
        }

        return client.Now;
    }
}
