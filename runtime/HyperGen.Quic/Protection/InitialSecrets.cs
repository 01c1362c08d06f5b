using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Protection;

/// <summary>The keys of Initial packets, which anyone who saw the client's first packet can derive (RFC 9001 section 5.2).</summary>
internal static class InitialSecrets
{
    private static ReadOnlySpan<byte> SaltV1 =>
        [0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a];

    /// <summary>The keys of both directions.</summary>
    /// <param name="crypto">Where the primitives come from.</param>
    /// <param name="destinationId">The Destination Connection ID of the client's first Initial packet, or of the one after a Retry.</param>
    public static (DirectionKeys Client, DirectionKeys Server) Derive(CryptoProvider crypto, ReadOnlySpan<byte> destinationId)
    {
        Span<byte> initial = stackalloc byte[HashKind.Sha256.Length];
        Span<byte> secret = stackalloc byte[HashKind.Sha256.Length];
        crypto.Extract(HashKind.Sha256, SaltV1, destinationId, initial);
        crypto.ExpandLabel(HashKind.Sha256, initial, "client in"u8, default, secret);
        var client = new DirectionKeys(crypto, CipherSuite.Aes128GcmSha256, secret);
        crypto.ExpandLabel(HashKind.Sha256, initial, "server in"u8, default, secret);
        return (client, new DirectionKeys(crypto, CipherSuite.Aes128GcmSha256, secret));
    }
}
