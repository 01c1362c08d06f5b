using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Protection;

/// <summary>How much one AEAD key may do before it gives something away (RFC 9001 section 6.6 and appendix B).</summary>
/// <param name="Update">Packets sealed after which the keys are updated: an eighth of what AES-GCM allows, which leaves time for an update to be delayed.</param>
/// <param name="Confidentiality">Packets sealed after which nothing more may be.</param>
/// <param name="Integrity">Forged packets, over all keys of a connection, that end it.</param>
internal readonly record struct AeadLimits(long Update, long Confidentiality, long Integrity)
{
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
    //# For AEAD_AES_128_GCM and AEAD_AES_256_GCM, the confidentiality limit is
    //# 2^23 encrypted packets
    //
    //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
    //# For AEAD_CHACHA20_POLY1305, the
    //# confidentiality limit is greater than the number of possible packets (2^62) and
    //# so can be disregarded.

    /// <summary>The limits of an algorithm.</summary>
    public static AeadLimits Of(AeadAlgorithm algorithm) => algorithm == AeadAlgorithm.ChaCha20Poly1305
        ? new(1L << 20, long.MaxValue, 1L << 36)
        : new(1L << 20, 1L << 23, 1L << 52);
}
