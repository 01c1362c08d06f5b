using HyperGen.Tls.Crypto;

namespace HyperGen.Tls;

/// <summary>What an endpoint is willing to negotiate. Immutable, and shared by all of its connections.</summary>
internal sealed class HandshakeOptions
{
    /// <summary>All we implement, with the primitives of this system.</summary>
    public static HandshakeOptions Default { get; } = new();

    /// <summary>Default: <see cref="CryptoProvider.Default"/>.</summary>
    public CryptoProvider Crypto { get; init; } = CryptoProvider.Default;

    /// <summary>
    /// Most preferred first; those the provider lacks are passed over. Default: AES-128-GCM, AES-256-GCM, ChaCha20-Poly1305 - the order of OpenSSL,
    /// but with the cheapest first.
    /// </summary>
    public IReadOnlyList<CipherSuite> CipherSuites { get; init; } =
        [CipherSuite.Aes128GcmSha256, CipherSuite.Aes256GcmSha384, CipherSuite.ChaCha20Poly1305Sha256];

    /// <summary>
    /// Most preferred first; those the provider lacks are passed over. A client sends a key share for the first, and one for X25519 beside that of the
    /// hybrid, as Chromium does; a server takes the first for which the client has sent one. Default: the hybrid, then by their cost X25519, secp256r1,
    /// secp384r1.
    /// </summary>
    public IReadOnlyList<NamedGroup> Groups { get; init; } =
        [NamedGroup.X25519MlKem768, NamedGroup.X25519, NamedGroup.Secp256r1, NamedGroup.Secp384r1];

    /// <summary>Where secrets are written for a debugger of the protocol; null, the default, for nowhere. Who sets it gives up all secrecy.</summary>
    public KeyLogSink? KeyLog { get; init; }

    /// <summary>What is accepted in the peer's CertificateVerify, most preferred first; those the provider lacks are passed over. Default: all we know.</summary>
    public IReadOnlyList<SignatureScheme> SignatureSchemes { get; init; } =
    [
        SignatureScheme.EcdsaSecp256r1Sha256,
        SignatureScheme.Ed25519,
        SignatureScheme.RsaPssRsaeSha256,
        SignatureScheme.EcdsaSecp384r1Sha384,
        SignatureScheme.RsaPssRsaeSha384,
        SignatureScheme.RsaPssRsaeSha512,
    ];
}
