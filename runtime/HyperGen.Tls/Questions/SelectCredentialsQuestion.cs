using System.Net.Security;

namespace HyperGen.Tls;

/// <summary>Server: with which certificates and options shall this ClientHello be answered?</summary>
/// <remarks>Answered with <see cref="TlsHandshake.AnswerCredentials"/>, or <see cref="TlsHandshake.Refuse"/>.</remarks>
internal sealed class SelectCredentialsQuestion(
    int id,
    string? serverName,
    IReadOnlyList<SslApplicationProtocol> applicationProtocols,
    IReadOnlyList<SignatureScheme> signatureSchemes,
    IReadOnlyList<SignatureScheme> certificateSchemes) : TlsQuestion(id)
{
    /// <summary>The host_name of the server_name extension (SNI), as sent: ASCII without a trailing dot. Null when there is none.</summary>
    public string? ServerName { get; } = serverName;

    /// <summary>The client's ALPN identifiers, most preferred first; never empty.</summary>
    public IReadOnlyList<SslApplicationProtocol> ApplicationProtocols { get; } = applicationProtocols;

    /// <summary>Those of the client's signature algorithms that we know, most preferred first.</summary>
    public IReadOnlyList<SignatureScheme> SignatureSchemes { get; } = signatureSchemes;

    /// <summary>Those of the client's algorithms for signatures in certificates that we know.</summary>
    public IReadOnlyList<SignatureScheme> CertificateSchemes { get; } = certificateSchemes;
}
