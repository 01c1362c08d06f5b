using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Tls;

namespace HyperGen.Transport.Tests.Shards;

/// <summary>Certificates of both kinds of keys, and a key that does what a test says when it is asked to sign.</summary>
internal static class TestKeys
{
    public static Credential Ecdsa { get; } = Create();

    /// <summary>A credential with an RSA key that runs <paramref name="onSign"/> before each signature, as a slow or broken hardware module would.</summary>
    public static Credential Rsa(Action onSign)
    {
        var key = RSA.Create(2048);
        return new Credential([Certify(new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pss))], new WatchedRsa(key, onSign));
    }

    private static Credential Create()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new Credential([Certify(new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256))], key);
    }

    private static byte[] Certify(CertificateRequest request)
    {
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return certificate.RawData;
    }

    private sealed class WatchedRsa(RSA key, Action onSign) : RSA
    {
        public override int KeySize => key.KeySize;

        public override RSAParameters ExportParameters(bool includePrivateParameters) => key.ExportParameters(includePrivateParameters);

        public override void ImportParameters(RSAParameters parameters) => throw new NotSupportedException();

        public override byte[] SignHash(byte[] hash, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)
        {
            onSign();
            return key.SignHash(hash, hashAlgorithm, padding);
        }

        protected override void Dispose(bool disposing)
        {
            key.Dispose();
            base.Dispose(disposing);
        }
    }
}
