using HyperGen.Quic.Protection;
using HyperGen.Quic.Spaces;

namespace HyperGen.Quic.Tests.Hostile;

/// <summary>Packets under no key, keys of the other phase, and keys updated too soon.</summary>
public sealed class KeyAbuseTests : HostileTest
{
    [Fact]
    [Against(Threat.ForgedPackets)]
    public void Forged_packets_are_dropped_and_the_connection_goes_on()
    {
        var client = Attack(new RawClient()).Connect();
        var random = new SeededRandom(11);
        for (var i = 0; i < 5000; i++)
        {
            var packet = new byte[40 + random.Below(1000)];
            random.Fill(packet);
            packet[0] = (byte)(0x40 | (packet[0] & 0x3f));
            client.DestinationId.CopyTo(packet.AsSpan(1));
            client.Deliver(packet);
        }

        Assert.Equal(ConnectionState.Established, client.Server!.State);
        client.Send([0x01]);
        Assert.Equal(ConnectionState.Established, client.Server.State);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
    //= type=test
    //# If the total number of received packets that fail authentication
    //# within the connection, across all keys, exceeds the integrity limit
    //# for the selected AEAD, the endpoint MUST immediately close the
    //# connection with a connection error of type AEAD_LIMIT_REACHED
    [Fact]
    [Against(Threat.ForgedPackets)]
    public void A_flood_of_forged_packets_ends_the_connection_at_the_integrity_limit()
    {
        var client = Attack(new RawClient(keyLimits: new AeadLimits(1 << 20, 1 << 20, 100))).Connect();
        for (var i = 0; i < 100; i++) Forge(i);
        Assert.Equal(ConnectionState.Established, client.Server!.State);
        Forge(100);
        client.ExpectClose(TransportErrorCode.AeadLimitReached);

        void Forge(int bits)
        {
            // Those that claim the next key phase count as well: the limit is of all keys together.
            var packet = client.Packet(PacketNumberSpaceId.ApplicationData, [0x01, 0x01, 0x01, 0x01]);
            if (bits % 2 == 0) packet[0] ^= 0x04;
            packet[^1] ^= (byte)(1 + bits);
            client.Deliver(packet);
        }
    }

    [Fact]
    [Against(Threat.KeyPhaseGarbage)]
    public void Garbage_with_a_flipped_key_phase_updates_nothing()
    {
        var client = Attack(new RawClient()).Connect();
        for (var i = 0; i < 256; i++)
        {
            var packet = client.Packet(PacketNumberSpaceId.ApplicationData, [0x01, 0x01]);
            packet[0] ^= 0x04;
            packet[^1] ^= (byte)(i | 1);
            client.Deliver(packet);
        }

        Assert.Equal((0, ConnectionState.Established), (client.Server!.KeyUpdates, client.Server.State));
    }

    /// <summary>What a forged phase makes is one key that is kept until it is used: RFC 9001 section 6.3 asks for that, so that no timing tells.</summary>
    [Fact]
    [Against(Threat.KeyPhaseGarbage)]
    public void A_flood_of_flipped_key_phases_costs_one_key_and_prevents_no_update()
    {
        var client = Attack(new RawClient()).Connect();
        var packets = Enumerable.Range(0, 1000).Select(_ => client.Packet(PacketNumberSpaceId.ApplicationData, [0x01, 0x01])).ToList();
        foreach (var packet in packets) packet[0] ^= 0x04;
        client.Deliver(packets[0]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var packet in packets) client.ServerEndpoint.HandleDatagram(client.Now, RawClient.Path, EcnCodepoint.NotEct, packet);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50 * packets.Count);
        Assert.Equal((0, ConnectionState.Established), (client.Server!.KeyUpdates, client.Server.State));
        client.Send([0x01]);
        client.UpdateKeys();
        client.Send([0x01]);
        Assert.Equal((1, ConnectionState.Established), (client.Server.KeyUpdates, client.Server.State));
    }

    [Fact]
    [Against(Threat.DoubleKeyUpdate)]
    public void Keys_that_are_updated_twice_before_we_spoke_end_the_connection()
    {
        var client = Attack(new RawClient()).Connect();
        Hand(client.PacketOfUpdate(1, [0x01]));
        Assert.Equal((1, ConnectionState.Established), (client.Server!.KeyUpdates, client.Server.State));
        Hand(client.PacketOfUpdate(2, [0x01]));

        // This client could not read what is said to it under keys that it skipped.
        Assert.Equal((CloseKind.ByTransport, (long)TransportErrorCode.KeyUpdateError), (client.Server.CloseReason.Kind, client.Server.CloseReason.ErrorCode));

        void Hand(byte[] packet) => client.ServerEndpoint.HandleDatagram(client.Now, RawClient.Path, EcnCodepoint.NotEct, packet);
    }

    [Fact]
    [Against(Threat.DoubleKeyUpdate)]
    public void Keys_may_be_updated_again_once_the_last_update_was_acknowledged()
    {
        var client = Attack(new RawClient()).Connect();
        for (var update = 1; update <= 10; update++)
        {
            client.Deliver(client.PacketOfUpdate(update, [0x01]));
            client.Deliver(client.PacketOfUpdate(update, [0x01]));
        }

        Assert.Equal((10, ConnectionState.Established), (client.Server!.KeyUpdates, client.Server.State));
    }

    /// <summary>Keys three updates ahead are nobody's.</summary>
    [Fact]
    [Against(Threat.DoubleKeyUpdate)]
    public void A_packet_under_keys_further_ahead_is_dropped()
    {
        var client = Attack(new RawClient()).Connect();
        client.Deliver(client.PacketOfUpdate(3, [0x01]));
        Assert.Equal((0, ConnectionState.Established), (client.Server!.KeyUpdates, client.Server.State));
        client.Send([0x01]);
        Assert.Equal(ConnectionState.Established, client.Server.State);
    }
}
