using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HyperGen.Tls.Tests;

/// <summary>Self-signed credentials for <c>h3.test</c>.</summary>
internal static class TestCredentials
{
    public static Credential Ecdsa { get; } = CreateEcdsa(ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256);

    public static Credential EcdsaP384 { get; } = CreateEcdsa(ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384);

    public static Credential Rsa { get; } = CreateRsa();

    /// <summary>Null where there is no Ed25519.</summary>
    public static Credential? Ed25519 { get; } = HyperGen.Tls.Crypto.Ed25519.IsSupported ? CreateEd25519() : null;

    public static IEnumerable<Credential> All => ((Credential?[])[Ecdsa, EcdsaP384, Rsa, Ed25519]).OfType<Credential>();

    /// <summary>The BCL certifies keys of its own kinds only, so this certificate is that of another key with the key replaced.</summary>
    private static Credential CreateEd25519()
    {
        byte[] seed = [.. Enumerable.Range(0, 32).Select(static i => (byte)i)];
        var publicKey = new PublicKey(new Oid(HyperGen.Tls.Crypto.Ed25519.ObjectId), null, new AsnEncodedData(HyperGen.Tls.Crypto.Ed25519.PublicKeyOf(seed)));
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName("CN=h3.test"), publicKey, HashAlgorithmName.SHA256);
        using var certificate = request.Create(
            new X500DistinguishedName("CN=issuer"), X509SignatureGenerator.CreateForECDsa(issuerKey), DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100), [1]);
        return new Credential([certificate.RawData], new HyperGen.Tls.Crypto.Ed25519PrivateKey(seed));
    }

    private static Credential CreateEcdsa(ECCurve curve, HashAlgorithmName hash)
    {
        var key = ECDsa.Create(curve);
        return Sign(new CertificateRequest("CN=h3.test", key, hash), key);
    }

    private static Credential CreateRsa()
    {
        var key = RSA.Create(2048);
        return Sign(new CertificateRequest("CN=h3.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), key);
    }

    private static Credential Sign(CertificateRequest request, AsymmetricAlgorithm key)
    {
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return new Credential([certificate.RawData], key);
    }
}
