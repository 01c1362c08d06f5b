using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Transport.Tests.Shards;

/// <summary>The primitives of <see cref="CryptoProvider.Default"/>, with a count of the contexts of AEADs that are still held: those that only a finalizer would free count too.</summary>
internal sealed class CountingCrypto : CryptoProvider
{
    private int _held;

    public int Held => Volatile.Read(ref _held);

    public override string Name => Default.Name;

    public override bool IsSupported(AeadAlgorithm algorithm) => Default.IsSupported(algorithm);

    public override bool IsSupported(SignatureScheme scheme) => Default.IsSupported(scheme);

    public override bool IsSupported(NamedGroup group) => group == NamedGroup.X25519;

    public override TranscriptHash CreateTranscriptHash(HashKind hash) => Default.CreateTranscriptHash(hash);

    public override void Hmac(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> mac) => Default.Hmac(hash, key, message, mac);

    public override Aead CreateAead(AeadAlgorithm algorithm, ReadOnlySpan<byte> key)
    {
        Interlocked.Increment(ref _held);
        return new Counted(this, Default.CreateAead(algorithm, key));
    }

    protected override KeyShare CreateCurveKeyShare(NamedGroup group, RandomSource random) => Default.CreateKeyShare(group, random);

    private sealed class Counted(CountingCrypto counter, Aead inner) : Aead
    {
        private bool _isDisposed;

        protected override void SealCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> destination) =>
            inner.Seal(nonce, associatedData, plaintext, destination);

        protected override bool TryOpenCore(
            ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
        {
            var whole = new byte[ciphertext.Length + tag.Length];
            ciphertext.CopyTo(whole);
            tag.CopyTo(whole.AsSpan(ciphertext.Length));
            return inner.TryOpen(nonce, associatedData, whole, plaintext);
        }

        protected override void Dispose(bool disposing)
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                inner.Dispose();
                Interlocked.Decrement(ref counter._held);
            }
        }
    }
}
