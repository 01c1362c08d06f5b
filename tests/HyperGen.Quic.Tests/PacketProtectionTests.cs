using HyperGen.Quic.Protection;
using HyperGen.Quic.Wire;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Tests;

/// <summary>RFC 9001 appendix A, byte for byte.</summary>
public sealed class PacketProtectionTests
{
    private static readonly byte[] DestinationId = Convert.FromHexString("8394c8f03e515708");

    private static readonly byte[] ClientPayload = Padded(
        "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000c000000010000e00000b65"
        + "78616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c706e000500050100000000003300260024001d00209370b2c9caa4"
        + "7fbabaf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e0403050306030203080408050806002d00020101001c0002"
        + "40010039003204 08ffffffffffffffff05048000ffff07048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff",
        1162);

    private const string ServerPayload =
        "02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a1200130100002e00330024001d00209d3c"
        + "940d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00020304";

    private const string ServerPacket =
        "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839"
        + "b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456"
        + "cbc42158407dd074ee";

    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.2
    //= type=test
    //# This secret is determined by using HKDF-Extract (see Section 2.2 of
    //# [HKDF]) with a salt of 0x38762cf7f55934b34d179ae6a4c80cadccbb7f0a
    [Fact]
    public void A_2_The_client_Initial_seals_to_the_RFCs_bytes()
    {
        var packet = Seal(InitialSecrets.Derive(CryptoProvider.Default, DestinationId).Client, "c300000001088394c8f03e5157080000449e00000002", 2, 4, ClientPayload);
        Assert.Equal(1200, packet.Length);
        Assert.StartsWith("c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c", Hex(packet));
        Assert.EndsWith("7e78bfe706ca4cf5e9c5453e9f7cfd2b8b4c8d169a44e55c88d4a9a7f9474241e221af44860018ab0856972e194cd934", Hex(packet));
    }

    [Fact]
    public void A_2_The_client_Initial_opens()
    {
        var keys = InitialSecrets.Derive(CryptoProvider.Default, DestinationId).Client;
        var packet = Seal(keys, "c300000001088394c8f03e5157080000449e00000002", 2, 4, ClientPayload);
        Assert.True(PacketHeader.TryRead(packet, 0, out var header));
        Assert.Equal(PacketType.Initial, header.Type);
        Assert.Equal(1200, header.End);
        Assert.True(keys.Header.TryUnprotect(packet, header.PacketNumberOffset, out var truncated, out var length));
        Assert.Equal(new PacketNumber(2), PacketNumber.Decode(PacketNumber.None, truncated, length));
        var payload = packet.AsSpan(header.PacketNumberOffset + length);
        Assert.True(keys.Packet.TryOpen(new(2), packet.AsSpan(0, header.PacketNumberOffset + length), payload, payload));
        Assert.Equal(ClientPayload, payload[..^Aead.TagLength].ToArray());
    }

    [Fact]
    public void A_3_The_server_Initial_seals_to_the_RFCs_bytes()
    {
        var keys = InitialSecrets.Derive(CryptoProvider.Default, DestinationId).Server;
        var packet = Seal(keys, "c1000000010008f067a5502a4262b50040750001", 1, 2, Convert.FromHexString(ServerPayload));
        Assert.Equal(ServerPacket, Hex(packet));
    }

    [Fact]
    public void A_4_The_Retry_carries_the_RFCs_tag()
    {
        var retry = Convert.FromHexString("ff000000010008f067a5502a4262b5746f6b656e");
        var tag = new byte[RetryIntegrity.TagLength];
        RetryIntegrity.ComputeTag(CryptoProvider.Default, DestinationId, retry, tag);
        Assert.Equal("04a265ba2eff4d829058fb3f0f2496ba", Hex(tag));
    }

    [Fact]
    public void A_5_The_ChaCha20_short_header_packet_seals_to_the_RFCs_bytes()
    {
        Assert.SkipUnless(CryptoProvider.Default.IsSupported(AeadAlgorithm.ChaCha20Poly1305), "This system has no ChaCha20-Poly1305.");
        var secret = Convert.FromHexString("9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b");
        using var keys = new DirectionKeys(CryptoProvider.Default, CipherSuite.ChaCha20Poly1305Sha256, secret);
        Assert.Equal("4cfe4189655e5cd55c41f69080575d7999c25a5bfb", Hex(Seal(keys, "4200bff4", 654360564, 3, [0x01])));
    }

    [Fact]
    public void A_packet_with_one_bit_changed_does_not_open()
    {
        var keys = InitialSecrets.Derive(CryptoProvider.Default, DestinationId).Server;
        var original = Convert.FromHexString(ServerPacket);
        for (var bit = 0; bit < original.Length * 8; bit++)
        {
            var packet = original.ToArray();
            packet[bit / 8] ^= (byte)(1 << (bit % 8));
            if (!PacketHeader.TryRead(packet, 0, out var header) || header.Type != PacketType.Initial) continue;
            if (!keys.Header.TryUnprotect(packet.AsSpan(0, header.End), header.PacketNumberOffset, out var truncated, out var length)) continue;
            var number = PacketNumber.Decode(PacketNumber.None, truncated, length);
            var payload = packet.AsSpan((header.PacketNumberOffset + length)..header.End);
            Assert.False(keys.Packet.TryOpen(number, packet.AsSpan(0, header.PacketNumberOffset + length), payload, payload), $"bit {bit}");
        }
    }

    private static byte[] Seal(DirectionKeys keys, string header, long number, int numberLength, byte[] payload)
    {
        var head = Convert.FromHexString(header);
        byte[] packet = [.. head, .. payload, .. new byte[Aead.TagLength]];
        keys.Packet.Seal(new(number), packet, head.Length);
        keys.Header.Protect(packet, head.Length - numberLength, numberLength);
        return packet;
    }

    private static byte[] Padded(string hex, int length)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        Array.Resize(ref bytes, length);
        return bytes;
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
