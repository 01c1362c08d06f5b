using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HyperGen.Tls.Tests;

/// <summary>Self-signed credentials for <c>h3.test</c>.</summary>
internal static class TestCredentials
{
    public static Credential Ecdsa { get; } = CreateEcdsa(ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256);

    public static Credential EcdsaP384 { get; } = CreateEcdsa(ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384);

    public static Credential Rsa { get; } = CreateRsa();

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
