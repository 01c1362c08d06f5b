using HyperGen.Quic.Frames;
using HyperGen.Quic.Spaces;

namespace HyperGen.Quic.Tests;

/// <summary>Datagrams, packets and frames as they are put together and taken apart: RFC 9000 section 12.</summary>
public sealed class PacketTests
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.2
    //= type=test
    //# Receivers MUST be able to process coalesced packets.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.2
    //= type=test
    //# Receivers SHOULD ignore any subsequent packets with a different Destination
    //# Connection ID than the first packet in the datagram.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.2
    //= type=test
    //# The receiver of coalesced QUIC packets MUST individually process each QUIC packet
    //# and separately acknowledge them
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.2
    //= type=test
    //# MUST attempt to process the remaining packets

    /// <summary>A first packet that opens or not, a second of the same or another connection ID, and which of the two are acknowledged.</summary>
    [Theory]
    [InlineData(true, true, new long[] { 0, 1 })]
    [InlineData(false, true, new long[] { 1 })]
    [InlineData(true, false, new long[] { 0 })]
    public void Each_packet_of_a_datagram_stands_for_itself(bool firstOpens, bool isSameId, long[] acknowledged)
    {
        var client = new RawClient();
        var first = client.Packet(PacketNumberSpaceId.Initial, [0x01]);
        if (!firstOpens) first[600] ^= 1;
        if (!isSameId) client.DestinationId[3] ^= 1;
        var second = client.Packet(PacketNumberSpaceId.Initial, [0x01]);
        client.Deliver([.. first, .. second]);
        var acked = client.Packets.SelectMany(static packet => packet.Acked).SelectMany(static range => new[] { range.Start, range.End - 1 });
        Assert.Equal(acknowledged, acked.Distinct().Order());
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.2
    //= type=test
    //# An endpoint SHOULD include multiple frames in a single packet if they are to be
    //# sent at the same encryption level
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.2
    //= type=test
    //# Senders MUST NOT coalesce QUIC packets with different connection IDs into a single
    //# UDP datagram.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.3
    //= type=test
    //# Subsequent packets sent in the same packet number space MUST increase the packet
    //# number by at least one.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.3
    //= type=test
    //# A QUIC endpoint MUST NOT reuse a packet number within the same packet number space
    //# in one connection.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.4
    //= type=test
    //# The payload of a packet that contains frames MUST contain at least one frame
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.4
    //= type=test
    //# a frame type MUST use the shortest possible encoding
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.5
    //= type=test
    //# All other frame types MUST only be sent in the application data packet number
    //# space.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.6
    //= type=test
    //# ACK frames MUST only be carried in a packet that has the same packet number space
    //# as the packet being acknowledged
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.6
    //= type=test
    //# packets that are protected with 1-RTT keys MUST be acknowledged in packets that
    //# are also protected with 1-RTT keys
    [Fact]
    public void Everything_that_a_server_sends_is_put_together_by_the_rules()
    {
        var client = new RawClient().Connect();
        client.Server!.TryOpenStream(unidirectional: true)!.Write(new byte[5000]);
        client.Exchange();
        for (var i = 0; i < 100; i++)
        {
            client.Acknowledge();
            client.Send([0x01]);
            client.Advance(TimeSpan.FromMilliseconds(30));
        }

        client.Server.Close(client.Now, 7, "why");
        client.Exchange();
        Assert.True(client.Packets.Count > 100);
        var sent = new Dictionary<PacketNumberSpaceId, long>();
        foreach (var packet in client.Packets)
        {
            Assert.True(packet.Number > sent.GetValueOrDefault(packet.Space, -1));
            sent[packet.Space] = packet.Number;
            Assert.NotEmpty(packet.Frames);
            Assert.All(packet.TypeLengths, static type => Assert.Equal(type.Least, type.Length));
            if (packet.Space != PacketNumberSpaceId.ApplicationData) Assert.All(packet.Frames, static frame => Assert.True(FrameTypes.IsPermittedInHandshake(frame)));
        }

        foreach (var datagram in client.Packets.GroupBy(static packet => packet.Datagram))
        {
            Assert.Equal(datagram.Count(), datagram.Select(static packet => packet.Space).Distinct().Count());
            Assert.Single(datagram.Select(static packet => Convert.ToHexString(packet.DestinationId)).Distinct());
        }

        // The client sent its ClientHello in one Initial packet and its Finished in one Handshake packet, each space with numbers of its own.
        Assert.All(client.Packets.Where(static packet => packet.Space != PacketNumberSpaceId.ApplicationData), static packet => Assert.All(packet.Acked, static range => Assert.Equal(new(0, 1), range)));
        Assert.Contains(client.Packets, static packet => packet.Space == PacketNumberSpaceId.ApplicationData && packet.Acked.Exists(static range => range.End > 100));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
    //= type=test
    //# the endpoint SHOULD ensure that all packets it sends are at least 22 bytes longer
    //# than the minimum connection ID length that it requests the peer to include in its
    //# packets
    [Fact]
    public void The_shortest_packet_is_long_enough_to_be_answered_with_a_reset_that_looks_like_one()
    {
        var client = new RawClient().Connect();
        client.Now += TimeSpan.FromMilliseconds(20);
        client.Acknowledge();
        client.Send([0x01]);
        client.Send([0x01]);
        client.Packets.Clear();
        client.Server!.TryOpenStream(unidirectional: true)!.Write(new byte[1]);
        client.Exchange();
        var packet = Assert.Single(client.Packets);
        Assert.False(packet.Has(FrameType.Ack));
        Assert.Equal(22 + client.DestinationId.Length, packet.Length);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.3
    //= type=test
    //# A receiver MUST discard a newly unprotected packet unless it is certain that it
    //# has not processed another packet with the same packet number from the same packet
    //# number space.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.3
    //= type=test
    //# A receiver MUST retain an ACK Range unless it can ensure that it will not
    //# subsequently accept packets with numbers in that range.
    [Fact]
    public void No_packet_is_processed_twice_be_it_old_or_forgotten()
    {
        var client = new RawClient().Connect();
        var forgotten = client.Packet(PacketNumberSpaceId.ApplicationData, [0x01]);
        var packet = client.Packet(PacketNumberSpaceId.ApplicationData, [0x01]);
        Assert.True(IsProcessed(packet));
        Assert.False(IsProcessed(packet));
        for (var i = 0; i < ReceivedPackets.MaxRanges; i++)
        {
            client.Packet(PacketNumberSpaceId.ApplicationData, [0x01]);
            Assert.True(IsProcessed(client.Packet(PacketNumberSpaceId.ApplicationData, [0x01])));
        }

        Assert.False(IsProcessed(packet));
        Assert.False(IsProcessed(forgotten));

        bool IsProcessed(byte[] datagram)
        {
            var before = client.Server!.Statistics.PacketsReceived;
            client.Deliver(datagram.ToArray());
            return client.Server.Statistics.PacketsReceived > before;
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
    //= type=test
    //# Endpoints MUST discard packets that are too small to be valid QUIC packets.
    [Fact]
    public void Packets_too_short_for_their_kind_are_dropped()
    {
        var client = new RawClient().Connect();
        for (var length = 9; length < 9 + 4 + 16; length++)
        {
            var packet = new byte[length];
            packet[0] = 0x40;
            client.DestinationId.CopyTo(packet, 1);
            var before = client.Server!.Statistics.PacketsDropped;
            client.Deliver(packet);
            Assert.Equal(before + 1, client.Server.Statistics.PacketsDropped);
        }

        Assert.Equal(ConnectionState.Established, client.Server!.State);
    }
}
