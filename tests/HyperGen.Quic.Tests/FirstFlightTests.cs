using HyperGen.Quic.Protection;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Tests;

/// <summary>The first packets of both ends, and what is made of those that cannot be first: RFC 9000 sections 5.2, 7.2 and 8.1.</summary>
public sealed class FirstFlightTests
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-6
    //= type=test
    //# Clients that support multiple QUIC versions SHOULD ensure that the first UDP
    //# datagram they send is sized to the largest of the minimum datagram sizes from
    //# all versions they support
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.2
    //= type=test
    //# This Destination Connection ID MUST be at least 8 bytes in length.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.2
    //= type=test
    //# Until a packet is received from the server, the client MUST use the same
    //# Destination Connection ID value on all packets in this connection.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
    //= type=test
    //# Clients MUST ensure that UDP datagrams containing Initial packets have UDP
    //# payloads of at least 1200 bytes
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
    //= type=test
    //# To prevent this deadlock, clients MUST send a packet on a Probe Timeout (PTO)
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
    //= type=test
    //# the client MUST send an Initial packet in a UDP datagram that contains at least
    //# 1200 bytes if it does not have Handshake keys
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_client_that_hears_nothing_repeats_itself_in_full_datagrams_to_one_connection_ID(bool isVersion2)
    {
        var version = isVersion2 ? QuicVersion.V2 : QuicVersion.V1;
        var world = new World(1, new(), static _ => new Echo(), static _ => new Echo());
        var sent = new List<(Timestamp Time, string Id)>();
        world.Link.Drop = (_, bytes) =>
        {
            Assert.True(PacketHeader.TryRead(bytes, 8, out var header));
            Assert.Equal((PacketType.Initial, version), (header.Type, header.Version));
            Assert.InRange(bytes.Length, 1200, int.MaxValue);
            Assert.InRange(header.DestinationId.Length, 8, 20);
            sent.Add((world.Now, Convert.ToHexString(header.DestinationId)));
            return true;
        };
        world.Client.Connect(world.Now, world.Server, new() { Version = version });
        world.RunFor(TimeSpan.FromSeconds(9));
        Assert.Single(sent.Select(static datagram => datagram.Id).Distinct());
        Assert.InRange(sent.Select(static datagram => datagram.Time).Distinct().Count(), 4, 6);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
    //= type=test
    //# Clients MUST ensure that UDP datagrams containing Initial packets have UDP
    //# payloads of at least 1200 bytes
    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    public void No_datagram_of_a_client_with_an_Initial_is_short_whatever_is_lost(ulong seed)
    {
        var requests = new Requests(1, 10, 1);
        var world = new World(seed, new() { Loss = 0.4 }, _ => requests, static _ => new Echo());
        world.Link.Drop = static (isToServer, bytes) =>
        {
            if (isToServer && PacketHeader.TryRead(bytes, 8, out var header) && header.Type == PacketType.Initial) Assert.InRange(bytes.Length, 1200, int.MaxValue);
            return false;
        };
        world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => requests.Completed == 1 || requests.Closed.Kind != CloseKind.None, TimeSpan.FromMinutes(1));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.2
    //= type=test
    //# This Destination Connection ID MUST be at least 8 bytes in length.
    [Theory]
    [InlineData(7, false)]
    [InlineData(8, true)]
    public void A_first_Initial_to_a_short_connection_ID_makes_no_connection(int length, bool makesOne)
    {
        var server = new RawClient().ServerEndpoint;
        var destination = new byte[length];
        var initial = Initial(InitialSecrets.Derive(CryptoProvider.Default, QuicVersion.V1, destination).Client, destination, [1, 2], 0);
        Assert.Equal(makesOne, server.HandleDatagram(new(1), default, EcnCodepoint.NotEct, initial) is not null);
        Assert.Equal(makesOne ? 1 : 0, server.Count);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.2
    //= type=test
    //# A client MUST change the Destination Connection ID it uses for sending packets
    //# in response to only the first received Initial or Retry packet.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.2
    //= type=test
    //# Once a client has received a valid Initial packet from the server, it MUST
    //# discard any subsequent packet it receives on that connection with a different
    //# Source Connection ID.
    [Fact]
    public void A_client_sticks_to_the_connection_ID_of_the_first_Initial()
    {
        var world = new World(1, new(), static _ => new Echo(), static _ => new Echo());
        var sent = new List<byte[]>();
        world.Link.Drop = (_, bytes) =>
        {
            Assert.True(PacketHeader.TryRead(bytes, 8, out var header));
            sent.Add(header.DestinationId.ToArray());
            return true;
        };
        var connection = world.Client.Connect(world.Now, world.Server);
        world.RunFor(TimeSpan.FromMilliseconds(1));
        var keys = InitialSecrets.Derive(CryptoProvider.Default, QuicVersion.V1, connection.InitialDestinationId.Span).Server;
        byte[] first = [1, 1, 1, 1], second = [2, 2, 2, 2];
        foreach (var (source, number, received) in new[] { (first, 0, 1), (second, 1, 1), (first, 2, 2) })
        {
            world.Client.Receive(world.Now, new(world.Server.Address, world.Client.Address), Initial(keys, connection.FirstLocalId.Span, source, number));
            Assert.Equal(received, connection.Statistics.PacketsReceived);
            if (number == 0) sent.Clear();
            world.RunFor(TimeSpan.FromSeconds(2));
        }

        Assert.NotEmpty(sent);
        Assert.All(sent, id => Assert.Equal(first, id));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.2
    //= type=test
    //# A server MUST set the Destination Connection ID it uses for sending packets
    //# based on the first received Initial packet.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.2
    //= type=test
    //# Any further changes to the Destination Connection ID are only permitted if the
    //# values are taken from NEW_CONNECTION_ID frames; if subsequent Initial packets
    //# include a different Source Connection ID, they MUST be discarded.
    [Fact]
    public void A_server_sticks_to_the_connection_ID_of_the_first_Initial()
    {
        var client = new RawClient();
        byte[] own = [.. client.SourceId];
        client.Send(PacketNumberSpaceId.Initial, [0x01]);
        Assert.Equal(own, client.AddressedTo);
        client.SourceId[0] ^= 1;
        client.Send(PacketNumberSpaceId.Initial, [0x01]);
        Assert.Equal(1, client.Server!.Statistics.PacketsReceived);
        client.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(own, client.AddressedTo);
        client.SourceId[0] ^= 1;
        client.Send(PacketNumberSpaceId.Initial, [0x01]);
        Assert.Equal(2, client.Server.Statistics.PacketsReceived);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.2.2
    //= type=test
    //# Clients are not able to send Handshake packets prior to receiving a server
    //# response, so servers SHOULD ignore any such packets.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.2.2
    //= type=test
    //# Servers MUST drop incoming packets under all other circumstances.
    [Theory]
    [InlineData((int)PacketType.Handshake)]
    [InlineData((int)PacketType.ZeroRtt)]
    [InlineData((int)PacketType.Retry)]
    public void A_packet_that_cannot_be_the_first_is_dropped_without_a_word(int type)
    {
        var server = new RawClient().ServerEndpoint;
        var packet = new byte[1200];
        var writer = new WireWriter(packet);
        PacketHeader.WriteLong(ref writer, QuicVersion.V1, (PacketType)type, [1, 2, 3, 4, 5, 6, 7, 8], [9, 9], default, 1);
        VarInt.WriteTwoBytes(packet.AsSpan(writer.Position - 2), packet.Length - writer.Position);
        Assert.True(PacketHeader.TryRead(packet, 8, out var header) && header.Type == (PacketType)type);
        Assert.Null(server.HandleDatagram(new(1), default, EcnCodepoint.NotEct, packet));
        Assert.False(server.TryTransmit(new byte[Transmit.MaxLength], out _));
        Assert.Equal((0, 0), (server.Count, server.ConnectionIdCount));
    }

    /// <summary>A valid Initial packet with a PING in a datagram of 1200 bytes.</summary>
    private static byte[] Initial(DirectionKeys keys, ReadOnlySpan<byte> destination, byte[] source, int number)
    {
        var packet = new byte[1200];
        var writer = new WireWriter(packet);
        PacketHeader.WriteLong(ref writer, QuicVersion.V1, PacketType.Initial, destination, source, default, 1);
        var offset = writer.Position;
        writer.WriteByte((byte)number);
        writer.WriteByte(0x01);
        VarInt.WriteTwoBytes(packet.AsSpan(offset - 2), packet.Length - offset);
        keys.Packet.Seal(new(number), packet, offset + 1);
        keys.Header.Protect(packet, offset, 1);
        return packet;
    }
}
