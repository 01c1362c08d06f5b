using HyperGen.Quic.Paths;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Tokens;

namespace HyperGen.Quic.Tests;

/// <summary>How large datagrams are: RFC 9000 section 14.</summary>
public sealed class DatagramSizeTests
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-14
    //= type=test
    //# QUIC MUST NOT be used if the network path cannot support a maximum
    //# datagram size of at least 1200 bytes.
    [Fact]
    public void A_path_that_carries_less_than_1200_bytes_carries_no_connection()
    {
        var requests = new Requests(1, 10, 1);
        var world = new World(1, new() { Mtu = 1199 }, _ => requests, static _ => new Echo());
        world.Client.Connect(world.Now, world.Server);
        world.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal((CloseKind.TimedOut, 0), (requests.Closed.Kind, requests.Completed));
        Assert.Equal((0, 0), (world.Client.Endpoint.Count, world.Server.Endpoint.Count));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-14.1
    //= type=test
    //# A client MUST expand the payload of all UDP datagrams carrying Initial
    //# packets to at least the smallest allowed maximum datagram size of 1200 bytes
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-14.1
    //= type=test
    //# a server MUST expand the payload of all UDP datagrams carrying ack-eliciting
    //# Initial packets to at least the smallest allowed maximum datagram size
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.2
    //= type=test
    //# Initial packets sent by the server MUST set the Token Length field to 0
    [Theory]
    [InlineData(1UL, false)]
    [InlineData(2UL, false)]
    [InlineData(3UL, true)]
    [InlineData(4UL, true)]
    public void Datagrams_with_Initial_packets_are_full_and_those_of_a_server_hold_no_token(ulong seed, bool retries)
    {
        var requests = new Requests(1, 10, 1);
        var world = new World(seed, new() { Loss = 0.2 }, _ => requests, static _ => new Echo());
        world.Server.Configure(options => options with { Retry = retries ? RetryPolicy.Always : RetryPolicy.Never });
        var client = world.Client.Connect(world.Now, world.Server);
        var seen = new int[2];
        world.Link.Drop = (isToServer, datagram) =>
        {
            if (!InitialPackets.TryOpen(datagram, client.InitialDestinationId, !isToServer, out var packet)) return false;
            seen[isToServer ? 1 : 0]++;
            if (isToServer || packet.IsAckEliciting) Assert.True(datagram.Length >= 1200);
            if (!isToServer) Assert.Equal(0, packet.TokenLength);
            return false;
        };
        world.RunUntil(() => requests.Completed == 1, TimeSpan.FromMinutes(1));
        Assert.True(seen[0] > 0 && seen[1] > 0);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-14
    //= type=test
    //# an endpoint MUST NOT close a connection when it receives a datagram that does
    //# not meet size constraints
    [Fact]
    public void A_short_Initial_is_dropped_and_the_connection_goes_on()
    {
        var client = new RawClient();
        client.Send(PacketNumberSpaceId.Initial, [0x01]);
        Assert.Equal(ConnectionState.Handshaking, client.Server!.State);
        var received = client.Server.Statistics.PacketsReceived;
        client.MinInitialLength = 1199;
        client.Send(PacketNumberSpaceId.Initial, [0x1c, 0, 0, 0]);
        Assert.Equal((ConnectionState.Handshaking, received), (client.Server.State, client.Server.Statistics.PacketsReceived));
        client.MinInitialLength = 1200;
        client.Connect();
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-14.2
    //= type=test
    //# All QUIC packets that are not sent in a PMTU probe SHOULD be sized to fit within
    //# the maximum datagram size
    [Fact]
    public void Only_probes_are_larger_than_what_the_path_was_found_to_carry()
    {
        var requests = new Requests(30, 20_000, 2);
        var world = new World(6, new() { Mtu = 1300 }, _ => requests, static _ => new Echo());
        var (larger, vanished) = (0, 0);
        foreach (var node in new[] { world.Client, world.Server })
        {
            node.OnTransmit = (connection, transmit) =>
            {
                if (connection is null || transmit.SegmentSize <= connection.DatagramSize) return;
                Assert.Equal(transmit.Length, transmit.SegmentSize);
                larger++;
            };
        }

        world.Link.Watch = (_, _, fate) => vanished += fate == Fate.TooLarge ? 1 : 0;
        world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => requests.Completed == 30, TimeSpan.FromMinutes(1));

        // A probe that arrives makes its size the path's; what vanishes for its size was a probe.
        Assert.InRange(vanished, 6, larger);
        Assert.InRange(larger, vanished, 40);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-14.3
    //= type=test
    //# Endpoints SHOULD set the initial value of BASE_PLPMTU (Section 5.1 of
    //# [DPLPMTUD]) to be consistent with QUIC's smallest allowed maximum datagram size.
    [Theory]
    [InlineData(1200)]
    [InlineData(1452)]
    [InlineData(65507)]
    public void Every_path_begins_with_1200_bytes_and_falls_back_to_them(int cap)
    {
        var mtu = new PathMtu(cap);
        Assert.Equal(1200, mtu.Current);
        mtu.OnProbeAcked(cap);
        Assert.Equal(cap, mtu.Current);
        mtu.OnBlackHole(new(1));
        Assert.Equal(1200, mtu.Current);
    }

    /// <summary>No probe timeout happens while small packets are acknowledged.</summary>
    [Fact]
    public void Full_packets_lost_in_a_row_while_small_ones_arrive_are_a_black_hole()
    {
        const int Full = 1452;
        var mtu = new PathMtu(Full);
        mtu.OnProbeSent(Full);
        mtu.OnProbeAcked(Full);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 5; i++)
            {
                Assert.False(mtu.OnLost(new(1), Full));
                mtu.OnAcked(100);
            }

            // One that arrives says that the path carries it.
            mtu.OnAcked(Full);
        }

        for (var i = 0; i < 5; i++) mtu.OnLost(new(1), Full);
        mtu.OnAcked(100);
        Assert.True(mtu.OnLost(new(1), Full));
        Assert.Equal(Connection.MinDatagramSize, mtu.Current);
    }
}
