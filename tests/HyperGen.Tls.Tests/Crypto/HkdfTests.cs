using HyperGen.Tls.Crypto;

namespace HyperGen.Tls.Tests.Crypto;

public sealed class HkdfTests
{
    /// <summary>RFC 5869, appendices A.1 to A.3.</summary>
    [Theory]
    [ClassData(typeof(Providers))]
    public void Extract_and_Expand_match_RFC_5869(string provider)
    {
        var crypto = Providers.Get(provider);
        Check(
            "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
            "000102030405060708090a0b0c",
            "f0f1f2f3f4f5f6f7f8f9",
            "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
        Check(
            Convert.ToHexString([.. Enumerable.Range(0x00, 80).Select(static i => (byte)i)]),
            Convert.ToHexString([.. Enumerable.Range(0x60, 80).Select(static i => (byte)i)]),
            Convert.ToHexString([.. Enumerable.Range(0xb0, 80).Select(static i => (byte)i)]),
            "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
        Check(
            "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
            "",
            "",
            "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");

        void Check(string ikm, string salt, string info, string prk, string okm)
        {
            var extracted = new byte[32];
            crypto.Extract(HashKind.Sha256, Convert.FromHexString(salt), Convert.FromHexString(ikm), extracted);
            Assert.Equal(prk, Convert.ToHexStringLower(extracted));
            var expanded = new byte[okm.Length / 2];
            crypto.Expand(HashKind.Sha256, extracted, Convert.FromHexString(info), expanded);
            Assert.Equal(okm, Convert.ToHexStringLower(expanded));
        }
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public void Hkdf_passes_Wycheproof(string provider)
    {
        var crypto = Providers.Get(provider);
        var ran = 0;
        foreach (var (_, test) in Wycheproof.Read("hkdf_sha256"))
        {
            var prk = new byte[32];
            crypto.Extract(HashKind.Sha256, test.Bytes("salt"), test.Bytes("ikm"), prk);
            var okm = new byte[test.GetProperty("size").GetInt32()];
            if (test.Result() == "valid")
            {
                crypto.Expand(HashKind.Sha256, prk, test.Bytes("info"), okm);
                Assert.True(okm.AsSpan().SequenceEqual(test.Bytes("okm")), test.Describe());
            }
            else
            {
                Assert.Throws<ArgumentOutOfRangeException>(() => crypto.Expand(HashKind.Sha256, prk, test.Bytes("info"), okm));
            }

            ran++;
        }

        Assert.True(ran > 50, $"only {ran} vectors ran");
    }

    /// <summary>RFC 4231, section 4.7: a key longer than a block is hashed first.</summary>
    [Theory]
    [ClassData(typeof(Providers))]
    public void Hmac_matches_RFC_4231(string provider)
    {
        var crypto = Providers.Get(provider);
        var key = Enumerable.Repeat((byte)0xaa, 131).ToArray();
        var mac = new byte[48];
        crypto.Hmac(HashKind.Sha384, key, "Test Using Larger Than Block-Size Key - Hash Key First"u8, mac);
        Assert.Equal("4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952", Convert.ToHexStringLower(mac));
        crypto.Hmac(HashKind.Sha256, key, "Test Using Larger Than Block-Size Key - Hash Key First"u8, mac);
        Assert.Equal("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", Convert.ToHexStringLower(mac.AsSpan(0, 32)));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public void A_transcript_can_be_read_at_any_point(string provider)
    {
        foreach (var hash in (HashKind[])[HashKind.Sha256, HashKind.Sha384])
        {
            using var transcript = Providers.Get(provider).CreateTranscriptHash(hash);
            var digest = new byte[hash.Length];
            var appended = new List<byte>();
            for (var length = 0; length < 200; length += 7)
            {
                var bytes = Enumerable.Repeat((byte)length, length).ToArray();
                transcript.Append(bytes);
                appended.AddRange(bytes);
                transcript.GetCurrent(digest);
                var expected = hash == HashKind.Sha256
                    ? System.Security.Cryptography.SHA256.HashData([.. appended])
                    : System.Security.Cryptography.SHA384.HashData([.. appended]);
                Assert.Equal(expected, digest);
            }
        }
    }
}
