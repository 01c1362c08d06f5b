using HyperGen.Quic.Spaces;

namespace HyperGen.Quic.Tests.Hostile;

/// <summary>Packets of strangers, before there is a connection or beside it.</summary>
public sealed class FirstPacketTests : HostileTest
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-14.1
    //= type=test
    //# A server MUST discard an Initial packet that is carried in a UDP
    //# datagram with a payload that is smaller than the smallest allowed
    //# maximum datagram size of 1200 bytes.
    [Fact]
    [Against(Threat.ShortInitial)]
    public void An_Initial_in_a_short_datagram_makes_no_connection()
    {
        var client = Attack(new RawClient());
        client.MinInitialLength = 1199;
        client.Send(PacketNumberSpaceId.Initial, [0x01]);
        Assert.Null(client.Server);
        Assert.Equal(0, client.ServerEndpoint.Count);
        client.MinInitialLength = 1200;
        client.Send(PacketNumberSpaceId.Initial, [0x01]);
        Assert.NotNull(client.Server);

        // Nor is one read that comes later.
        client.MinInitialLength = 1199;
        client.Send(PacketNumberSpaceId.Initial, [0x01]);
        Assert.Equal((1L, 1L), (client.Server.Statistics.PacketsReceived, client.Server.Statistics.PacketsDropped));
        client.MinInitialLength = 1200;
        client.Send(PacketNumberSpaceId.Initial, [0x01]);
        Assert.Equal(2, client.Server.Statistics.PacketsReceived);
    }

    [Fact]
    [Against(Threat.SpoofedInitials)]
    public void A_spoofed_Initial_that_cannot_be_opened_leaves_nothing()
    {
        var client = Attack(new RawClient());
        for (var i = 0; i < 2000; i++)
        {
            var packet = client.Packet(PacketNumberSpaceId.Initial, [0x01]);
            packet[600] ^= 1;
            client.Deliver(packet);
        }

        Assert.Equal((0, 0, 0), (client.ServerEndpoint.Count, client.ServerEndpoint.ConnectionIdCount, client.ServerEndpoint.PagesInUse));
        client.Connect();
    }

    /// <summary>All of them under the connection's keys: only the connection IDs differ.</summary>
    [Fact]
    [Against(Threat.CoalescedForOthers)]
    public void Coalesced_packets_count_as_far_as_they_have_the_connection_ID_of_the_first()
    {
        var client = Attack(new RawClient());
        client.Send(PacketNumberSpaceId.Initial, [0x01]);
        var server = client.Server!;
        client.MinInitialLength = 400;
        var (own, before) = (client.DestinationId, server.Statistics.PacketsReceived);
        client.Deliver([.. Packet(own), .. Packet(own), .. Packet(own)]);
        Assert.Equal(before + 3, server.Statistics.PacketsReceived);
        client.Deliver([.. Packet(own), .. Packet([9, 9, 9, 9, 9, 9, 9, 9]), .. Packet(own)]);
        Assert.Equal(before + 5, server.Statistics.PacketsReceived);

        byte[] Packet(byte[] destination)
        {
            client.DestinationId = destination;
            return client.Packet(PacketNumberSpaceId.Initial, [0x01]);
        }
    }

    [Fact]
    [Against(Threat.CoalescedForOthers)]
    public void What_is_coalesced_with_a_packet_of_nobody_is_nobodys()
    {
        var client = Attack(new RawClient()).Connect();
        var good = client.Packet(PacketNumberSpaceId.ApplicationData, [0x01]);
        byte[] other = [0xe0, 0, 0, 0, 1, 4, 9, 9, 9, 9, 0, 0x14, .. new byte[20]];
        var before = client.Server!.Statistics.PacketsReceived;
        client.Deliver([.. other, .. good]);
        Assert.Equal(before, client.Server.Statistics.PacketsReceived);
        client.Deliver(client.Packet(PacketNumberSpaceId.ApplicationData, [0x01]));
        Assert.Equal(before + 1, client.Server.Statistics.PacketsReceived);
    }

    [Fact]
    [Against(Threat.VersionNegotiationFromAClient)]
    public void Version_Negotiation_from_a_client_is_answered_by_nothing()
    {
        var client = Attack(new RawClient()).Connect();
        client.Deliver([0x80, 0, 0, 0, 0, 8, .. client.DestinationId, 4, 1, 2, 3, 4, 0, 0, 0, 1]);
        client.Deliver([0x80, 0, 0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 4, 1, 2, 3, 4, .. new byte[1200]]);
        Assert.False(client.ServerEndpoint.TryTransmit(new byte[Transmit.MaxLength], out _));
        Assert.Equal(ConnectionState.Established, client.Server!.State);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.3
    //= type=test
    //# A receiver MUST discard a newly unprotected packet unless it is certain that it
    //# has not processed another packet with the same packet number from the same packet
    //# number space.
    [Fact]
    [Against(Threat.SpoofedInitials)]
    public void An_Initial_that_somebody_sends_again_is_read_once()
    {
        var client = Attack(new RawClient());
        var packet = client.Packet(PacketNumberSpaceId.Initial, [0x01]);
        for (var i = 0; i < 100; i++) client.Deliver([.. packet]);
        Assert.Equal((1L, 99L), (client.Server!.Statistics.PacketsReceived, client.Server.Statistics.PacketsDropped));
    }

    /// <summary>While the server's owner thinks of an answer, anybody who knows the connection ID can send what may be a packet of the keys to come.</summary>
    [Fact]
    [Against(Threat.ForgedPackets)]
    public void What_waits_for_its_keys_is_a_few_packets_and_no_more()
    {
        var client = Attack(new RawClient { AnswersQuestions = false }).Start();
        var before = client.ServerEndpoint.PagesInUse;
        for (var i = 0; i < 1000; i++) client.Deliver([0x40, .. client.Server!.FirstLocalId.Span, .. new byte[1000]]);
        Assert.InRange(client.ServerEndpoint.PagesInUse - before, 1, 8);
        Assert.Equal(ConnectionState.Handshaking, client.Server!.State);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.4.2
    //= type=test
    //# An endpoint MUST discard packets that are not long enough to contain a complete sample.
    [Fact]
    [Against(Threat.EmptyDatagrams)]
    public void Empty_datagrams_and_every_prefix_of_a_packet_are_nothing()
    {
        var client = Attack(new RawClient()).Connect();
        var packet = client.Packet(PacketNumberSpaceId.ApplicationData, [0x01, 0x01, 0x01]);
        for (var length = 0; length < packet.Length; length++) client.Deliver(packet[..length]);
        Assert.Equal(ConnectionState.Established, client.Server!.State);
    }
}
