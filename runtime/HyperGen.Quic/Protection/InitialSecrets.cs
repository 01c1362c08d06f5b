using HyperGen.Quic.Wire;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Protection;

/// <summary>The keys of Initial packets, which anyone who saw the client's first packet can derive (RFC 9001 section 5.2).</summary>
internal static class InitialSecrets
{
    /// <summary>The keys of both directions.</summary>
    /// <param name="crypto">Where the primitives come from.</param>
    /// <param name="version">The version of the packets.</param>
    /// <param name="destinationId">The Destination Connection ID of the client's first Initial packet, or of the one after a Retry.</param>
    public static (DirectionKeys Client, DirectionKeys Server) Derive(CryptoProvider crypto, QuicVersion version, ReadOnlySpan<byte> destinationId)
    {
        Span<byte> initial = stackalloc byte[HashKind.Sha256.Length];
        Span<byte> secret = stackalloc byte[HashKind.Sha256.Length];
        crypto.Extract(HashKind.Sha256, version.InitialSalt, destinationId, initial);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-5.2
        //# The HKDF-Expand-Label function defined in TLS 1.3 MUST be used for Initial packets even
        //# where the TLS versions offered do not include TLS 1.3.
        crypto.ExpandLabel(HashKind.Sha256, initial, "client in"u8, default, secret);
        var client = new DirectionKeys(crypto, version, CipherSuite.Aes128GcmSha256, secret);
        crypto.ExpandLabel(HashKind.Sha256, initial, "server in"u8, default, secret);
        return (client, new DirectionKeys(crypto, version, CipherSuite.Aes128GcmSha256, secret));
    }
}
