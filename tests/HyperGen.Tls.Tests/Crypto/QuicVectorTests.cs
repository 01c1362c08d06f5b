using System.Buffers.Binary;
using HyperGen.Tls.Crypto;

namespace HyperGen.Tls.Tests.Crypto;

/// <summary>RFC 9001, appendix A: what QUIC derives through this library.</summary>
public sealed class QuicVectorTests
{
    [Theory]
    [ClassData(typeof(Providers))]
    public void Initial_keys_match_appendix_A_1(string provider)
    {
        var crypto = Providers.Get(provider);
        var initial = new byte[32];
        crypto.Extract(HashKind.Sha256, Convert.FromHexString("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"), Convert.FromHexString("8394c8f03e515708"), initial);
        Assert.Equal("7db5df06e7a69e432496adedb00851923595221596ae2ae9fb8115c1e9ed0a44", Convert.ToHexStringLower(initial));

        var client = Expand(crypto, initial, "client in"u8, 32);
        Assert.Equal("c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea", client);
        Assert.Equal("1f369613dd76d5467730efcbe3b1a22d", Expand(crypto, Convert.FromHexString(client), "quic key"u8, 16));
        Assert.Equal("fa044b2f42a3fd3b46fb255c", Expand(crypto, Convert.FromHexString(client), "quic iv"u8, 12));
        Assert.Equal("9f50449e04a0e810283a1e9933adedd2", Expand(crypto, Convert.FromHexString(client), "quic hp"u8, 16));

        var server = Expand(crypto, initial, "server in"u8, 32);
        Assert.Equal("3c199828fd139efd216c155ad844cc81fb82fa8d7446fa7d78be803acdda951b", server);
        Assert.Equal("cf3a5331653c364c88f0f379b6067e37", Expand(crypto, Convert.FromHexString(server), "quic key"u8, 16));
        Assert.Equal("0ac1493ca1905853b0bba03e", Expand(crypto, Convert.FromHexString(server), "quic iv"u8, 12));
        Assert.Equal("c206b8d9b9f0f37644430b490eeaa314", Expand(crypto, Convert.FromHexString(server), "quic hp"u8, 16));
    }

    /// <summary>Appendices A.2 and A.3, and FIPS 197 C.3 for the longer key.</summary>
    [Theory]
    [InlineData("9f50449e04a0e810283a1e9933adedd2", "d1b1c98dd7689fb8ec11d242b123dc9b", "437b9aec36")]
    [InlineData("c206b8d9b9f0f37644430b490eeaa314", "2cd0991cd25b0aac406a5816b6394100", "2ec0d8356a")]
    [InlineData("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "00112233445566778899aabbccddeeff", "8ea2b7ca51")]
    public void Aes_header_protection_matches(string key, string sample, string mask)
    {
        using (var bcl = new BclAesHeaderProtection(Convert.FromHexString(key)))
        {
            Assert.Equal(mask, Mask(bcl, sample));
        }

        Assert.SkipUnless(System.Runtime.Intrinsics.X86.Aes.IsSupported, "This processor has no AES-NI.");
        using var intrinsic = new AesNiHeaderProtection(Convert.FromHexString(key));
        Assert.Equal(mask, Mask(intrinsic, sample));
    }

    /// <summary>Appendix A.5.</summary>
    [Theory]
    [ClassData(typeof(Providers))]
    public void ChaCha20_short_header_packet_matches(string provider)
    {
        var crypto = Providers.Get(provider);
        var secret = Convert.FromHexString("9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b");
        var key = Expand(crypto, secret, "quic key"u8, 32);
        Assert.Equal("c6d98ff3441c3fe1b2182094f69caa2ed4b716b65488960a7a984979fb23e1c8", key);
        Assert.Equal("e0459b3474bdd0e44a41c144", Expand(crypto, secret, "quic iv"u8, 12));
        var hp = Expand(crypto, secret, "quic hp"u8, 32);
        Assert.Equal("25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4", hp);
        Assert.Equal("1223504755036d556342ee9361d253421a826c9ecdf3c7148684b36b714881f9", Expand(crypto, secret, "quic ku"u8, 32));

        Assert.SkipUnless(crypto.IsSupported(AeadAlgorithm.ChaCha20Poly1305), "ChaCha20-Poly1305 is not available here.");
        using var aead = crypto.CreateAead(AeadAlgorithm.ChaCha20Poly1305, Convert.FromHexString(key));
        var packet = new byte[17];
        aead.Seal(Convert.FromHexString("e0459b3474bdd0e46d417eb0"), Convert.FromHexString("4200bff4"), [0x01], packet);
        Assert.Equal("655e5cd55c41f69080575d7999c25a5bfb", Convert.ToHexStringLower(packet));

        using var protection = HeaderProtection.Create(AeadAlgorithm.ChaCha20Poly1305, Convert.FromHexString(hp));
        Assert.Equal("aefefe7d03", Mask(protection, "5e5cd55c41f69080575d7999c25a5bfb"));
    }

    private static string Expand(CryptoProvider crypto, byte[] secret, ReadOnlySpan<byte> label, int length)
    {
        var output = new byte[length];
        crypto.ExpandLabel(HashKind.Sha256, secret, label, [], output);
        return Convert.ToHexStringLower(output);
    }

    private static string Mask(HeaderProtection protection, string sample)
    {
        var mask = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(mask, protection.Mask(Convert.FromHexString(sample)));
        return Convert.ToHexStringLower(mask.AsSpan(0, 5));
    }
}
