namespace HyperGen.Tls;

/// <summary>Does this chain prove who the peer is?</summary>
/// <remarks>
/// Asked after the peer has proved, with its CertificateVerify, that it holds the private key of the first certificate (a server asks for that before). Answered with
/// <see cref="TlsHandshake.AnswerChain"/>, or <see cref="TlsHandshake.Refuse"/> and the alert that fits.
/// </remarks>
internal sealed class VerifyChainQuestion(int id, string? serverName, IReadOnlyList<ReadOnlyMemory<byte>> certificates) : TlsQuestion(id)
{
    /// <summary>The name that the first certificate must be for; null at a server.</summary>
    public string? ServerName { get; } = serverName;

    /// <summary>The certificates in DER, the peer's own first.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Certificates { get; } = certificates;
}
