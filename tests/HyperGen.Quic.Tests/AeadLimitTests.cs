using HyperGen.Quic.Protection;
using HyperGen.Quic.Tests.Support;
using HyperGen.Quic.Wire;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Tests;

/// <summary>What keys may do, and what forged packets cost: RFC 9001 section 6.6.</summary>
public sealed class AeadLimitTests
{
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
    //= type=test
    //# For AEAD_AES_128_GCM and AEAD_AES_256_GCM, the confidentiality limit is
    //# 2^23 encrypted packets
    [Fact]
    public void The_limits_are_the_RFCs()
    {
        Assert.Equal(new(1L << 20, 1L << 23, 1L << 52), AeadLimits.Of(AeadAlgorithm.Aes128Gcm));
        Assert.Equal(new(1L << 20, 1L << 23, 1L << 52), AeadLimits.Of(AeadAlgorithm.Aes256Gcm));
        Assert.Equal((long.MaxValue, 1L << 36), (AeadLimits.Of(AeadAlgorithm.ChaCha20Poly1305).Confidentiality, AeadLimits.Of(AeadAlgorithm.ChaCha20Poly1305).Integrity));
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
    //= type=test
    //# If the total number of received packets that fail authentication
    //# within the connection, across all keys, exceeds the integrity limit
    //# for the selected AEAD, the endpoint MUST immediately close the
    //# connection with a connection error of type AEAD_LIMIT_REACHED
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
    //= type=test
    //# Endpoints MUST count the number of encrypted packets for each set of keys.
    [Fact]
    public void Keys_ask_for_an_update_then_refuse_and_count_forgeries_over_all_updates()
    {
        using var secret = new TrafficSecret(CipherSuite.Aes128GcmSha256, new byte[32]);
        using var ours = new OneRttKeys(CryptoProvider.Default, QuicVersion.V1, secret, new AeadLimits(5, 8 + OneRttKeys.Reserve, 3));
        using var peers = new OneRttKeys(CryptoProvider.Default, QuicVersion.V1, secret);
        ours.InstallRead(secret);
        peers.InstallRead(secret);
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal((i >= 5, false), (ours.ShouldUpdate, ours.ConfidentialityLimitReached));
            Packet(ours, i);
        }

        Assert.True(ours.ConfidentialityLimitReached);
        for (var i = 0; i < 3; i++) Assert.False(Open(ours, new byte[60], i));
        Assert.False(ours.IsIntegrityLimitReached(0));

        // Both sides have used the current keys, so that an update may begin; it renews one limit and not the other.
        Assert.True(Open(ours, Packet(peers, 0), 0));
        Assert.True(ours.TryInitiateUpdate(new(7)));
        Assert.Equal((false, false), (ours.ShouldUpdate, ours.ConfidentialityLimitReached));
        Assert.False(Open(ours, new byte[60], 9));
        Assert.True(ours.IsIntegrityLimitReached(0));
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.3
    //= type=test
    //# Endpoints responding to an apparent key update MUST NOT generate a timing side-channel
    //# signal that might indicate that the Key Phase bit was invalid
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.3
    //= type=test
    //# Once generated, the next set of packet protection keys SHOULD be retained, even if the
    //# packet that was received was subsequently discarded.
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.3
    //= type=test
    //# endpoints MUST be able to retain two sets of packet protection keys for receiving
    //# packets: the current and the next.
    [Fact]
    public void A_flood_of_forged_packets_allocates_nothing_whatever_key_phase_they_claim()
    {
        var pair = new DirectPair();
        var random = new SeededRandom(4);
        var packets = new byte[64][];
        for (var i = 0; i < packets.Length; i++)
        {
            packets[i] = new byte[21 + (20 * i)];
            random.Fill(packets[i]);
            packets[i][0] = (byte)(0x40 | (packets[i][0] & 0x3f));
            pair.Server.FirstLocalId.Span.CopyTo(packets[i].AsSpan(1));
        }

        Assert.Equal(0, Allocations.LeastOf(Flood));
        Assert.Equal(ConnectionState.Established, pair.Server.State);

        void Flood()
        {
            for (var round = 0; round < 100; round++)
            {
                foreach (var packet in packets) pair.ServerEndpoint.HandleDatagram(pair.Now, pair.ToClient, EcnCodepoint.NotEct, packet);
            }
        }
    }

    private static byte[] Packet(OneRttKeys keys, long number)
    {
        var packet = new byte[60];
        packet[0] = (byte)(0x40 | (keys.Phase ? PacketHeader.KeyPhaseBit : 0));
        packet[1] = (byte)number;
        keys.Seal(new(number), packet, 1, 1);
        return packet;
    }

    private static bool Open(OneRttKeys keys, byte[] packet, long number) =>
        keys.TryUnprotect(packet, 1, out _, out var length) && keys.TryOpen(new(1), TimeSpan.FromSeconds(1), new(number), packet, 1 + length);
}
