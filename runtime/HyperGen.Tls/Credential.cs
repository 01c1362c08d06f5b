using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Tls.Crypto;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls;

/// <summary>A certificate chain and the private key of its first certificate. Immutable; made once, shared by all connections.</summary>
/// <remarks>The handshake never touches the key: it stays the handle it is, in a hardware module if it likes, and is used through <see cref="Sign"/>.</remarks>
internal sealed class Credential
{
    private readonly AsymmetricAlgorithm _key;

    /// <summary>For each certificate the algorithms that its signature may be of, as far as its bytes tell; none when we do not know it.</summary>
    private readonly IReadOnlyList<SignatureScheme>[] _signedWith;

    /// <param name="chain">Certificates in DER, the key's own first, each next certifying the one before; the root may be left out.</param>
    /// <param name="key">
    /// An <see cref="ECDsa"/> on P-256 or P-384, an <see cref="RSA"/> of at least 2048 bits, or an <see cref="Ed25519PrivateKey"/>. It must outlive the credential.
    /// </param>
    /// <param name="staple">The OCSP response for the first certificate, in DER, for clients that ask for one; empty for none.</param>
    /// <exception cref="ArgumentException">The chain is empty, or no signature algorithm of TLS 1.3 goes with the key.</exception>
    /// <exception cref="CryptographicException">The chain has something that is no certificate.</exception>
    public Credential(IReadOnlyList<ReadOnlyMemory<byte>> chain, AsymmetricAlgorithm key, ReadOnlyMemory<byte> staple = default)
    {
        if (chain.Count == 0)
        {
            throw new ArgumentException("A credential needs at least the certificate of its key.", nameof(chain));
        }

        _key = key;
        Chain = chain;
        using var leaf = X509CertificateLoader.LoadCertificate(chain[0].Span);
        SignatureSchemes = (key, key.KeySize) switch
        {
            (ECDsa, _) when Signatures.EcdsaSchemeOf(leaf) is { } scheme => [scheme],
            (RSA, >= 2048) => [SignatureScheme.RsaPssRsaeSha256, SignatureScheme.RsaPssRsaeSha384, SignatureScheme.RsaPssRsaeSha512],
            (Ed25519PrivateKey, _) => [SignatureScheme.Ed25519],
            _ => throw new ArgumentException("The key must be ECDSA on P-256 or P-384, RSA of at least 2048 bits, or Ed25519.", nameof(key)),
        };
        _signedWith = [.. chain.Select(SchemesOf)];
        SignsQuickly = key is Ed25519PrivateKey || (key is ECDsa { KeySize: 256 } ecdsa && IsInMemory(ecdsa));
        CertificateMessage = Certificate.Encode(chain);
        StapledMessage = staple.IsEmpty ? CertificateMessage : Certificate.Encode(chain, staple.Span);
    }

    /// <summary>
    /// Whether a signature is known to cost tens of microseconds: ECDSA on P-256 with a key in memory. Any other key is best used on a thread that may wait.
    /// </summary>
    public bool SignsQuickly { get; }

    /// <summary>The certificates in DER.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Chain { get; }

    /// <summary>What the key can sign with, most preferred first.</summary>
    public IReadOnlyList<SignatureScheme> SignatureSchemes { get; }

    /// <summary>The Certificate message with its header: the same in every handshake, so it is encoded once.</summary>
    public ReadOnlyMemory<byte> CertificateMessage { get; }

    /// <summary>The same with the OCSP response, if there is one.</summary>
    public ReadOnlyMemory<byte> StapledMessage { get; }

    /// <summary>Whether all certificates are signed with algorithms that a peer takes.</summary>
    /// <param name="schemes">The peer's, for certificates.</param>
    public bool IsSignedWith(IReadOnlyList<SignatureScheme> schemes)
    {
        foreach (var possible in _signedWith)
        {
            if (!possible.Any(schemes.Contains))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Signs, outside the handshake, on any thread on which the key may be used.</summary>
    /// <param name="scheme">One of <see cref="SignatureSchemes"/>.</param>
    /// <param name="content">The bytes to sign, not yet hashed.</param>
    /// <returns>The signature as the scheme has it on the wire.</returns>
    /// <exception cref="CryptographicException">The key's provider failed.</exception>
    public byte[] Sign(SignatureScheme scheme, ReadOnlySpan<byte> content) => _key switch
    {
        ECDsa ecdsa => ecdsa.SignData(content, Signatures.HashOf(scheme), DSASignatureFormat.Rfc3279DerSequence),
        Ed25519PrivateKey ed25519 => ed25519.SignData(content),
        RSA rsa => rsa.SignData(content, Signatures.HashOf(scheme), RSASignaturePadding.Pss),
        _ => throw new InvalidOperationException("The constructor admits no other key."),
    };

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1.2
    //# Certificates that are self-signed
    //# or certificates that are expected to be trust anchors are not validated as
    //# part of the chain and therefore MAY be signed with any algorithm.

    /// <summary>The algorithms that a certificate's signature may be of: of ECDSA and PSS its identifier tells neither curve nor hash.</summary>
    private static IReadOnlyList<SignatureScheme> SchemesOf(ReadOnlyMemory<byte> certificate)
    {
        using var parsed = X509CertificateLoader.LoadCertificate(certificate.Span);
        return parsed.SubjectName.RawData.AsSpan().SequenceEqual(parsed.IssuerName.RawData) ? Signatures.InCertificates : parsed.SignatureAlgorithm.Value switch
        {
            "1.2.840.10045.4.3.2" => [SignatureScheme.EcdsaSecp256r1Sha256],
            "1.2.840.10045.4.3.3" => [SignatureScheme.EcdsaSecp384r1Sha384],
            "1.2.840.10045.4.3.4" => [SignatureScheme.EcdsaSecp521r1Sha512],
            "1.2.840.113549.1.1.11" => [SignatureScheme.RsaPkcs1Sha256],
            "1.2.840.113549.1.1.12" => [SignatureScheme.RsaPkcs1Sha384],
            "1.2.840.113549.1.1.13" => [SignatureScheme.RsaPkcs1Sha512],
            "1.2.840.113549.1.1.10" => [SignatureScheme.RsaPssRsaeSha256, SignatureScheme.RsaPssRsaeSha384, SignatureScheme.RsaPssRsaeSha512],
            Ed25519.ObjectId => [SignatureScheme.Ed25519],
            _ => [],
        };
    }

    /// <summary>A key that can be exported is in memory; one that cannot may be anywhere, behind a driver or a network.</summary>
    private static bool IsInMemory(ECDsa key)
    {
        try
        {
            ECParameters parameters = key.ExportParameters(includePrivateParameters: true);
            CryptographicOperations.ZeroMemory(parameters.D);
            return true;
        }
        catch (Exception failure) when (failure is CryptographicException or NotSupportedException or NotImplementedException)
        {
            return false;
        }
    }
}
