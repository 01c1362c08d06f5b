using System.Security.Cryptography;

namespace HyperGen.Tls.Tests.Crypto;

public sealed class SignatureTests
{
    [Fact]
    public void Ecdsa_passes_Wycheproof() =>
        Check("ecdsa_secp256r1_sha256", SignatureScheme.EcdsaSecp256r1Sha256, static () => ECDsa.Create(), static (key, der) => key.ImportSubjectPublicKeyInfo(der, out _));

    [Fact]
    public void Rsa_pss_passes_Wycheproof() =>
        Check("rsa_pss_2048_sha256_mgf1_32", SignatureScheme.RsaPssRsaeSha256, static () => RSA.Create(), static (key, der) => key.ImportRSAPublicKey(der, out _));

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
