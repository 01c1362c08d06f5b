using HyperGen.Quic.Wire;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Protection;

/// <summary>The tag at the end of a Retry packet, under a key everybody knows: it proves that the sender saw the Initial (RFC 9001 section 5.8).</summary>
internal static class RetryIntegrity
{
    public const int TagLength = Aead.TagLength;

    /// <summary>Computes the tag of a Retry packet.</summary>
    /// <param name="crypto">Where the primitives come from.</param>
    /// <param name="version">The version of the packet.</param>
    /// <param name="originalDestinationId">The Destination Connection ID of the Initial that the packet answers.</param>
    /// <param name="retry">The packet without its tag.</param>
    /// <param name="tag">16 bytes.</param>
    public static void ComputeTag(
        CryptoProvider crypto, QuicVersion version, ReadOnlySpan<byte> originalDestinationId, ReadOnlySpan<byte> retry, Span<byte> tag)
    {
        Span<byte> pseudo = stackalloc byte[1 + originalDestinationId.Length + retry.Length];
        pseudo[0] = (byte)originalDestinationId.Length;
        originalDestinationId.CopyTo(pseudo[1..]);
        retry.CopyTo(pseudo[(1 + originalDestinationId.Length)..]);
        using var aead = crypto.CreateAead(AeadAlgorithm.Aes128Gcm, version.RetryKey);
        aead.Seal(version.RetryNonce, pseudo, default, tag);
    }
}
