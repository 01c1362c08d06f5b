using HyperGen.Tls.Crypto;

namespace HyperGen.Tls.Tests.Crypto;

public sealed class AeadTests
{
    [Theory]
    [ClassData(typeof(Providers))]
    public void Aes_gcm_passes_Wycheproof(string provider) => Check(provider, "aes_gcm", static length => length switch
    {
        16 => AeadAlgorithm.Aes128Gcm,
        32 => AeadAlgorithm.Aes256Gcm,
        _ => null,
    });

    [Theory]
    [ClassData(typeof(Providers))]
    public void ChaCha20_Poly1305_passes_Wycheproof(string provider) =>
        Check(provider, "chacha20_poly1305", static length => length == 32 ? AeadAlgorithm.ChaCha20Poly1305 : null);

    [Theory]
    [ClassData(typeof(Providers))]
    public void Every_changed_bit_is_a_forgery_and_none_throws(string provider)
    {
        using var aead = Providers.Get(provider).CreateAead(AeadAlgorithm.Aes128Gcm, new byte[16]);
        byte[] nonce = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        byte[] header = [0x40, 1, 2, 3];
        var packet = new byte[20 + Aead.TagLength];
        aead.Seal(nonce, header, new byte[20], packet);
        var opened = new byte[20];
        for (var bit = 0; bit < packet.Length * 8; bit++)
        {
            packet[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(aead.TryOpen(nonce, header, packet, opened));
            packet[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        header[0] ^= 1;
        Assert.False(aead.TryOpen(nonce, header, packet, opened));
        header[0] ^= 1;
        for (var length = 0; length < packet.Length; length++)
        {
            Assert.False(aead.TryOpen(nonce, header, packet.AsSpan(0, length), opened));
        }

        Assert.True(aead.TryOpen(nonce, header, packet, opened));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public void Sealing_and_opening_work_in_place(string provider)
    {
        using var aead = Providers.Get(provider).CreateAead(AeadAlgorithm.Aes128Gcm, new byte[16]);
        var plaintext = Enumerable.Range(0, 1350).Select(static i => (byte)i).ToArray();
        var packet = new byte[1350 + Aead.TagLength];
        plaintext.CopyTo(packet, 0);
        aead.Seal(new byte[12], [7], packet.AsSpan(0, 1350), packet);
        Assert.NotEqual(plaintext, packet[..1350]);
        Assert.True(aead.TryOpen(new byte[12], [7], packet, packet));
        Assert.Equal(plaintext, packet[..1350]);
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public void A_part_that_lies_elsewhere_is_sealed_as_if_it_had_been_copied(string provider)
    {
        var crypto = Providers.Get(provider);
        var random = new Random(11);
        foreach (var algorithm in Enum.GetValues<AeadAlgorithm>())
        {
            if (!crypto.IsSupported(algorithm)) continue;
            var key = new byte[algorithm.KeyLength];
            random.NextBytes(key);
            using var aead = crypto.CreateAead(algorithm, key);
            for (var round = 0; round < 2_000; round++)
            {
                // Short ones too, so that the part begins, ends and lies in any place of a block.
                var length = random.Next(round % 2 == 0 ? 200 : 1500);
                var plaintext = new byte[length];
                var nonce = new byte[Aead.NonceLength];
                var header = new byte[random.Next(30)];
                random.NextBytes(plaintext);
                random.NextBytes(nonce);
                random.NextBytes(header);
                var offset = random.Next(length + 1);
                var part = plaintext.AsSpan(offset, random.Next(length - offset + 1)).ToArray();
                var copied = new byte[length + Aead.TagLength];
                aead.Seal(nonce, header, plaintext, copied);

                var referred = new byte[length + Aead.TagLength];
                random.NextBytes(referred);
                plaintext.AsSpan(0, offset).CopyTo(referred);
                plaintext.AsSpan(offset + part.Length).CopyTo(referred.AsSpan(offset + part.Length));
                var before = part.ToArray();
                aead.Seal(nonce, header, referred, offset, part);
                Assert.Equal(copied, referred);
                Assert.Equal(before, part);
            }

            Assert.Throws<ArgumentException>(() => aead.Seal(new byte[12], [], new byte[36], 1, new byte[20]));
            Assert.Throws<ArgumentException>(() => aead.Seal(new byte[12], [], new byte[36], -1, new byte[2]));
            Assert.Throws<ArgumentException>(() => aead.Seal(new byte[11], [], new byte[36], 0, new byte[20]));
        }
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public void A_wiped_key_says_so(string provider)
    {
        var aead = Providers.Get(provider).CreateAead(AeadAlgorithm.Aes128Gcm, new byte[16]);
        aead.Dispose();
        aead.Dispose();
        Assert.Throws<ObjectDisposedException>(() => aead.Seal(new byte[12], [], [], new byte[16]));
        Assert.Throws<ObjectDisposedException>(() => aead.Seal(new byte[12], [], new byte[36], 0, new byte[20]));
    }

    private static void Check(string provider, string file, Func<int, AeadAlgorithm?> choose)
    {
        var crypto = Providers.Get(provider);
        var ran = 0;
        foreach (var (group, test) in Wycheproof.Read(file))
        {
            var key = test.Bytes("key");
            if (group.GetProperty("ivSize").GetInt32() != 96 || choose(key.Length) is not { } algorithm || !crypto.IsSupported(algorithm))
            {
                continue;
            }

            using var aead = crypto.CreateAead(algorithm, key);
            var message = test.Bytes("msg");
            byte[] packet = [.. test.Bytes("ct"), .. test.Bytes("tag")];
            var isValid = test.Result() == "valid";
            var opened = new byte[message.Length];
            Assert.True(isValid == aead.TryOpen(test.Bytes("iv"), test.Bytes("aad"), packet, opened), test.Describe());
            if (isValid)
            {
                Assert.Equal(message, opened);
                var resealed = new byte[packet.Length];
                aead.Seal(test.Bytes("iv"), test.Bytes("aad"), message, resealed);
                Assert.Equal(packet, resealed);
            }

            ran++;
        }

        Assert.True(ran > 100, $"only {ran} vectors applied");
    }
}
