using HyperGen.Quic.Parameters;
using HyperGen.Quic.Paths;
using HyperGen.Quic.Recovery;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Tests.Support;

namespace HyperGen.Quic.Tests;

/// <summary>Moves between paths, and what is learned of each: RFC 9000 sections 8.2, 9, 13.4 and 14.3.</summary>
public sealed class PathTests
{
    private static readonly NetworkAddress OtherHost = NetworkAddress.FromIPv4(0x0A000063, 50_001);
    private static readonly NetworkAddress PreferredV4 = NetworkAddress.FromIPv4(0x0A000003, 4433);
    private static readonly NetworkAddress OtherPort = NetworkAddress.FromIPv4(0x0A000001, 50_001);

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.4
    //= type=test
    //# On confirming a peer's ownership of its new address, an endpoint MUST
    //# immediately reset the congestion controller and round-trip time estimator for
    //# the new path to initial values
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-14.2
    //= type=test
    //# QUIC implementations that implement any kind of PMTU discovery therefore
    //# SHOULD maintain a maximum datagram size for each combination of local and
    //# remote IP addresses.
    [Fact]
    public void A_rebound_port_keeps_the_congestion_state_and_another_host_does_not()
    {
        var (world, requests) = Create(new(), count: 400, size: 3000, concurrency: 4);
        world.RunUntil(() => requests.Completed >= 50, TimeSpan.FromMinutes(1));
        var server = world.Server.Connections[0];
        var controller = server.Recovery.Controller;
        world.Rebind(World.ClientAddress, OtherPort);
        world.RunUntil(() => server.Path.Remote == OtherPort && requests.Completed >= 150, TimeSpan.FromMinutes(1));
        Assert.Same(controller, server.Recovery.Controller);
        Assert.Equal(1452, server.DatagramSize);

        world.Rebind(World.ClientAddress, OtherHost);
        world.RunUntil(() => server.Path.Remote == OtherHost, TimeSpan.FromMinutes(1));
        Assert.NotSame(controller, server.Recovery.Controller);
        Assert.False(server.Recovery.Rtt.HasSample);
        Assert.Equal(1200, server.DatagramSize);
        world.RunUntil(() => requests.Completed >= 400, TimeSpan.FromMinutes(1));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.1
    //= type=test
    //# An endpoint that initiates migration and requires non-zero-length connection
    //# IDs SHOULD ensure that the pool of connection IDs available to its peer
    //# allows the peer to use a new connection ID on migration
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
    //= type=test
    //# Endpoints SHOULD retire connection IDs when they are no longer actively
    //# using either the local or destination address for which the connection ID
    //# was used.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.5
    //= type=test
    //# an endpoint MUST NOT reuse a connection ID when sending from more than one local
    //# address
    [Fact]
    public void A_client_moves_once_the_new_path_has_answered_and_takes_a_fresh_connection_ID_along()
    {
        var (world, requests) = Create(new(), count: 200, size: 3000, concurrency: 4);
        var client = world.Client.Connections[0];
        var ids = new HashSet<string>();
        world.Arriving = datagram =>
        {
            var client = datagram.ToServer ? datagram.From : datagram.To;
            if ((datagram.Bytes[0] & 0x80) == 0) ids.Add($"{client.Address:x} {Convert.ToHexString(datagram.Bytes.Slice(1, 8))}");
        };
        world.RunUntil(() => requests.Completed >= 50, TimeSpan.FromMinutes(1));
        var controller = client.Recovery.Controller;
        Assert.True(client.TryMigrate(world.Now, OtherHost));
        Assert.NotEqual(OtherHost, client.Path.Local);
        world.RunUntil(() => requests.Completed >= 200, TimeSpan.FromMinutes(1));
        Assert.Equal(OtherHost, client.Path.Local);
        Assert.Equal(OtherHost, world.Server.Connections[0].Path.Remote);
        Assert.NotSame(controller, client.Recovery.Controller);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.5
        //= type=test
        //# an endpoint MUST NOT reuse a connection ID when sending to
        //# more than one destination address.
        var idsOnly = ids.Select(static id => id.Split(' ')[1]).ToList();
        Assert.Equal(idsOnly.Count, idsOnly.Distinct().Count());

        // The IDs of the path that was left lead nowhere any more: they were retired.
        var left = ids.Where(static id => id.StartsWith($"{World.ClientAddress.Address:x} ", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, left.Count);
        foreach (var endpoint in new[] { world.Client.Endpoint, world.Server.Endpoint })
        {
            Assert.All(left, id => Assert.Null(
                endpoint.HandleDatagram(world.Now, default, EcnCodepoint.NotEct, [0x40, .. Convert.FromHexString(id.Split(' ')[1]), .. new byte[40]])));
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.4
    //= type=test
    //# This timer SHOULD be set as described in Section 6.2.1 of [QUIC-RECOVERY] and MUST
    //# NOT be more aggressive.
    [Fact]
    public void A_move_to_where_nobody_answers_fails_and_the_old_path_stays()
    {
        var (world, requests) = Create(new(), count: 400, size: 3000, concurrency: 1);
        var client = world.Client.Connections[0];
        world.RunUntil(() => requests.Completed >= 10, TimeSpan.FromMinutes(1));
        var path = client.Path;
        world.Rebind(OtherHost, NetworkAddress.FromIPv4(0x0A0000FE, 1));
        ushort probes = 1;
        var times = new List<Timestamp>();
        world.Arriving = datagram =>
        {
            if (datagram.ToServer && datagram.From.Address != World.ClientAddress.Address) times.Add(world.Now);

            // The NAT forgets each probe at once: the answers find nobody.
            if (datagram.ToServer && datagram.From.Address != World.ClientAddress.Address) world.Rebind(OtherHost, NetworkAddress.FromIPv4(0x0A0000FE, ++probes));
        };
        Assert.True(client.TryMigrate(world.Now, OtherHost));
        world.RunUntil(() => requests.MigrationFailures > 0 || requests.Closed != default, TimeSpan.FromMinutes(1));
        Assert.Equal(default, requests.Closed);
        Assert.InRange(probes, 3, 6);
        var timeout = new RttEstimator().Pto + ConnectionLimits.Default.MaxAckDelay;
        Assert.InRange(times[1] - times[0], timeout, 2 * timeout);
        Assert.Equal(path, client.Path);
        world.RunUntil(() => requests.Completed >= 400, TimeSpan.FromMinutes(1));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9
    //= type=test
    //# If the peer sent the disable_active_migration transport parameter, an endpoint
    //# also MUST NOT send packets
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
    //= type=test
    //# An endpoint that receives this transport parameter MUST NOT use a new local
    //# address when sending to the address that the peer used during the handshake.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_client_moves_before_the_handshake_is_confirmed_or_against_the_servers_wish(bool isEarly)
    {
        var (world, requests) = Create(new(), 1, 100, 1, ConnectionLimits.Default with { DisablesActiveMigration = true });
        var client = world.Client.Connections[0];
        if (!isEarly) world.RunUntil(() => requests.Completed >= 1 && client.IsHandshakeConfirmed, TimeSpan.FromSeconds(10));
        Assert.False(client.TryMigrate(world.Now, OtherHost));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.1
    //= type=test
    //# Once the handshake is confirmed, the client SHOULD select one of the two
    //# addresses provided by the server and initiate path validation
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.1
    //= type=test
    //# As soon as path validation succeeds, the client SHOULD begin sending all future
    //# packets to the new server address using the new connection ID
    [Fact]
    public void The_servers_preferred_address_is_validated_and_used()
    {
        var preferred = NetworkAddress.FromIPv4(0x0A000003, 4433);
        var requests = new Requests(300, 3000, 2);
        var world = new World(7, new(), _ => requests, static _ => new Echo());
        world.Server.Configure(options => options with { PreferredIPv4 = preferred });
        var ids = new List<(NetworkAddress To, string Id)>();
        world.Arriving = datagram =>
        {
            if (!datagram.ToServer || (datagram.Bytes[0] & 0x80) != 0) return;
            var pair = (datagram.To, Convert.ToHexString(datagram.Bytes.Slice(1, 8)));
            if (!ids.Contains(pair)) ids.Add(pair);
        };
        world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => requests.Completed >= 300, TimeSpan.FromMinutes(1));

        // One ID for each address, and one more for the answer to the challenge that the server sends from the address it left.
        Assert.Equal([World.ServerAddress, preferred, World.ServerAddress], ids.Select(static pair => pair.To));
        Assert.Equal(3, ids.Select(static pair => pair.Id).Distinct().Count());
        Assert.Equal(preferred, world.Client.Connections[0].Path.Remote);
        Assert.Equal(preferred, world.Server.Connections[0].Path.Local);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.1
    //= type=test
    //# If path validation fails, the client MUST continue sending all future packets to
    //# the server's original IP address.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.2
    //= type=test
    //# A client that migrates to a preferred address MUST validate the address it chooses
    //# before migrating
    [Fact]
    public void A_preferred_address_that_does_not_answer_is_given_up()
    {
        var requests = new Requests(600, 3000, 1);
        var world = new World(7, new(), _ => requests, static _ => new Echo());
        world.Server.Configure(static options => options with { PreferredIPv4 = PreferredV4 });
        string? first = null;
        var probes = 0;
        world.Link.Drop = (toServer, bytes) =>
        {
            if (!toServer || (bytes[0] & 0x80) != 0) return false;
            var id = Convert.ToHexString(bytes, 1, 8);
            first ??= id;
            if (id == first) return false;
            probes++;
            return true;
        };
        world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => requests.Completed >= 600, TimeSpan.FromMinutes(1));
        Assert.Equal(1, requests.MigrationFailures);
        Assert.InRange(probes, 2, 4);
        Assert.Equal(World.ServerAddress, world.Client.Connections[0].Path.Remote);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.3
    //= type=test
    //# A client that migrates to a new address SHOULD use a preferred address from the
    //# same address family for the server.
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Of_two_preferred_addresses_the_one_of_the_same_kind_is_used(bool hasIPv4, bool moves)
    {
        var requests = new Requests(100, 3000, 1);
        var world = new World(7, new(), _ => requests, static _ => new Echo());
        world.Server.Configure(options => options with { PreferredIPv4 = hasIPv4 ? PreferredV4 : null, PreferredIPv6 = new NetworkAddress(new UInt128(0x2001_0DB8_0000_0000, 3), 4433) });
        world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => requests.Completed >= 100, TimeSpan.FromMinutes(1));
        Assert.Equal((moves ? PreferredV4 : World.ServerAddress, 0), (world.Client.Connections[0].Path.Remote, requests.MigrationFailures));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.2
    //= type=test
    //# A client MUST NOT use these for other connections, including connections that are
    //# resumed from the current connection.
    [Fact]
    public void The_preferred_address_of_an_earlier_connection_means_nothing()
    {
        var remembered = new TransportParameters
        {
            OriginalDestinationConnectionId = new(new byte[8]),
            InitialSourceConnectionId = new(new byte[8]),
            PreferredAddress = new(PreferredV4, null, new(new byte[8]), default),
        };
        var encoded = new byte[TransportParameters.MaxEncodedLength];
        var requests = new Requests(100, 3000, 1);
        var world = new World(7, new(), _ => requests, static _ => new Echo());
        world.Client.Connect(world.Now, world.Server, ClientStart.Fresh with { RememberedParameters = encoded.AsMemory(0, remembered.Write(encoded)) });
        world.RunUntil(() => requests.Completed >= 100, TimeSpan.FromMinutes(1));
        Assert.Equal((World.ServerAddress, 0), (world.Client.Connections[0].Path.Remote, requests.MigrationFailures));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9
    //= type=test
    //# proceed with path validation and allow the peer to migrate
    [Fact]
    public void A_client_that_moves_against_the_servers_wish_is_followed_once_it_answers()
    {
        var (world, requests) = Create(new(), 200, 3000, 4, ConnectionLimits.Default with { DisablesActiveMigration = true });
        world.RunUntil(() => requests.Completed >= 50, TimeSpan.FromMinutes(1));
        world.Rebind(World.ClientAddress, OtherHost);
        world.RunUntil(() => requests.Completed >= 200, TimeSpan.FromMinutes(1));
        Assert.Equal(OtherHost, world.Server.Connections[0].Path.Remote);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9
    //= type=test
    //# the client MUST discard these packets
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6
    //= type=test
    //# the client SHOULD discard these packets
    [Fact]
    public void A_client_takes_nothing_from_addresses_that_it_does_not_know()
    {
        var pair = new DirectPair();
        var buffer = new byte[Transmit.MaxLength];
        pair.Server.TryOpenStream(unidirectional: true)!.Write(new byte[10]);
        Assert.True(pair.Server.TryTransmit(pair.Now, buffer, out var transmit));
        var datagram = buffer.AsSpan(0, transmit.Length);
        var before = pair.Client.Statistics.PacketsReceived;
        pair.ClientEndpoint.HandleDatagram(pair.Now, pair.ToServer with { Remote = OtherHost }, EcnCodepoint.NotEct, datagram.ToArray());
        Assert.Equal(before, pair.Client.Statistics.PacketsReceived);
        pair.ClientEndpoint.HandleDatagram(pair.Now, pair.ToServer, EcnCodepoint.NotEct, datagram.ToArray());
        Assert.Equal(before + 1, pair.Client.Statistics.PacketsReceived);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.2
    //= type=test
    //# A PATH_RESPONSE frame MUST be sent on the network path where the PATH_CHALLENGE
    //# frame was received.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.2
    //= type=test
    //# However, an endpoint MUST NOT expand the datagram containing the
    //# PATH_RESPONSE if the resulting data exceeds the anti-amplification limit.
    [Theory]
    [InlineData(1200, 1200)]
    [InlineData(100, 300)]
    public void A_probe_is_answered_where_it_came_from_as_large_as_it_may_be(int probe, int most)
    {
        var client = new RawClient().Connect();
        var server = client.Server!;
        var original = server.Path;
        var elsewhere = new NetworkPath(OtherHost, original.Local);
        var length = probe - client.Packet(PacketNumberSpaceId.ApplicationData, []).Length;
        var frames = new byte[length];
        new byte[] { 0x1a, 1, 2, 3, 4, 5, 6, 7, 8 }.CopyTo(frames, 0);
        var packet = client.Packet(PacketNumberSpaceId.ApplicationData, frames);
        Assert.Equal(probe, packet.Length);
        client.ServerEndpoint.HandleDatagram(client.Now, elsewhere, EcnCodepoint.NotEct, packet);
        var answered = 0;
        var buffer = new byte[Transmit.MaxLength];
        while (server.TryTransmit(client.Now, buffer, out var transmit))
        {
            if (transmit.Path == elsewhere) answered += transmit.Length;
        }

        Assert.InRange(answered, most == 1200 ? 1200 : 40, most);
        Assert.Equal(original, server.Path);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-14.2
    //= type=test
    //# An endpoint SHOULD use DPLPMTUD (Section 14.3) or PMTUD (Section 14.2.1) to
    //# determine whether the path to a destination will support a desired maximum
    //# datagram size without fragmentation.
    [Theory]
    [InlineData(1500, 1452)]
    [InlineData(1300, 1284)]
    [InlineData(1200, 1200)]
    public void The_path_is_found_to_carry_what_it_carries_without_a_congestion_event(int mtu, int atLeast)
    {
        var (world, requests) = Create(new() { Mtu = mtu }, count: 40, size: 20_000, concurrency: 2);
        world.RunUntil(() => requests.Completed >= 40, TimeSpan.FromMinutes(1));
        foreach (var connection in new[] { world.Client.Connections[0], world.Server.Connections[0] })
        {
            Assert.InRange(connection.DatagramSize, atLeast, Math.Min(mtu, 1452));
            Assert.Equal(long.MaxValue, connection.Recovery.Controller.SlowStartThreshold);
            Assert.Equal(0, connection.Statistics.ProbeTimeouts);
        }
    }

    [Fact]
    public void A_path_that_swallows_what_it_carried_is_a_black_hole_and_gets_small_datagrams()
    {
        var (world, requests) = Create(new(), count: 40, size: 200_000, concurrency: 2);
        world.RunUntil(() => requests.Completed >= 2, TimeSpan.FromMinutes(1));
        Assert.Equal(1452, world.Client.Connections[0].DatagramSize);
        world.Link.Conditions = world.Link.Conditions with { Mtu = 1250 };
        world.RunUntil(() => requests.Completed >= 40, TimeSpan.FromMinutes(2));
        Assert.Equal(1200, world.Client.Connections[0].DatagramSize);
    }

    [Fact]
    public void A_peer_that_takes_little_is_sent_little()
    {
        var client = new RawClient(static parameters => parameters.MaxUdpPayloadSize = 1210).Connect();
        client.Server!.TryOpenStream(unidirectional: true)!.Write(new byte[5000]);
        client.Exchange();
        var buffer = new byte[Transmit.MaxLength];
        for (var i = 0; i < 20; i++)
        {
            client.Now += TimeSpan.FromMilliseconds(50);
            client.Server.HandleTimeout(client.Now);
            while (client.Server.TryTransmit(client.Now, buffer, out var transmit)) Assert.InRange(transmit.SegmentSize, 1, 1210);
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.3.1
    //= type=test
    //# The sender MUST exit slow start and enter a recovery period when a packet is lost or
    //# when the ECN-CE count reported by its peer increases.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.3
    //= type=test
    //# QUIC implementations MUST properly handle both types, and, if they have
    //# enabled ECN for packets they send, they SHOULD use the information in the ECN
    //# section to manage their congestion state.
    [Fact]
    public void Marks_are_seen_to_arrive_and_congestion_shrinks_the_window_before_anything_is_lost()
    {
        var (world, requests) = Create(
            new() { Rate = 1_000_000, QueueLimit = 1 << 20, MarkAbove = 20_000 }, count: 20, size: 200_000, concurrency: 2);
        world.RunUntil(() => requests.Completed >= 20, TimeSpan.FromMinutes(2));
        var client = world.Client.Connections[0];
        Assert.Equal(EcnValidation.State.Capable, client.EcnState);
        Assert.True(client.Statistics.CongestionMarks > 0);
        Assert.Equal(0, client.Statistics.PacketsLost);
        Assert.NotEqual(long.MaxValue, client.Recovery.Controller.SlowStartThreshold);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.4.2.1
    //= type=test
    //# If an ACK frame newly acknowledges a packet that the endpoint sent with either
    //# the ECT(0) or ECT(1) codepoint set, ECN validation fails if the corresponding
    //# ECN counts are not present in the ACK frame.
    [Fact]
    public void A_path_that_wipes_marks_gets_none()
    {
        var (world, requests) = Create(new() { BleachesEcn = true }, count: 20, size: 20_000, concurrency: 2);
        world.RunUntil(() => requests.Completed >= 20, TimeSpan.FromMinutes(1));
        Assert.Equal(EcnValidation.State.Failed, world.Client.Connections[0].EcnState);
        Assert.Equal(EcnValidation.State.Failed, world.Server.Connections[0].EcnState);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(3600)]
    public void A_connection_that_is_kept_alive_outlives_its_idle_timeout(int seconds)
    {
        var (world, requests) = Create(new(), 1, 100, 1, ConnectionLimits.Default with { KeepAliveInterval = TimeSpan.FromSeconds(seconds) });
        world.RunUntil(() => requests.Completed >= 1, TimeSpan.FromSeconds(10));
        world.RunFor(TimeSpan.FromMinutes(5));
        Assert.Equal(ConnectionState.Established, world.Client.Connections[0].State);
        Assert.Equal(ConnectionState.Established, world.Server.Connections[0].State);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-21.5.6
    //= type=test
    //# Endpoints SHOULD NOT refuse to use an address unless they have specific
    //# knowledge about the network indicating that sending datagrams to unvalidated
    //# addresses in a given range is not safe.
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.1.1")]
    [InlineData("203.0.113.1")]
    [InlineData("::1")]
    [InlineData("fd00::1")]
    [InlineData("2001:db8::1")]
    public void No_address_is_too_strange_to_be_moved_to(string address)
    {
        var client = new RawClient().Connect();
        var bytes = System.Net.IPAddress.Parse(address).MapToIPv6().GetAddressBytes();
        var path = new NetworkPath(new(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes), 50_002), client.Server!.Path.Local);
        client.Deliver(client.Packet(PacketNumberSpaceId.ApplicationData, [0x01]), path);
        Assert.Equal(path, client.Server.Path);
    }

    private static (World World, Requests Requests) Create(LinkConditions conditions, int count, int size, int concurrency, ConnectionLimits? limits = null)
    {
        var requests = new Requests(count, size, concurrency);
        var world = new World(6, conditions, _ => requests, static _ => new Echo(), limits);
        world.Client.Connect(world.Now, world.Server);
        return (world, requests);
    }
}
