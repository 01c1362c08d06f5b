using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

/// <summary>System.Security.Cryptography, and managed code for what it lacks: X25519.</summary>
internal sealed class BclProvider : CryptoProvider
{
    public override string Name => "BCL";

    public override bool IsSupported(AeadAlgorithm algorithm) =>
        algorithm == AeadAlgorithm.ChaCha20Poly1305 ? ChaCha20Poly1305.IsSupported : AesGcm.IsSupported;

    public override Aead CreateAead(AeadAlgorithm algorithm, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, algorithm.KeyLength, nameof(key));
        return algorithm == AeadAlgorithm.ChaCha20Poly1305 ? new BclChaCha20Poly1305Aead(key) : new BclAesGcmAead(key);
    }

    public override TranscriptHash CreateTranscriptHash(HashKind hash) => new BclTranscriptHash(hash);

    public override bool IsSupported(SignatureScheme scheme) => scheme != SignatureScheme.Ed25519;

    protected override KeyShare CreateCurveKeyShare(NamedGroup group, RandomSource random) => group switch
    {
        NamedGroup.X25519 => new ManagedX25519KeyShare(random),
        NamedGroup.Secp256r1 => new BclPrimeCurveKeyShare(PrimeCurve.Secp256r1, random),
        NamedGroup.Secp384r1 => new BclPrimeCurveKeyShare(PrimeCurve.Secp384r1, random),
        _ => throw new ArgumentOutOfRangeException(nameof(group), group, "Ask IsSupported before making a key share."),
    };

    public override void Hmac(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        if (hash == HashKind.Sha256)
        {
            HMACSHA256.HashData(key, message, mac);
        }
        else
        {
            HMACSHA384.HashData(key, message, mac);
        }
    }
}
