using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

/// <summary>X25519 in managed code, for systems without libcrypto.</summary>
internal sealed class ManagedX25519KeyShare : KeyShare
{
    private readonly byte[] _privateKey = new byte[X25519.KeyLength];
    private readonly byte[] _publicKey = new byte[X25519.KeyLength];

    public ManagedX25519KeyShare(RandomSource random)
    {
        random(_privateKey);
        X25519.Multiply(_privateKey, X25519.BasePoint, _publicKey);
    }

    public override NamedGroup Group => NamedGroup.X25519;

    public override ReadOnlySpan<byte> PublicKey => _publicKey;

    public override bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sharedSecret.Length, X25519.KeyLength);
        if (peerPublicKey.Length != X25519.KeyLength)
        {
            return false;
        }

        X25519.Multiply(_privateKey, peerPublicKey, sharedSecret);

        //= https://www.rfc-editor.org/rfc/rfc9846#section-7.4.2
        //# Implementations MUST check whether the computed Diffie-Hellman
        //# shared secret is the all-zero value and abort if so
        Span<byte> zero = stackalloc byte[X25519.KeyLength];
        zero.Clear();
        return !CryptographicOperations.FixedTimeEquals(sharedSecret, zero);
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(_privateKey);
}
