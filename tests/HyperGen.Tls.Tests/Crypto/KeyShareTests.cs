using HyperGen.Tls.Crypto;

namespace HyperGen.Tls.Tests.Crypto;

public sealed class KeyShareTests
{
    /// <summary>The head of a SubjectPublicKeyInfo that holds an uncompressed point of secp256r1.</summary>
    private const string Secp256r1Prefix = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

    /// <summary>RFC 7748, section 5.2.</summary>
    [Theory]
    [InlineData(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void Managed_X25519_matches_RFC_7748(string scalar, string point, string product)
    {
        var result = new byte[32];
        X25519.Multiply(Convert.FromHexString(scalar), Convert.FromHexString(point), result);
        Assert.Equal(product, Convert.ToHexStringLower(result));
    }

    /// <summary>RFC 7748, section 5.2: after 1 and 1,000 iterations.</summary>
    [Fact]
    public void Managed_X25519_matches_RFC_7748_iterated()
    {
        var k = X25519.BasePoint.ToArray();
        var u = X25519.BasePoint.ToArray();
        for (var i = 1; i <= 1000; i++)
        {
            var next = new byte[32];
            X25519.Multiply(k, u, next);
            (u, k) = (k, next);
            if (i == 1)
            {
                Assert.Equal("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079", Convert.ToHexStringLower(k));
            }
        }

        Assert.Equal("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51", Convert.ToHexStringLower(k));
    }

    /// <summary>RFC 7748, section 6.1.</summary>
    [Theory]
    [ClassData(typeof(Providers))]
    public void X25519_key_shares_match_RFC_7748(string provider)
    {
        using var bob = Create(provider, NamedGroup.X25519, "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", Convert.ToHexStringLower(bob.PublicKey));
        var secret = new byte[32];
        Assert.True(bob.TryAgree(Convert.FromHexString("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"), secret));
        Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Convert.ToHexStringLower(secret));
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public void X25519_passes_Wycheproof(string provider)
    {
        var ran = 0;
        foreach (var (_, test) in Wycheproof.Read("x25519"))
        {
            using var share = Create(provider, NamedGroup.X25519, test.GetProperty("private").GetString()!);
            var secret = new byte[32];
            var expected = test.Bytes("shared");

            // TLS 1.3 demands what Wycheproof merely accepts: a secret of zeros is refused.
            var isZero = expected.All(static value => value == 0);
            Assert.True(isZero != share.TryAgree(test.Bytes("public"), secret), test.Describe());
            if (!isZero)
            {
                Assert.Equal(expected, secret);
            }

            ran++;
        }

        Assert.True(ran > 500, $"only {ran} vectors ran");
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public void Secp256r1_passes_Wycheproof(string provider)
    {
        var ran = 0;
        foreach (var (_, test) in Wycheproof.Read("ecdh_secp256r1"))
        {
            // The vectors also try encodings of SubjectPublicKeyInfo; TLS carries the bare point.
            var encoded = test.GetProperty("public").GetString()!;
            if (!encoded.StartsWith(Secp256r1Prefix, StringComparison.Ordinal))
            {
                continue;
            }

            var privateKey = test.GetProperty("private").GetString()!.TrimStart('0').PadLeft(64, '0');
            using var share = Create(provider, NamedGroup.Secp256r1, privateKey);
            var secret = new byte[32];
            var isValid = test.Result() == "valid";
            Assert.True(isValid == share.TryAgree(Convert.FromHexString(encoded[Secp256r1Prefix.Length..]), secret), test.Describe());
            if (isValid)
            {
                Assert.Equal(test.Bytes("shared"), secret);
            }

            ran++;
        }

        Assert.True(ran > 300, $"only {ran} vectors applied");
    }

    /// <summary>RFC 5903, section 8.2: the 384-bit random ECP group.</summary>
    [Theory]
    [ClassData(typeof(Providers))]
    public void Secp384r1_matches_RFC_5903(string provider)
    {
        using var share = Create(
            provider,
            NamedGroup.Secp384r1,
            "099F3C7034D4A2C699884D73A375A67F7624EF7C6B3C0F160647B67414DCE655E35B538041E649EE3FAEF896783AB194");
        Assert.Equal(
            "04667842D7D180AC2CDE6F74F37551F55755C7645C20EF73E31634FE72B4C55EE6DE3AC808ACB4BDB4C88732AEE95F41AA"
            + "9482ED1FC0EEB9CAFC4984625CCFC23F65032149E0E144ADA024181535A0F38EEB9FCFF3C2C947DAE69B4C634573A81C",
            Convert.ToHexString(share.PublicKey));
        var secret = new byte[48];
        Assert.True(share.TryAgree(
            Convert.FromHexString(
                "04E558DBEF53EECDE3D3FCCFC1AEA08A89A987475D12FD950D83CFA41732BC509D0D1AC43A0336DEF96FDA41D0774A3571"
                + "DCFBEC7AACF3196472169E838430367F66EEBE3C6E70C416DD5F0C68759DD1FFF83FA40142209DFF5EAAD96DB9E6386C"),
            secret));
        Assert.Equal("11187331C279962D93D604243FD592CB9D0A926F422E47187521287E7156C5C4D603135569B9E9D09CF5D4A270F59746", Convert.ToHexString(secret));
    }

#if NET10_0_OR_GREATER
    [Theory]
    [ClassData(typeof(Providers))]
    public void The_hybrid_passes_Wycheproof(string provider)
    {
        Assert.SkipUnless(HybridKeyShare.IsSupported, "ML-KEM needs OpenSSL 3.5 or later.");
        var ran = 0;
        foreach (var (_, test) in Wycheproof.Read("mlkem_768"))
        {
            if (!test.TryGetProperty("seed", out _) || !test.TryGetProperty("c", out _) || test.Bytes("c").Length != 1088 || test.Bytes("seed").Length != 64)
            {
                continue;
            }

            var draws = new Queue<byte[]>([[.. Enumerable.Repeat((byte)7, 32)], test.Bytes("seed")]);
            using var share = Providers.Get(provider).CreateKeyShare(NamedGroup.X25519MlKem768, destination => draws.Dequeue().CopyTo(destination));
            var secret = new byte[64];
            Assert.True(share.TryAgree([.. test.Bytes("c"), .. X25519.BasePoint], secret), test.Describe());
            Assert.True(test.Bytes("K").AsSpan().SequenceEqual(secret.AsSpan(0, 32)) == (test.Result() == "valid"), test.Describe());
            ran++;
        }

        Assert.True(ran > 30, $"only {ran} vectors applied");
    }

    [Theory]
    [ClassData(typeof(Providers))]
    public void The_hybrid_refuses_keys_that_are_none_without_throwing(string provider)
    {
        Assert.SkipUnless(HybridKeyShare.IsSupported, "ML-KEM needs OpenSSL 3.5 or later.");
        var crypto = Providers.Get(provider);
        using var share = crypto.CreateKeyShare(NamedGroup.X25519MlKem768, new Random(1).NextBytes);
        var key = share.PublicKey.ToArray();
        var secret = new byte[64];
        Assert.True(crypto.TryAgree(NamedGroup.X25519MlKem768, new Random(2).NextBytes, key, out var answer, secret));
        var other = new byte[64];
        Assert.True(share.TryAgree(answer, other));
        Assert.Equal(secret, other);

        key[0] = 0xFF;
        key[1] |= 0x0F;
        Assert.False(crypto.TryAgree(NamedGroup.X25519MlKem768, new Random(2).NextBytes, key, out _, secret));
        Assert.False(crypto.TryAgree(NamedGroup.X25519MlKem768, new Random(2).NextBytes, key.AsSpan(1), out _, secret));
        Assert.False(crypto.TryAgree(NamedGroup.X25519MlKem768, new Random(2).NextBytes, [.. share.PublicKey[..1184], .. new byte[32]], out _, secret));
        Assert.False(share.TryAgree(answer.AsSpan(1), other));
        answer.AsSpan(1088).Clear();
        Assert.False(share.TryAgree(answer, other));
    }
#endif

    [Theory]
    [ClassData(typeof(Providers))]
    public void A_key_of_the_wrong_length_is_refused(string provider)
    {
        foreach (var group in (NamedGroup[])[NamedGroup.X25519, NamedGroup.Secp256r1, NamedGroup.Secp384r1])
        {
            using var share = Create(provider, group, new string('1', 2 * group.SecretLength));
            for (var length = 0; length < 150; length++)
            {
                if (length != share.PublicKey.Length)
                {
                    Assert.False(share.TryAgree(new byte[length], new byte[group.SecretLength]));
                }
            }

            Assert.False(share.TryAgree(new byte[share.PublicKey.Length], new byte[group.SecretLength]));
            var offCurve = share.PublicKey.ToArray();
            offCurve[^1] ^= 1;
            Assert.Equal(group == NamedGroup.X25519, share.TryAgree(offCurve, new byte[group.SecretLength]));
        }
    }

    [Fact]
    public void A_private_key_outside_the_group_is_drawn_again()
    {
        string[] draws =
        [
            new('0', 64),
            "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
            new('F', 64),
            "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550",
        ];
        var next = 0;
        var privateKey = new byte[32];
        PrimeCurve.Secp256r1.DrawPrivateKey(destination => Convert.FromHexString(draws[next++]).CopyTo(destination), privateKey);
        Assert.Equal(4, next);
        Assert.Equal(draws[3], Convert.ToHexString(privateKey));
    }

    private static KeyShare Create(string provider, NamedGroup group, string privateKey) =>
        Providers.Get(provider).CreateKeyShare(group, destination => Convert.FromHexString(privateKey).CopyTo(destination));
}
