using HyperGen.Quic.Wire;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Protection;

/// <summary>
/// The tag at the end of a Retry packet, under a key everybody knows: it proves that the sender saw the Initial (RFC 9001 section 5.8). An endpoint keeps the
/// keys, so that a Retry costs it no more than the sealing.
/// </summary>
internal sealed class RetryIntegrity(CryptoProvider crypto) : IDisposable
{
    public const int TagLength = Aead.TagLength;

    /// <summary>The longest packet that a tag is computed of; a token that made it longer would fit no Initial packet.</summary>
    public const int MaxPacketLength = 1200;

    private readonly CryptoProvider _crypto = crypto;
    private Aead? _v1;
    private Aead? _v2;

    /// <summary>Computes the tag of a Retry packet.</summary>
    /// <param name="version">The version of the packet.</param>
    /// <param name="originalDestinationId">The Destination Connection ID of the Initial that the packet answers.</param>
    /// <param name="retry">The packet without its tag, at most <see cref="MaxPacketLength" /> bytes.</param>
    /// <param name="tag">16 bytes or more.</param>
    public void ComputeTag(QuicVersion version, ReadOnlySpan<byte> originalDestinationId, ReadOnlySpan<byte> retry, Span<byte> tag)
    {
        Span<byte> pseudo = stackalloc byte[1 + ConnectionId.MaxLength + MaxPacketLength];
        pseudo = pseudo[..(1 + originalDestinationId.Length + retry.Length)];
        pseudo[0] = (byte)originalDestinationId.Length;
        originalDestinationId.CopyTo(pseudo[1..]);
        retry.CopyTo(pseudo[(1 + originalDestinationId.Length)..]);
        ref var aead = ref _v1;
        if (version == QuicVersion.V2) aead = ref _v2;
        aead ??= _crypto.CreateAead(AeadAlgorithm.Aes128Gcm, version.RetryKey);
        aead.Seal(version.RetryNonce, pseudo, default, tag[..TagLength]);
    }

    public void Dispose()
    {
        _v1?.Dispose();
        _v2?.Dispose();
    }
}
