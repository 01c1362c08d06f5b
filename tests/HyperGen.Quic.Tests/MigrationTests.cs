using HyperGen.Quic.Frames;
using HyperGen.Quic.Paths;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Tests.Support;

namespace HyperGen.Quic.Tests;

/// <summary>What a server does with a client that speaks from elsewhere, frame by frame: RFC 9000 section 9.</summary>
public sealed class MigrationTests
{
    private const PacketNumberSpaceId OneRtt = PacketNumberSpaceId.ApplicationData;

    private static readonly NetworkAddress OtherHost = NetworkAddress.FromIPv4(0x0A000063, 50_001);
    private static readonly NetworkAddress Preferred = NetworkAddress.FromIPv4(0x0A000003, 4433);

    private readonly RawClient _client = new RawClient().Connect();
    private readonly NetworkPath _original;

    public MigrationTests() => _original = Server.Path;

    private Connection Server => _client.Server!;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9
    //= type=test
    //# An endpoint MUST perform path validation (Section 8.2) if it detects any change to
    //# a peer's address, unless it has previously validated that address.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.3
    //= type=test
    //# it MUST send subsequent packets to the new peer address and MUST initiate path
    //# validation
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.3
    //= type=test
    //# After verifying a new client address, the server SHOULD send new address
    //# validation tokens
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.3.3
    //= type=test
    //# endpoints MUST validate the previously active path using a PATH_CHALLENGE frame
    [Fact]
    public void A_client_heard_from_a_new_address_is_answered_there_challenged_and_given_a_token()
    {
        var moved = _original with { Remote = OtherHost };
        _client.Packets.Clear();
        _client.Deliver(Packet(1100, 0x01), moved);
        Assert.Equal(moved, Server.Path);
        var challenge = Assert.Single(On(moved), static packet => packet.Challenge is not null);
        Assert.Single(On(_original), static packet => packet.Challenge is not null);

        _client.Packets.Clear();
        _client.Respond(challenge);
        Assert.Single(On(moved), static packet => packet.Has(FrameType.NewToken));
        Server.TryOpenStream(unidirectional: true)!.Write(new byte[10]);
        _client.Exchange();
        Assert.Single(On(moved), static packet => packet.Streams.Count > 0);
        Assert.Empty(On(_original));
    }

    /// <summary>A packet that was overtaken says where the client was.</summary>
    [Fact]
    public void A_late_packet_from_an_old_address_moves_nothing()
    {
        var late = Packet(1100, 0x01);
        _client.Send([0x01]);
        _client.Deliver(late, _original with { Remote = OtherHost });
        Assert.Equal(_original, Server.Path);
        _client.Deliver(Packet(1100, 0x01), _original with { Remote = OtherHost });
        Assert.Equal(OtherHost, Server.Path.Remote);
    }

    /// <summary>Of a path to another host nothing is known: marks are tried anew, and no large datagram goes there before it is known that somebody is.</summary>
    [Fact]
    public void A_path_to_another_host_begins_anew()
    {
        for (var i = 0; i < 5; i++)
        {
            _client.Acknowledge();
            _client.Advance(TimeSpan.FromMilliseconds(30));
        }

        Assert.Equal((1452, EcnValidation.State.Failed), (Server.DatagramSize, Server.EcnState));
        var moved = _original with { Remote = OtherHost };
        _client.Packets.Clear();
        for (var i = 0; i < 5; i++) _client.Deliver(Packet(1100, 0x01), moved);
        Assert.Equal((1200, EcnValidation.State.Testing), (Server.DatagramSize, Server.EcnState));
        Assert.All(On(moved), static packet => Assert.InRange(packet.Length, 1, 1200));
        _client.Respond(On(moved).First(static packet => packet.Challenge is not null));
        _client.Exchange();
        Assert.Contains(On(moved), static packet => packet.Length > 1200);
    }

