using HyperGen.Quic.Tests.Support;
using HyperGen.Quic.Tokens;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Tests.Hostile;

/// <summary>Too many: of spoofed first packets, of handshakes of one source, of connections.</summary>
public sealed class CrowdTests : HostileTest
{
    [Fact]
    [Against(Threat.SpoofedInitials)]
    public void Handshakes_beyond_the_threshold_have_to_prove_their_address_and_a_client_that_does_is_served()
    {
        var requests = new Requests(1, 100, 1);
        var world = new World(1, new(), _ => requests, static _ => new Echo());
        world.Server.Configure(static options => options with { RetryThreshold = 20 });
        var flood = new Flood(Attack(world));
        for (uint i = 0; i < 500; i++) flood.Send(NetworkAddress.FromIPv4(0x0B000000 + i, 1000));
        Assert.Equal((20, 480L), (world.Server.Endpoint.HandshakeCount, world.Server.Endpoint.Statistics.Retries));
        world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => requests.Completed == 1, TimeSpan.FromSeconds(5));
        Assert.Equal(481, world.Server.Endpoint.Statistics.Retries);
    }

    [Fact]
    [Against(Threat.SpoofedInitials)]
    public void Where_nobody_is_asked_for_proof_handshakes_fill_their_limit_until_they_are_given_up()
    {
        var world = new World(1, new(), static _ => new Echo(), static _ => new Echo());
        world.Server.Configure(static options => options with { Retry = RetryPolicy.Never, MaxHandshakes = 20 });
        var flood = new Flood(Attack(world));
        for (uint i = 0; i < 200; i++) flood.Send(NetworkAddress.FromIPv4(0x0B000000 + i, 1000));
        Assert.Equal((20, 180L), (world.Server.Endpoint.HandshakeCount, world.Server.Endpoint.Statistics.Refused));
        world.RunFor(ConnectionLimits.Default.HandshakeTimeout);
        Assert.Equal((0, 0), (world.Server.Endpoint.HandshakeCount, world.Server.Endpoint.Count));
    }

    [Fact]
    [Against(Threat.CrowdedSource)]
    public void One_source_that_fills_its_share_is_asked_and_others_are_not()
    {
        var world = new World(1, new(), static _ => new Echo(), static _ => new Echo());
        world.Server.Configure(static options => options with { MaxHandshakesPerSource = 10 });
        var flood = new Flood(Attack(world));
        for (ushort i = 0; i < 50; i++) flood.Send(NetworkAddress.FromIPv4(0x0B000001, i));
        Assert.Equal((10, 40L), (world.Server.Endpoint.HandshakeCount, world.Server.Endpoint.Statistics.Retries));
        flood.Send(NetworkAddress.FromIPv4(0x0B000002, 1));
        Assert.Equal((11, 40L), (world.Server.Endpoint.HandshakeCount, world.Server.Endpoint.Statistics.Retries));

        // All of an IPv6 network of 64 bits is one source.
        for (uint i = 0; i < 50; i++) flood.Send(new(new UInt128(0x2001_0db8_0000_0001, i), 7));
        Assert.Equal((21, 80L), (world.Server.Endpoint.HandshakeCount, world.Server.Endpoint.Statistics.Retries));
        flood.Send(new(new UInt128(0x2001_0db8_0000_0002, 1), 7));
        Assert.Equal((22, 80L), (world.Server.Endpoint.HandshakeCount, world.Server.Endpoint.Statistics.Retries));
    }

    /// <summary>A client that stalls in each of its handshakes locks nobody out; what is too much waits, and is served when there is room.</summary>
    [Fact]
    [Against(Threat.CrowdedSource)]
    public void A_source_that_proved_its_address_has_half_of_the_handshakes_at_most_and_the_others_have_the_rest()
    {
        var world = new World(1, new(), static _ => new Echo(), static _ => new Echo());
        world.Server.Configure(static options => options with { Retry = RetryPolicy.Always, MaxHandshakes = 20 });
        Attack(world);

        // Thirty clients answer the Retry, hear the server, and never finish.
        world.Link.Drop = static (isToServer, bytes) => isToServer && HoldsHandshake(bytes);
        var clients = Enumerable.Range(0, 30).Select(_ => world.Client.Connect(world.Now, world.Server)).ToList();
        world.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.Equal((10, 20L), (world.Server.Endpoint.HandshakeCount, world.Server.Endpoint.Statistics.Refused));
        Honest.Visit(world.Now, Honest.Clients(), world.Server.Endpoint);
        Assert.All(clients, static client => Assert.Equal(default, client.CloseReason));

        // The stalling ones go on, and the rest follow, without having been turned away.
        world.Link.Drop = null;
        world.RunUntil(() => clients.TrueForAll(static client => client.IsHandshakeConfirmed), TimeSpan.FromSeconds(10));

        static bool HoldsHandshake(byte[] datagram)
        {
            var rest = datagram.AsSpan();
            while (PacketHeader.TryRead(rest, 8, out var header))
            {
                if (header.Type == PacketType.Handshake) return true;
                rest = rest[header.End..];
            }

            return false;
        }
    }

    /// <summary>A handshake lasts ten seconds at the most: then whoever still knocks is let in, and nothing was kept of him before.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Against(Threat.CrowdedSource)]
    public void Who_finds_no_room_for_a_handshake_is_not_answered_and_comes_in_when_there_is_some(bool isAsked)
    {
        var world = new World(1, new(), static _ => new Requests(0, 0, 1), static _ => new Echo());
        world.Server.Configure(options => options with { Retry = isAsked ? RetryPolicy.UnderPressure : RetryPolicy.Never, MaxHandshakes = 3, RetryThreshold = 3 });
        Attack(world);
        var flood = new Flood(world);
        for (uint i = 0; i < 3; i++) flood.Send(NetworkAddress.FromIPv4(0x0B000000 + i, 1000));
        world.RunFor(TimeSpan.FromSeconds(4));
        var refused = world.Server.Endpoint.Statistics.Refused;
        var client = world.Client.Connect(world.Now, world.Server);
        world.RunFor(TimeSpan.FromSeconds(4));
        Assert.Equal((3, 3, ConnectionState.Handshaking), (world.Server.Endpoint.Count, world.Server.Endpoint.SourceCount, client.State));
        Assert.InRange(world.Server.Endpoint.Statistics.Refused - refused, 2, 5);
        world.RunUntil(() => client.IsHandshakeConfirmed, TimeSpan.FromSeconds(6));
    }

    [Fact]
    [Against(Threat.CrowdedSource)]
    public void A_source_has_its_share_of_connections_and_is_refused_more()
    {
        var world = new World(1, new(), _ => new Requests(0, 0, 1), static _ => new Echo());
        world.Server.Configure(static options => options with { MaxConnections = 40, MaxConnectionsPerSource = 10 });
        Attack(world);
        var clients = Enumerable.Range(0, 30).Select(_ => world.Client.Connect(world.Now, world.Server)).ToList();
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(10, clients.Count(static client => client.State == ConnectionState.Established));
        Assert.Equal(20, clients.Count(static client => client.CloseReason.ErrorCode == (long)TransportErrorCode.ConnectionRefused));
        Honest.Visit(world.Now, Honest.Clients(), world.Server.Endpoint);
    }
}
