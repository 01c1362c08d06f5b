namespace HyperGen.Tls;

/// <summary>Server: has the client signed with the key of the certificate it shows? <see cref="Verify"/> finds out.</summary>
/// <remarks>
/// Answered with <see cref="TlsHandshake.AnswerProof"/>. Strangers choose kind and size of the key: a thousand of them must not hold up those whose thread it is, so it
/// is done where it may take its time.
/// </remarks>
internal sealed class VerifySignatureQuestion(int id, ReadOnlyMemory<byte> certificate, SignatureScheme scheme, byte[] content, byte[] signature) : TlsQuestion(id)
{
    /// <summary>Computes the answer, on any thread.</summary>
    /// <returns>Null when the signature is the key's; otherwise the alert that says what is wrong.</returns>
    public TlsAlert? Verify() => Signatures.Verify(certificate.Span, scheme, content, signature);
}
