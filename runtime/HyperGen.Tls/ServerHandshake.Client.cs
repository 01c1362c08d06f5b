using HyperGen.Tls.Messages;

namespace HyperGen.Tls;

/// <summary>Who the client is, when the server wants to know.</summary>
internal sealed partial class ServerHandshake
{
    private ClientCertificates _clientCertificates;
    private List<ReadOnlyMemory<byte>>? _clientChain;

    protected override void OnChainAccepted() => _state = State.WaitFinished;

    public override bool AnswerProof(int id, TlsAlert? alert)
    {
        if (!TryClose<VerifySignatureQuestion>(id, out _))
        {
            return false;
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.2
        //# If the verification fails, the receiver MUST terminate the handshake
        //# with a "decrypt_error" alert.
        if (alert is not null)
        {
            Fail(alert.Value, "The client does not prove that it holds the key of its certificate.");
        }
        else
        {
            Ask(new VerifyChainQuestion(NextQuestionId(), serverName: null, _clientChain!));
        }

        return true;
    }

    private void OnCertificate(ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        if (FailIf(Certificate.Parse(body, mayBeEmpty: true, out _clientChain)))
        {
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1.3
        //# If the client does not send any certificates (i.e., it sends an empty
        //# Certificate message), the server MAY at its discretion either
        //# continue the handshake without client authentication or abort the
        //# handshake with a "certificate_required" alert.
        if (_clientChain.Count == 0 && _clientCertificates == ClientCertificates.Require)
        {
            Fail(TlsAlert.CertificateRequired, "The server requires a certificate of the client.");
            return;
        }

        Schedule!.Append(message);
        _state = _clientChain.Count == 0 ? State.WaitFinished : State.WaitCertificateVerify;
    }

    private void OnCertificateVerify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        if (TryReadProof(body, out var scheme, out var signature))
        {
            var content = CertificateVerify.ClientContent(Schedule!, Suite!.Hash);
            Schedule!.Append(message);
            Ask(new VerifySignatureQuestion(NextQuestionId(), _clientChain![0], scheme, content, signature.ToArray()));
        }
    }
}
