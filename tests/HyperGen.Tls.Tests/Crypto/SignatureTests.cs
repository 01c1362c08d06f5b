using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Tls.Crypto;

namespace HyperGen.Tls.Tests.Crypto;

public sealed class SignatureTests
{
    [Fact]
    public void Ecdsa_passes_Wycheproof() =>
        Check("ecdsa_secp256r1_sha256", SignatureScheme.EcdsaSecp256r1Sha256, static () => ECDsa.Create(), static (key, der) => key.ImportSubjectPublicKeyInfo(der, out _));

    [Fact]
    public void Rsa_pss_passes_Wycheproof() =>
        Check("rsa_pss_2048_sha256_mgf1_32", SignatureScheme.RsaPssRsaeSha256, static () => RSA.Create(), static (key, der) => key.ImportRSAPublicKey(der, out _));

    /// <summary>RFC 8032, section 7.1, tests 2 and 3.</summary>
    [Theory]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void Ed25519_matches_RFC_8032(string privateKey, string publicKey, string message, string signature)
    {
        Assert.SkipUnless(Ed25519.IsSupported, "Ed25519 needs libcrypto.");
        var seed = Convert.FromHexString(privateKey);
        Assert.Equal(publicKey, Convert.ToHexStringLower(Ed25519.PublicKeyOf(seed)));
        using var key = new Ed25519PrivateKey(seed);
        var made = key.SignData(Convert.FromHexString(message));
        Assert.Equal(signature, Convert.ToHexStringLower(made));
        Assert.True(Ed25519.Verify(Convert.FromHexString(publicKey), Convert.FromHexString(message), made));
        for (var bit = 0; bit < made.Length * 8; bit++)
        {
            made[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Ed25519.Verify(Convert.FromHexString(publicKey), Convert.FromHexString(message), made));
            made[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.False(Ed25519.Verify([1], [], made));
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.2
    //= type=test
    //# In addition, the signature algorithm MUST be compatible with the key
    //# in the sender's end-entity certificate.
    [Theory]
    [InlineData("1.2.840.10045.3.1.7", SignatureScheme.EcdsaSecp256r1Sha256)]
    [InlineData("1.3.132.0.34", SignatureScheme.EcdsaSecp384r1Sha384)]
    [InlineData("1.3.132.0.35", null)]
    [InlineData("1.3.132.0.10", null)]
    [InlineData("1.3.36.3.3.2.8.1.1.7", null)]
    internal void A_scheme_of_ECDSA_goes_with_its_own_curve(string curve, SignatureScheme? own)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromValue(curve));
        using var certificate = new CertificateRequest("CN=h3.test", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        foreach (var scheme in HandshakeOptions.Default.SignatureSchemes.Where(CryptoProvider.Default.IsSupported))
        {
            var signature = key.SignData("content"u8, Signatures.HashOf(scheme), DSASignatureFormat.Rfc3279DerSequence);
            Assert.Equal(scheme == own ? null : TlsAlert.IllegalParameter, Signatures.Verify(certificate.RawData, scheme, "content"u8, signature));
        }

        if (own is null)
        {
            Assert.Throws<ArgumentException>(() => new Credential([certificate.RawData], key));
        }
        else
        {
            Assert.Equal([own.Value], new Credential([certificate.RawData], key).SignatureSchemes);
        }
    }

    [Fact]
    public void A_certificate_is_DER_and_nothing_else()
    {
        var credential = TestCredentials.Ecdsa;
        var scheme = SignatureScheme.EcdsaSecp256r1Sha256;
        var signature = credential.Sign(scheme, "content"u8);
        var certificate = credential.Chain[0].ToArray();
        Assert.Null(Signatures.Verify(certificate, scheme, "content"u8, signature));
        Assert.Equal(TlsAlert.BadCertificate, Signatures.Verify(System.Text.Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE", certificate)), scheme, "content"u8, signature));
        Assert.Equal(TlsAlert.BadCertificate, Signatures.Verify([.. certificate, 0], scheme, "content"u8, signature));
        Assert.Equal(TlsAlert.BadCertificate, Signatures.Verify([0x30, 0], scheme, "content"u8, signature));
    }

    private static void Check<TKey>(string file, SignatureScheme scheme, Func<TKey> create, Action<TKey, byte[]> import)
        where TKey : AsymmetricAlgorithm
    {
        var ran = 0;
        foreach (var (group, test) in Wycheproof.Read(file))
        {
            using var key = create();
            import(key, group.Bytes(typeof(TKey) == typeof(RSA) ? "publicKeyAsn" : "publicKeyDer"));
            var isValid = test.Result() == "valid";
            Assert.True(isValid == Signatures.Verify(key, scheme, test.Bytes("msg"), test.Bytes("sig")), test.Describe());
            ran++;
        }

        Assert.True(ran > 100, $"only {ran} vectors ran");
    }
}
