using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

internal sealed class BclChaCha20Poly1305Aead(ReadOnlySpan<byte> key) : BclAead
{
    private readonly ChaCha20Poly1305 _cipher = new(key);

    protected override void Encrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associatedData) =>
        _cipher.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);

    protected override void Dispose(bool disposing) => _cipher.Dispose();
}
