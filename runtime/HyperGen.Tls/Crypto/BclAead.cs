using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

/// <summary>Opens without the BCL's <c>Decrypt</c>, whose answer to a forgery is an exception of 7-10 µs that any stranger could order.</summary>
/// <remarks>
/// Both ciphers of TLS 1.3 are stream ciphers: encrypting the ciphertext gives the plaintext, and encrypting that again gives the tag to compare.
/// The nonce is not reused in any sense that matters, for nothing but the plaintext of a genuine packet leaves this method.
/// </remarks>
internal abstract class BclAead : Aead
{
    private byte[] _scratch = [];

    protected sealed override bool TryOpenCore(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
    {
        if (_scratch.Length < ciphertext.Length)
        {
            _scratch = new byte[Math.Max(2048, ciphertext.Length)];
        }

        Span<byte> computed = stackalloc byte[TagLength];
        var scratch = _scratch.AsSpan(0, ciphertext.Length);
        Encrypt(nonce, ciphertext, plaintext, computed, associatedData);
        Encrypt(nonce, plaintext, scratch, computed, associatedData);
        if (CryptographicOperations.FixedTimeEquals(computed, tag))
        {
            return true;
        }

        CryptographicOperations.ZeroMemory(plaintext);
        return false;
    }

    protected sealed override void SealCore(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> destination) =>
        Encrypt(nonce, plaintext, destination[..plaintext.Length], destination[plaintext.Length..], associatedData);

    protected abstract void Encrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associatedData);
}
