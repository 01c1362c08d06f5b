using System.Net.Security;

namespace HyperGen.Tls;

/// <summary>The answer to a <see cref="SelectCredentialsQuestion"/>. Immutable; the same one may answer every ClientHello.</summary>
/// <param name="ApplicationProtocols">The ALPN identifiers the server speaks, most preferred first.</param>
/// <param name="Credentials">
/// Most preferred first: the first that can sign with an algorithm of the client's is used, so ECDSA stands before RSA.
/// </param>
internal sealed record ServerSelection(IReadOnlyList<SslApplicationProtocol> ApplicationProtocols, IReadOnlyList<Credential> Credentials)
{
    /// <summary>
    /// Whether the client is asked for a certificate, which a <see cref="VerifyChainQuestion"/> then is about. Default: no. If so, sessions are not resumed:
    /// who the client is, and whether its certificate still holds, is proved in each handshake.
    /// </summary>
    public ClientCertificates ClientCertificates { get; init; }
}
