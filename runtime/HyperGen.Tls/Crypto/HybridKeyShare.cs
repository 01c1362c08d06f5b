#if NET10_0_OR_GREATER
using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

/// <summary>X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem): the client's half is a key pair of each, the server's a ciphertext and a key of X25519.</summary>
internal sealed class HybridKeyShare : KeyShare
{
    private const int EncapsulationKeyLength = 1184;
    private const int CiphertextLength = 1088;
    private const int KemSecretLength = 32;
    private const int SeedLength = 64;

    private readonly MLKem _kem;
    private readonly KeyShare _curve;
    private readonly byte[] _publicKey = new byte[EncapsulationKeyLength + X25519.KeyLength];

    /// <param name="curve">The share of X25519, which this one disposes.</param>
    /// <param name="random">Where the private key of ML-KEM is drawn from.</param>
    public HybridKeyShare(KeyShare curve, RandomSource random)
    {
        _curve = curve;
        Span<byte> seed = stackalloc byte[SeedLength];
        random(seed);
        _kem = MLKem.ImportPrivateSeed(MLKemAlgorithm.MLKem768, seed);
        CryptographicOperations.ZeroMemory(seed);
        _kem.ExportEncapsulationKey(_publicKey.AsSpan(0, EncapsulationKeyLength));
        curve.PublicKey.CopyTo(_publicKey.AsSpan(EncapsulationKeyLength));
    }

    public static bool IsSupported => MLKem.IsSupported;

    public override NamedGroup Group => NamedGroup.X25519MlKem768;

    public override ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>Agrees on a secret as a server does.</summary>
    /// <param name="curve">A share of X25519.</param>
    /// <param name="clientKey">The client's <c>key_exchange</c>, unchecked.</param>
    /// <param name="serverKey">What goes back.</param>
    /// <param name="sharedSecret">64 bytes.</param>
    public static bool TryEncapsulate(KeyShare curve, ReadOnlySpan<byte> clientKey, out byte[] serverKey, Span<byte> sharedSecret)
    {
        serverKey = [];

        // FIPS 203, section 7.2, demands the check of the key. Made here, a bad key costs no exception.
        if (clientKey.Length != EncapsulationKeyLength + X25519.KeyLength
            || !IsReduced(clientKey[..(EncapsulationKeyLength - 32)])
            || !curve.TryAgree(clientKey[EncapsulationKeyLength..], sharedSecret[KemSecretLength..]))
        {
            return false;
        }

        using var kem = MLKem.ImportEncapsulationKey(MLKemAlgorithm.MLKem768, clientKey[..EncapsulationKeyLength]);
        serverKey = new byte[CiphertextLength + X25519.KeyLength];
        kem.Encapsulate(serverKey.AsSpan(0, CiphertextLength), sharedSecret[..KemSecretLength]);
        curve.PublicKey.CopyTo(serverKey.AsSpan(CiphertextLength));
        return true;
    }

    public override bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        if (peerPublicKey.Length != CiphertextLength + X25519.KeyLength
            || !_curve.TryAgree(peerPublicKey[CiphertextLength..], sharedSecret[KemSecretLength..]))
        {
            return false;
        }

        _kem.Decapsulate(peerPublicKey[..CiphertextLength], sharedSecret[..KemSecretLength]);
        return true;
    }

    public override void Dispose()
    {
        _kem.Dispose();
        _curve.Dispose();
    }

    /// <summary>Whether every coefficient, 12 bits each, is below q. The key is public.</summary>
    private static bool IsReduced(ReadOnlySpan<byte> coefficients)
    {
        const int Q = 3329;
        for (var i = 0; i < coefficients.Length; i += 3)
        {
            var first = coefficients[i] | ((coefficients[i + 1] & 0x0F) << 8);
            var second = (coefficients[i + 1] >> 4) | (coefficients[i + 2] << 4);
            if (first >= Q || second >= Q)
            {
                return false;
            }
        }

        return true;
    }
}
#endif
