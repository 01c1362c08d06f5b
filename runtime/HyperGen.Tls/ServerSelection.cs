using System.Net.Security;

namespace HyperGen.Tls;

/// <summary>The answer to a <see cref="SelectCredentialsQuestion"/>. Immutable; the same one may answer every ClientHello.</summary>
/// <param name="ApplicationProtocols">The ALPN identifiers the server speaks, most preferred first.</param>
/// <param name="Credentials">
/// Most preferred first: the first that can sign with an algorithm of the client's is used, so ECDSA stands before RSA.
/// </param>
internal sealed record ServerSelection(IReadOnlyList<SslApplicationProtocol> ApplicationProtocols, IReadOnlyList<Credential> Credentials);
