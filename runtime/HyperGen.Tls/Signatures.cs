using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Tls.Crypto;

namespace HyperGen.Tls;

/// <summary>Verification of the CertificateVerify message: the seam in which the BCL's exceptions on hostile certificates end.</summary>
internal static class Signatures
{
    private const string EllipticCurveKey = "1.2.840.10045.2.1";

    //= https://www.rfc-editor.org/rfc/rfc9846#section-9.1
    //# A TLS-compliant application MUST support digital signatures with
    //# rsa_pkcs1_sha256 (for certificates), rsa_pss_rsae_sha256 (for
    //# CertificateVerify and certificates), and ecdsa_secp256r1_sha256.

    /// <summary>What the platform verifies in certificates, most preferred first: more than goes into a CertificateVerify, for authorities still sign with PKCS #1.</summary>
    public static IReadOnlyList<SignatureScheme> InCertificates { get; } =
    [
        SignatureScheme.EcdsaSecp256r1Sha256,
        SignatureScheme.EcdsaSecp384r1Sha384,
        SignatureScheme.EcdsaSecp521r1Sha512,
        SignatureScheme.Ed25519,
        SignatureScheme.RsaPssRsaeSha256,
        SignatureScheme.RsaPssRsaeSha384,
        SignatureScheme.RsaPssRsaeSha512,
        SignatureScheme.RsaPkcs1Sha256,
        SignatureScheme.RsaPkcs1Sha384,
        SignatureScheme.RsaPkcs1Sha512,
    ];

    /// <summary>Whether the scheme can be that of a CertificateVerify.</summary>
    public static bool IsKnown(SignatureScheme scheme) => scheme
        is SignatureScheme.EcdsaSecp256r1Sha256
        or SignatureScheme.EcdsaSecp384r1Sha384
        or SignatureScheme.RsaPssRsaeSha256
        or SignatureScheme.RsaPssRsaeSha384
        or SignatureScheme.RsaPssRsaeSha512
        or SignatureScheme.Ed25519;

    public static HashAlgorithmName HashOf(SignatureScheme scheme) => scheme switch
    {
        SignatureScheme.EcdsaSecp256r1Sha256 or SignatureScheme.RsaPssRsaeSha256 => HashAlgorithmName.SHA256,
        SignatureScheme.EcdsaSecp384r1Sha384 or SignatureScheme.RsaPssRsaeSha384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    /// <summary>Whether the signature is that of the certificate's key.</summary>
    /// <param name="certificate">The peer's certificate in DER, unchecked.</param>
    /// <param name="scheme">A scheme that we offered.</param>
    /// <param name="content">What was signed.</param>
    /// <param name="signature">The signature, unchecked.</param>
    /// <returns>Null when it is; otherwise the alert that says what is wrong.</returns>
    public static TlsAlert? Verify(ReadOnlySpan<byte> certificate, SignatureScheme scheme, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        try
        {
            // The loader takes PEM too, which has no place on the wire.
            using var parsed = X509CertificateLoader.LoadCertificate(certificate);
            if (!parsed.RawDataMemory.Span.SequenceEqual(certificate))
            {
                return TlsAlert.BadCertificate;
            }

            if (scheme == SignatureScheme.Ed25519)
            {
                return parsed.PublicKey.Oid.Value != Ed25519.ObjectId ? TlsAlert.IllegalParameter
                    : Ed25519.Verify(parsed.PublicKey.EncodedKeyValue.RawData, content, signature) ? null
                    : TlsAlert.DecryptError;
            }

            //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.2
            //# In addition, the signature algorithm MUST be compatible with the key
            //# in the sender's end-entity certificate.
            var isEcdsa = IsEcdsa(scheme);
            if (isEcdsa && EcdsaSchemeOf(parsed) != scheme)
            {
                return TlsAlert.IllegalParameter;
            }

            // OpenSSL takes up to 16,384 bits, which an unknown peer could make us compute with; no authority signs keys of more than 8,192.
            using AsymmetricAlgorithm? key = isEcdsa ? parsed.GetECDsaPublicKey() : parsed.GetRSAPublicKey();
            return key is null or RSA { KeySize: > 8192 } ? TlsAlert.IllegalParameter
                : Verify(key, scheme, content, signature) ? null
                : TlsAlert.DecryptError;
        }
        catch (CryptographicException)
        {
            return TlsAlert.BadCertificate;
        }
    }

    /// <summary>The algorithm that goes with the curve of a certificate's key, named as it must be; null for any other key and any other curve.</summary>
    /// <remarks>The size of the key does not tell: secp256k1 and brainpoolP256r1 have 256 bits too.</remarks>
    public static SignatureScheme? EcdsaSchemeOf(X509Certificate2 certificate)
    {
        // OBJECT IDENTIFIER, in DER
        ReadOnlySpan<byte> secp256r1 = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
        ReadOnlySpan<byte> secp384r1 = [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22];
        var curve = certificate.PublicKey.EncodedParameters?.RawData;
        return certificate.PublicKey.Oid.Value != EllipticCurveKey ? null
            : secp256r1.SequenceEqual(curve) ? SignatureScheme.EcdsaSecp256r1Sha256
            : secp384r1.SequenceEqual(curve) ? SignatureScheme.EcdsaSecp384r1Sha384
            : null;
    }

    /// <summary>Whether the signature is the key's.</summary>
    public static bool Verify(AsymmetricAlgorithm key, SignatureScheme scheme, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature) => key switch
    {
        ECDsa ecdsa => IsDer(signature) && ecdsa.VerifyData(content, signature, HashOf(scheme), DSASignatureFormat.Rfc3279DerSequence),
        RSA rsa => rsa.VerifyData(content, signature, HashOf(scheme), RSASignaturePadding.Pss),
        _ => false,
    };

    /// <summary>Whether an Ecdsa-Sig-Value is two positive integers in DER. The BCL also takes numbers that lack their leading zero.</summary>
    private static bool IsDer(ReadOnlySpan<byte> signature)
    {
        const int Sequence = 0x30;
        return signature.Length is > 2 and < 0x82
            && signature[0] == Sequence
            && signature[1] == signature.Length - 2
            && TryInteger(ref signature, 2)
            && TryInteger(ref signature, 0)
            && signature.IsEmpty;

        static bool TryInteger(ref ReadOnlySpan<byte> rest, int start)
        {
            const int Integer = 2;
            rest = rest[start..];
            if (rest.Length < 3 || rest[0] != Integer || rest[1] == 0 || rest.Length < 2 + rest[1])
            {
                return false;
            }

            var digits = rest.Slice(2, rest[1]);
            rest = rest[(2 + digits.Length)..];
            var isNegative = digits[0] >= 0x80;
            var isPadded = digits.Length > 1 && digits[0] == 0 && digits[1] < 0x80;
            return !isNegative && !isPadded;
        }
    }

    private static bool IsEcdsa(SignatureScheme scheme) => scheme is SignatureScheme.EcdsaSecp256r1Sha256 or SignatureScheme.EcdsaSecp384r1Sha384;
}
