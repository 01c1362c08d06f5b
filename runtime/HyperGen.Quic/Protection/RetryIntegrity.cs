using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Protection;

/// <summary>The tag at the end of a Retry packet, under a key everybody knows: it proves that the sender saw the Initial (RFC 9001 section 5.8).</summary>
internal static class RetryIntegrity
{
    public const int TagLength = Aead.TagLength;

    private static ReadOnlySpan<byte> KeyV1 => [0xbe, 0x0c, 0x69, 0x0b, 0x9f, 0x66, 0x57, 0x5a, 0x1d, 0x76, 0x6b, 0x54, 0xe3, 0x68, 0xc8, 0x4e];

    private static ReadOnlySpan<byte> NonceV1 => [0x46, 0x15, 0x99, 0xd3, 0x5d, 0x63, 0x2b, 0xf2, 0x23, 0x98, 0x25, 0xbb];

    /// <summary>Computes the tag of a Retry packet.</summary>
    /// <param name="crypto">Where the primitives come from.</param>
    /// <param name="originalDestinationId">The Destination Connection ID of the Initial that the packet answers.</param>
    /// <param name="retry">The packet without its tag.</param>
    /// <param name="tag">16 bytes.</param>
    public static void ComputeTag(CryptoProvider crypto, ReadOnlySpan<byte> originalDestinationId, ReadOnlySpan<byte> retry, Span<byte> tag)
    {
        Span<byte> pseudo = stackalloc byte[1 + originalDestinationId.Length + retry.Length];
        pseudo[0] = (byte)originalDestinationId.Length;
        originalDestinationId.CopyTo(pseudo[1..]);
        retry.CopyTo(pseudo[(1 + originalDestinationId.Length)..]);
        using var aead = crypto.CreateAead(AeadAlgorithm.Aes128Gcm, KeyV1);
        aead.Seal(NonceV1, pseudo, default, tag);
    }
}
