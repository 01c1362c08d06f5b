using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

internal sealed class BclAesGcmAead(ReadOnlySpan<byte> key) : BclAead
{
    private readonly AesGcm _cipher = new(key, TagLength);

    protected override void Encrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associatedData) =>
        _cipher.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);

    protected override void Dispose(bool disposing) => _cipher.Dispose();
}
