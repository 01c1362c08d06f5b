using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

/// <summary>X25519 (RFC 7748) through <c>EVP_PKEY</c>.</summary>
internal sealed unsafe class LibcryptoX25519KeyShare : KeyShare
{
    private readonly byte[] _publicKey = new byte[X25519.KeyLength];
    private nint _key;

    public LibcryptoX25519KeyShare(RandomSource random)
    {
        byte* privateKey = stackalloc byte[X25519.KeyLength];
        random(new Span<byte>(privateKey, X25519.KeyLength));
        _key = Libcrypto.KeyNewRawPrivate(Libcrypto.NidX25519, 0, privateKey, X25519.KeyLength);
        CryptographicOperations.ZeroMemory(new Span<byte>(privateKey, X25519.KeyLength));
        Libcrypto.Check(_key != 0);
        fixed (byte* publicKey = _publicKey)
        {
            nuint length = X25519.KeyLength;
            Libcrypto.Check(Libcrypto.KeyGetRawPublic(_key, publicKey, &length) == 1);
        }
    }

    ~LibcryptoX25519KeyShare() => Free();

    public override NamedGroup Group => NamedGroup.X25519;

    public override ReadOnlySpan<byte> PublicKey => _publicKey;

    public override bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        ObjectDisposedException.ThrowIf(_key == 0, this);
        ArgumentOutOfRangeException.ThrowIfNotEqual(sharedSecret.Length, X25519.KeyLength);
        if (peerPublicKey.Length != X25519.KeyLength)
        {
            return false;
        }

        fixed (byte* peerBytes = peerPublicKey)
        fixed (byte* secret = sharedSecret)
        {
            var peer = Libcrypto.KeyNewRawPublic(Libcrypto.NidX25519, 0, peerBytes, X25519.KeyLength);
            var context = Libcrypto.KeyContextNew(_key, 0);
            Libcrypto.Check(peer != 0 && context != 0);

            //= https://www.rfc-editor.org/rfc/rfc9846#section-7.4.2
            //# Implementations MUST check whether the computed Diffie-Hellman
            //# shared secret is the all-zero value and abort if so
            // libcrypto makes this check itself: deriving fails.
            nuint length = X25519.KeyLength;
            var agreed = Libcrypto.DeriveInit(context) == 1
                && Libcrypto.DeriveSetPeer(context, peer) == 1
                && Libcrypto.Derive(context, secret, &length) == 1;
            if (!agreed)
            {
                Libcrypto.ClearErrors();
            }

            Libcrypto.KeyContextFree(context);
            Libcrypto.KeyFree(peer);
            GC.KeepAlive(this);
            return agreed;
        }
    }

    public override void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_key != 0)
        {
            Libcrypto.KeyFree(_key);
            _key = 0;
        }
    }
}
