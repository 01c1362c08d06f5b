using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

/// <summary>A private key of Ed25519, in the place where .NET has none: a handle like the others, that only libcrypto can sign with.</summary>
internal sealed class Ed25519PrivateKey : AsymmetricAlgorithm
{
    private readonly byte[] _key;

    /// <param name="privateKey">The 32 bytes of RFC 8032, section 5.1.5, which are copied.</param>
    /// <exception cref="PlatformNotSupportedException">There is no libcrypto that can sign with it.</exception>
    public Ed25519PrivateKey(ReadOnlySpan<byte> privateKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(privateKey.Length, Ed25519.KeyLength, nameof(privateKey));
        if (!Ed25519.IsSupported)
        {
            throw new PlatformNotSupportedException("Signing with Ed25519 needs OpenSSL's libcrypto.");
        }

        _key = privateKey.ToArray();
        KeySizeValue = 256;
    }

    /// <summary>Signs.</summary>
    public byte[] SignData(ReadOnlySpan<byte> content) => Ed25519.Sign(_key, content);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        CryptographicOperations.ZeroMemory(_key);
        base.Dispose(disposing);
    }
}
