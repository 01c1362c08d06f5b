namespace HyperGen.Tls;

/// <summary>What is the signature of <see cref="Content"/> with the private key of <see cref="Credential"/>?</summary>
/// <remarks>
/// Answered with <see cref="TlsHandshake.AnswerSignature"/>. Signing may take a millisecond (RSA) or a network's round trip (a hardware module):
/// it happens wherever the owner of the key wants it to, usually through <see cref="Credential.Sign"/>.
/// </remarks>
internal sealed class SignQuestion(int id, Credential credential, SignatureScheme scheme, byte[] content) : TlsQuestion(id)
{
    /// <summary>The chosen credential.</summary>
    public Credential Credential { get; } = credential;

    /// <summary>The algorithm that both the client and the key know.</summary>
    public SignatureScheme Scheme { get; } = scheme;

    /// <summary>The bytes to sign, not yet hashed.</summary>
    public ReadOnlyMemory<byte> Content { get; } = content;
}
