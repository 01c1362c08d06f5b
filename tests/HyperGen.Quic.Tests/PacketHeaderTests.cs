using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Tests;

/// <summary>What the first bytes of packets may be: RFC 9000 section 17.</summary>
public sealed class PacketHeaderTests
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2
    //= type=test
    //# The value included prior to protection MUST be set to 0.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.3.1
    //= type=test
    //# The value included prior to protection MUST be set to 0.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.4
    //= type=test
    //# An endpoint that does not support this feature MUST disable it, as defined below.
    [Fact]
    public void Reserved_bits_and_the_spin_bit_are_never_set()
    {
        var buffer = new byte[64];
        for (var length = 1; length <= 4; length++)
        {
            foreach (var version in QuicVersion.All)
            {
                foreach (var type in new[] { PacketType.Initial, PacketType.ZeroRtt, PacketType.Handshake })
                {
                    var writer = new WireWriter(buffer);
                    PacketHeader.WriteLong(ref writer, version, type, [1, 2], [3], default, length);
                    Assert.Equal(0xc0, buffer[0] & 0xcc);
                }
            }

            foreach (var phase in new[] { false, true })
            {
                var writer = new WireWriter(buffer);
                PacketHeader.WriteShort(ref writer, [1, 2], phase, length);
                Assert.Equal(0x40, buffer[0] & 0xf8);
            }
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2
    //= type=test
    //# In QUIC version 1, this value MUST NOT exceed 20 bytes.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2
    //= type=test
    //# Endpoints that receive a version 1 long header with a value larger than 20
    //# MUST drop the packet.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2
    //= type=test
    //# In order to properly form a Version Negotiation packet, servers SHOULD be able
    //# to read longer connection IDs from other QUIC versions.
    [Theory]
    [InlineData(0x00000001u, 20, 20, true)]
    [InlineData(0x00000001u, 21, 20, false)]
    [InlineData(0x00000001u, 20, 21, false)]
    [InlineData(0x6b3343cfu, 20, 20, true)]
    [InlineData(0x6b3343cfu, 255, 0, false)]
    [InlineData(0x1a2a3a4au, 21, 255, true)]
    [InlineData(0x00000000u, 255, 21, true)]
    public void Connection_IDs_of_our_versions_have_20_bytes_at_most_and_those_of_others_as_many_as_they_like(
        uint version, int destination, int source, bool isRead)
    {
        var packet = new byte[1200];
        var writer = new WireWriter(packet);
        writer.WriteByte(0xc0);
        writer.WriteUInt32(version);
        writer.WriteByte((byte)destination);
        writer.WriteZeros(destination);
        writer.WriteByte((byte)source);
        Assert.Equal(isRead, PacketHeader.TryRead(packet, 8, out var header));
        if (isRead) Assert.Equal((destination, source), (header.DestinationId.Length, header.SourceId.Length));
        Assert.Throws<ArgumentException>(static () => new ConnectionId(new byte[21]));
        Assert.Null(new RawClient().ServerEndpoint.HandleDatagram(new(1), default, EcnCodepoint.NotEct, packet));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2
    //= type=test
    //# Packets containing a zero value for this bit are not valid packets in this
    //# version and MUST be discarded.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.3.1
    //= type=test
    //# Packets containing a zero value for this bit are not valid packets in this
    //# version and MUST be discarded.
    [Fact]
    public void A_packet_without_the_fixed_bit_is_dropped()
    {
        var client = new RawClient { FlippedBits = PacketHeader.FixedBit };
        client.Send(PacketNumberSpaceId.Initial, [0x01]);
        Assert.Null(client.Server);

        client.FlippedBits = 0;
        client.Connect();
        var received = client.Server!.Statistics.PacketsReceived;
        client.FlippedBits = PacketHeader.FixedBit;
        client.Send([0x1c, 0, 0, 0]);
        Assert.Equal((ConnectionState.Established, received), (client.Server.State, client.Server.Statistics.PacketsReceived));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2
    //= type=test
    //# An endpoint MUST treat receipt of a packet that has a non-zero value for these
    //# bits after removing both packet and header protection as a connection error of
    //# type PROTOCOL_VIOLATION.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.3.1
    //= type=test
    //# An endpoint MUST treat receipt of a packet that has a non-zero value for these
    //# bits, after removing both packet and header protection, as a connection error of
    //# type PROTOCOL_VIOLATION.
    [Theory]
    [InlineData(true, 0x04)]
    [InlineData(true, 0x08)]
    [InlineData(false, 0x08)]
    [InlineData(false, 0x10)]
    public void A_reserved_bit_is_a_violation(bool isInitial, byte bit)
    {
        var client = new RawClient();
        if (!isInitial) client.Connect();
        client.FlippedBits = bit;
        client.Send(isInitial ? PacketNumberSpaceId.Initial : PacketNumberSpaceId.ApplicationData, [0x01]);
        client.ExpectClose(TransportErrorCode.ProtocolViolation);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.4
    //= type=test
    //# endpoints MAY set the spin bit to any value and MUST ignore any incoming value.
    [Fact]
    public void The_spin_bit_may_be_anything()
    {
        var client = new RawClient().Connect();
        var received = client.Server!.Statistics.PacketsReceived;
        client.FlippedBits = 0x20;
        client.Send([0x01]);
        client.FlippedBits = 0;
        client.Send([0x01]);
        Assert.Equal((ConnectionState.Established, received + 2), (client.Server.State, client.Server.Statistics.PacketsReceived));
    }
}
