using HyperGen.Quic.Protection;
using HyperGen.Quic.Tests.Support;
using HyperGen.Quic.Wire;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Tests;

/// <summary>Updates of the 1-RTT keys: RFC 9001 section 6, on the keys alone and between two connections.</summary>
public sealed class KeyUpdateTests
{
    private static readonly TimeSpan ThreePto = TimeSpan.FromSeconds(1);

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.1
    //= type=test
    //# An endpoint MUST NOT initiate a subsequent key update unless it has received an
    //# acknowledgment for a packet that was sent protected with keys from the current key
    //# phase.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.1
    //= type=test
    //# An endpoint MUST retain old keys until it has successfully unprotected a packet sent
    //# using the new keys.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.1
    //= type=test
    //# An endpoint SHOULD retain old keys for some time after unprotecting a packet sent using
    //# the new keys.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.2
    //= type=test
    //# The endpoint MUST update its send keys to the corresponding key phase in response
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.2
    //= type=test
    //# Sending keys MUST be updated before sending an acknowledgment for the packet that was
    //# received with updated keys.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.3
    //= type=test
    //# endpoints MUST be able to retain two sets of packet protection keys for receiving
    //# packets: the current and the next.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.5
    //= type=test
    //# An endpoint SHOULD retain old read keys for no more than three times the PTO after
    //# having received a packet protected using the new keys.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.5
    //= type=test
    //# After this period, old read keys and their corresponding secrets SHOULD be discarded.
    [Fact]
    public void An_update_is_answered_in_kind_and_old_keys_open_what_was_late_for_three_PTOs()
    {
        var (ours, peers) = Create();
        var (early, late, later) = (Packet(peers, 1), Packet(ours, 1), Packet(ours, 2));
        Assert.False(ours.TryInitiateUpdate(new(-1)));
        Assert.True(ours.TryInitiateUpdate(new(2)));
        Assert.False(ours.TryInitiateUpdate(new(2)));

        // Until the peer answers with the new keys, the old ones open what it sends, however long that takes.
        Assert.True(ours.PreviousExpires.IsNever);
        Assert.True(Open(ours, early, 1, At(3600)));

        // The peer's keys for sending follow before it can acknowledge anything.
        Assert.True(Open(peers, Packet(ours, 3), 3, At(1)));
        Assert.Equal((1, ours.Phase), (peers.Updates, peers.Phase));
        Assert.True(Open(ours, Packet(peers, 2), 2, At(1)));

        Assert.True(Open(peers, late, 1, At(1.5)));
        Assert.Equal(At(2), peers.PreviousExpires);
        peers.ForgetExpired(At(2));
        Assert.True(peers.PreviousExpires.IsNever);
        Assert.False(Open(peers, later, 2, At(2)));
        Assert.False(peers.PeerWentBack || ours.PeerWentBack);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.5
    //= type=test
    //# a packet that appears to trigger a key update but cannot be unprotected successfully
    //# MUST be discarded.
    [Fact]
    public void A_forged_update_changes_nothing()
    {
        var (ours, peers) = Create();
        var forged = Packet(peers, 1);
        forged[0] ^= PacketHeader.KeyPhaseBit;
        var garbage = new byte[60];
        garbage[0] = 0x44;
        Assert.False(Open(ours, forged, 1, At(1)));
        Assert.False(Open(ours, garbage, 2, At(1)));
        Assert.Equal((0, false), (ours.Updates, ours.Phase));
        Assert.True(Open(ours, Packet(peers, 3), 3, At(1)));
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.5
    //= type=test
    //# Once an endpoint successfully receives a packet with a given packet number, it MUST
    //# discard all packets in the same packet number space with higher packet numbers if they
    //# cannot be successfully unprotected with either the same key, or -- if there is a key
    //# update -- a subsequent packet protection key
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.4
    //= type=test
    //# An endpoint that successfully removes protection with old keys when newer keys were used
    //# for packets with lower packet numbers MUST treat this as a connection error of type
    //# KEY_UPDATE_ERROR.
    [Fact]
    public void Older_keys_at_a_higher_number_are_noticed_from_either_side()
    {
        var (ours, peers) = Create();
        Assert.True(Open(peers, Packet(ours, 9), 9, At(1)));
        Assert.True(ours.TryInitiateUpdate(new(9)));
        Assert.True(Open(peers, Packet(ours, 5), 5, At(1)));
        Assert.True(peers.PeerWentBack);

        (ours, peers) = Create();
        var old = Packet(peers, 9);
        Assert.True(ours.TryInitiateUpdate(new(0)));
        Assert.True(Open(ours, old, 9, At(1)));
        Assert.True(Open(peers, Packet(ours, 1), 1, At(1)));
        Assert.True(Open(ours, Packet(peers, 5), 5, At(1)));
        Assert.True(ours.PeerWentBack);

        // What comes with old keys above the first number of the new ones is opened with neither.
        (ours, peers) = Create();
        old = Packet(ours, 9);
        Assert.True(ours.TryInitiateUpdate(new(0)));
        Assert.True(Open(peers, Packet(ours, 5), 5, At(1)));
        Assert.False(Open(peers, old, 9, At(1)));
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.4
    //= type=test
    //# An endpoint that successfully removes protection with old keys when newer keys were used
    //# for packets with lower packet numbers MUST treat this as a connection error of type
    //# KEY_UPDATE_ERROR.
    [Fact]
    public void A_peer_that_goes_back_to_older_keys_is_told_so()
    {
        var client = new RawClient().Connect();
        client.NextNumber += 5;
        client.Send([0x01]);
        client.UpdateKeys();
        client.NextNumber -= 3;
        client.Send([0x01]);
        client.ExpectClose(TransportErrorCode.KeyUpdateError);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.1
    //= type=test
    //# An endpoint MUST NOT initiate a key update prior to having confirmed the handshake
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.1
    //= type=test
    //# An endpoint MUST NOT initiate a subsequent key update unless it has received an
    //# acknowledgment for a packet that was sent protected with keys from the current key
    //# phase.
    [Fact]
    public void No_update_before_the_handshake_is_confirmed_nor_soon_after_another()
    {
        var world = new World(1, new(), static _ => new Echo(), static _ => new Echo());
        var client = world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => client.State == ConnectionState.Established, TimeSpan.FromSeconds(5));
        Assert.False(client.IsHandshakeConfirmed);
        Assert.False(client.TryUpdateKeys());

        var pair = new DirectPair();
        Talk(pair);
        Assert.True(pair.Client.TryUpdateKeys());
        Assert.False(pair.Client.TryUpdateKeys());
        Talk(pair);
        Assert.Equal((1, 1), (pair.Client.KeyUpdates, pair.Server.KeyUpdates));
        Assert.False(pair.Client.TryUpdateKeys());
        pair.Advance(3 * pair.Client.Recovery.PtoPeriod);
        Talk(pair);
        Assert.True(pair.Client.TryUpdateKeys());
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.3
    //= type=test
    //# An endpoint MUST initiate a key update (Section 6) prior to exceeding any limit set for
    //# the AEAD that is in use.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.4
    //= type=test
    //# Packets with higher packet numbers MUST be protected with either the same or newer
    //# packet protection keys than packets with lower packet numbers.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
    //= type=test
    //# Endpoints MUST initiate a key update before sending more protected packets than the
    //# confidentiality limit for the selected AEAD permits.
    [Fact]
    public void Keys_are_updated_long_before_they_are_worn_out()
    {
        var pair = new DirectPair(keyLimits: new(50, 1 << 20, 10));
        for (var i = 0; i < 200; i++)
        {
            Talk(pair);
            pair.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.InRange(pair.Client.KeyUpdates, 3, 8);
        Assert.Equal((ConnectionState.Established, ConnectionState.Established), (pair.Client.State, pair.Server.State));
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
    //= type=test
    //# If the total number of encrypted packets with the same key exceeds the confidentiality
    //# limit for the selected AEAD, the endpoint MUST stop using those keys.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
    //= type=test
    //# It is RECOMMENDED that endpoints immediately close the connection with a connection
    //# error of type AEAD_LIMIT_REACHED before reaching a state where key updates are not
    //# possible.
    [Fact]
    public void A_connection_whose_keys_cannot_be_updated_ends_before_they_are_worn_out()
    {
        const int limit = OneRttKeys.Reserve + 20;
        var pair = new DirectPair(keyLimits: new(5, limit, 10)) { DropsToServer = true };
        var before = pair.Client.Statistics.PacketsSent;
        for (var i = 0; i < 2 * limit && pair.Client.State == ConnectionState.Established; i++)
        {
            pair.Client.TryOpenStream(unidirectional: true)?.Write([1]);
            pair.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal((CloseKind.ByTransport, (long)TransportErrorCode.AeadLimitReached), (pair.Client.CloseReason.Kind, pair.Client.CloseReason.ErrorCode));
        Assert.InRange(pair.Client.Statistics.PacketsSent - before, 20, limit);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
    //= type=test
    //# In addition to counting packets sent, endpoints MUST count the number of received
    //# packets that fail authentication during the lifetime of a connection.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
    //= type=test
    //# If the total number of received packets that fail authentication within the connection,
    //# across all keys, exceeds the integrity limit for the selected AEAD, the endpoint MUST
    //# immediately close the connection with a connection error of type AEAD_LIMIT_REACHED and
    //# not process any more packets.
    [Fact]
    public void Too_many_forgeries_end_a_connection_and_nothing_more_is_opened()
    {
        var pair = new DirectPair(keyLimits: new(1 << 20, 1 << 23, 3));
        var forged = new byte[60];
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(ConnectionState.Established, pair.Server.State);
            Array.Fill(forged, (byte)i);
            forged[0] = 0x40;
            pair.Server.FirstLocalId.Span.CopyTo(forged.AsSpan(1));
            pair.ServerEndpoint.HandleDatagram(pair.Now, pair.ToClient, EcnCodepoint.NotEct, forged);
        }

        Assert.Equal((ConnectionState.Closing, (long)TransportErrorCode.AeadLimitReached), (pair.Server.State, pair.Server.CloseReason.ErrorCode));
        var received = pair.Server.Statistics.PacketsReceived;
        Talk(pair);
        Assert.Equal(received, pair.Server.Statistics.PacketsReceived);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-9.5
    //= type=test
    //# the entire process of header protection removal, packet number recovery, and packet
    //# protection removal MUST be applied together without timing and other side channels.
    [Fact]
    public void A_forged_packet_is_opened_and_counted_although_its_number_was_seen()
    {
        var client = new RawClient(keyLimits: new(1 << 20, 1 << 23, 3)).Connect();
        var packet = client.Packet(Spaces.PacketNumberSpaceId.ApplicationData, new byte[40].Select(static _ => (byte)1).ToArray());
        client.Deliver([.. packet]);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(ConnectionState.Established, client.Server!.State);
            client.Deliver([.. packet[..^1], (byte)(packet[^1] ^ 1)]);
        }

        client.ExpectClose(TransportErrorCode.AeadLimitReached);
    }

    private static void Talk(DirectPair pair)
    {
        if (pair.Client.TryOpenStream() is { } stream)
        {
            stream.Write([1, 2, 3]);
            stream.Finish();
        }

        pair.Exchange();
        pair.Advance(ConnectionLimits.Default.MaxAckDelay);
        while (pair.Server.TryGetEvent(out var next))
        {
            if (next.Kind != ConnectionEventKind.StreamReadable) continue;
            next.Stream!.Finish();
            next.Stream.Release();
        }

        pair.Exchange();
    }

    /// <summary>Both ends, which have each opened packet 0 of the other.</summary>
    private static (OneRttKeys Ours, OneRttKeys Peers) Create()
    {
        using var secret = new TrafficSecret(CipherSuite.Aes128GcmSha256, new byte[32]);
        var ours = new OneRttKeys(CryptoProvider.Default, QuicVersion.V1, secret);
        var peers = new OneRttKeys(CryptoProvider.Default, QuicVersion.V1, secret);
        ours.InstallRead(secret);
        peers.InstallRead(secret);
        Assert.True(Open(ours, Packet(peers, 0), 0, At(0)));
        Assert.True(Open(peers, Packet(ours, 0), 0, At(0)));
        return (ours, peers);
    }

    private static byte[] Packet(OneRttKeys keys, long number)
    {
        var packet = new byte[60];
        packet[0] = (byte)(0x40 | (keys.Phase ? PacketHeader.KeyPhaseBit : 0));
        packet[1] = (byte)number;
        keys.Seal(new(number), packet, 1, 1);
        return packet;
    }

    private static bool Open(OneRttKeys keys, byte[] packet, long number, Timestamp now) =>
        keys.TryUnprotect(packet, 1, out _, out var length) && keys.TryOpen(now, ThreePto, new(number), packet, 1 + length);

    private static Timestamp At(double seconds) => new Timestamp(TimeSpan.TicksPerSecond) + TimeSpan.FromSeconds(seconds);
}