    /// <summary>An answer takes its place in the congestion window, or a probe timeout's.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_challenge_is_answered_when_the_window_has_room_or_a_probe_timeout_gives_it(bool acknowledges)
    {
        _client.Acknowledge();
        Server.TryOpenStream(unidirectional: true)!.Write(new byte[200_000]);
        _client.Exchange();
        for (var i = 0; i < 20; i++) _client.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(Server.Recovery.Controller.HasRoom(1200));
        _client.Send([0x1a, 1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.DoesNotContain(_client.Frames, static frame => frame.Type == FrameType.PathResponse);
        if (acknowledges)
        {
            _client.Acknowledge();
        }
        else
        {
            _client.Now = Timestamp.Max(_client.Now, Server.Recovery.Timer);
            _client.Advance(TimeSpan.Zero);
            Assert.Equal(1, Server.Statistics.ProbeTimeouts);
        }

        Assert.Single(_client.Frames, static frame => frame.Type == FrameType.PathResponse);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.3
    //= type=test
    //# Servers SHOULD initiate path validation to the client's new address upon receiving
    //# a probe packet from a different address
    [Fact]
    public void A_probe_from_a_new_address_is_answered_and_challenged_and_nothing_else_goes_there()
    {
        var elsewhere = _original with { Remote = OtherHost };
        _client.Packets.Clear();
        _client.Deliver(Packet(1100, [0x1a, 1, 2, 3, 4, 5, 6, 7, 8]), elsewhere);
        var answer = Assert.Single(On(elsewhere));
        Assert.True(answer.Has(FrameType.PathResponse) && answer.Has(FrameType.PathChallenge));
        Assert.Equal(_original, Server.Path);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.3.3
    //= type=test
    //# An endpoint that receives a PATH_CHALLENGE on an active path SHOULD send a
    //# non-probing packet in response.
    [Fact]
    public void A_challenge_along_the_path_in_use_is_answered_with_more_than_a_probe()
    {
        _client.Packets.Clear();
        _client.Send([0x1a, 1, 2, 3, 4, 5, 6, 7, 8]);
        var answer = Assert.Single(_client.Packets, static packet => packet.Has(FrameType.PathResponse));
        Assert.True(answer.Has(FrameType.Ping));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.5
    //= type=test
    //# an endpoint MUST NOT reuse a connection ID when sending from more than one local
    //# address
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.2
    //= type=test
    //# The server MUST send non-probing packets from its original address until it
    //# receives a non-probing packet from the client at its preferred address and until
    //# the server has validated the new path.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.2
    //= type=test
    //# The server MUST probe on the path toward the client from its preferred address.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.3
    //= type=test
    //# the server MUST protect against potential attacks
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_server_reached_at_its_other_address_probes_from_there_and_moves_when_that_is_answered(bool hasSpareId, bool isElsewhereToo)
    {
        if (hasSpareId) _client.Send(static frames => frames.Integers(0x18, 1, 0).Bytes(4, 1, 2, 3, 4).Bytes(new byte[16]));
        var there = new NetworkPath(isElsewhereToo ? OtherHost : _original.Remote, Preferred);
        var packet = Packet(500, 0x01);
        _client.Deliver(packet, there);
        Assert.Equal(_original, Server.Path);
        var probes = On(there).ToList();
        if (!hasSpareId)
        {
            Assert.Empty(probes);
            return;
        }

        Assert.InRange(_client.BytesReceivedOn[there], 1, 3 * packet.Length);
        Assert.All(probes, static probe =>
        {
            Assert.Equal([1, 2, 3, 4], probe.DestinationId);
            Assert.All(probe.Frames, static frame => Assert.True(frame is FrameType.PathChallenge or FrameType.Padding));
        });
        _client.Respond(Assert.Single(probes, static probe => probe.Challenge is not null));
        Assert.Equal(there, Server.Path);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.5
    //= type=test
    //# an endpoint MUST NOT reuse a connection ID when sending to more than one
    //# destination address

    /// <summary>The ID that takes the place of the only one was not noted as used: another path was given the same.</summary>
    [Fact]
    public void An_ID_in_use_is_not_given_to_another_path_although_it_replaced_the_only_one()
    {
        _client.Send(static frames => frames.Integers(0x18, 1, 1).Bytes(4, 1, 2, 3, 4).Bytes(new byte[16]));
        var there = new NetworkPath(OtherHost, Preferred);
        _client.Deliver(Packet(500, 0x01), there);
        Assert.Empty(On(there));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.5
    //= type=test
    //# an endpoint MUST NOT reuse a connection ID when sending to more than one
    //# destination address

    /// <summary>When the peer retired the ID of the path in use, that of another path was taken for both, new as the one in the same frame was.</summary>
    [Fact]
    public void An_ID_that_is_retired_is_replaced_by_one_that_no_other_path_has()
    {
        _client.Send(static frames => frames.Integers(0x18, 1, 0).Bytes(4, 1, 2, 3, 1).Bytes(new byte[16]));
        _client.Deliver(Packet(500, [0x1a, 1, 2, 3, 4, 5, 6, 7, 8]), new NetworkPath(OtherHost, Preferred));
        _client.Packets.Clear();
        _client.Send(static frames => frames.Integers(0x18, 2, 1).Bytes(4, 1, 2, 3, 2).Bytes(new byte[16]));
        _client.Advance(TimeSpan.FromMilliseconds(30));
        Assert.NotEmpty(On(_original));
        Assert.All(On(_original), static packet => Assert.Equal([1, 2, 3, 2], packet.DestinationId));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.5
    //= type=test
    //# endpoints SHOULD provide new connection IDs before peers migrate
    [Fact]
    public void A_client_has_connection_IDs_to_move_with_before_it_moves() =>
        Assert.Equal(3, _client.Frames.Count(static frame => frame.Type == FrameType.NewConnectionId));

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.5
    //= type=test
    //# An endpoint SHOULD NOT initiate migration with a peer that has requested a
    //# zero-length connection ID
    [Fact]
    public void A_client_of_a_server_without_connection_IDs_stays_where_it_is()
    {
        var client = new NamelessServer().Client;
        Assert.True(client.IsHandshakeConfirmed);
        Assert.False(client.TryMigrate(default, OtherHost));
    }

    private IEnumerable<ReceivedPacket> On(NetworkPath path) => _client.Packets.Where(packet => packet.Path == path);

    private byte[] Packet(int length, params ReadOnlySpan<byte> frames)
    {
        var payload = new byte[Math.Max(length, frames.Length)];
        frames.CopyTo(payload);
        return _client.Packet(OneRtt, payload);
    }
}
