namespace HyperGen.Tls.Tests;

/// <summary>Drives one side the way QUIC does, and remembers what it was told.</summary>
internal sealed class Peer(TlsHandshake tls, ServerSelection? selection)
{
    public TlsHandshake Tls { get; } = tls;

    public Dictionary<EncryptionLevel, byte[]> ReadSecrets { get; } = [];

    public Dictionary<EncryptionLevel, byte[]> WriteSecrets { get; } = [];

    public byte[]? PeerParameters { get; private set; }

    public List<TlsEventKind> Events { get; } = [];

    public List<TlsQuestion> Questions { get; } = [];

    public List<ClientSession> Sessions { get; } = [];

    public bool AdmitsEarlyData { get; set; } = true;

    /// <summary>When set, questions are collected instead of answered.</summary>
    public bool IsSlow { get; set; }

    /// <summary>Questions of this kind are left open.</summary>
    public Type? Leaves { get; set; }

    /// <summary>Takes all events, and answers questions at once unless told otherwise.</summary>
    public void Drain()
    {
        while (Tls.TryGetEvent(out var next))
        {
            Events.Add(next.Kind);
            switch (next.Kind)
            {
                case TlsEventKind.ReadSecret:
                    ReadSecrets.Add(next.Level, Take(next.Secret));
                    break;
                case TlsEventKind.WriteSecret:
                    WriteSecrets.Add(next.Level, Take(next.Secret));
                    break;
                case TlsEventKind.PeerTransportParameters:
                    PeerParameters = next.TransportParameters.ToArray();
                    break;
                case TlsEventKind.SessionTicket:
                    Sessions.Add(next.Session);
                    break;
                case TlsEventKind.Question:
                    Questions.Add(next.Question);
                    if (!IsSlow && next.Question.GetType() != Leaves)
                    {
                        Answer(next.Question);
                    }

                    break;
            }
        }
    }

    public void Answer(TlsQuestion question)
    {
        switch (question)
        {
            case SelectCredentialsQuestion select:
                Tls.AnswerCredentials(select.Id, selection!);
                break;
            case AdmitEarlyDataQuestion admit:
                Tls.AnswerEarlyData(admit.Id, AdmitsEarlyData);
                break;
            case SignQuestion sign:
                Tls.AnswerSignature(sign.Id, sign.Credential.Sign(sign.Scheme, sign.Content.Span));
                break;
            case VerifySignatureQuestion proof:
                Tls.AnswerProof(proof.Id, proof.Verify());
                break;
            case VerifyChainQuestion verify:
                Tls.AnswerChain(verify.Id);
                break;
        }
    }

    private static byte[] Take(TrafficSecret secret)
    {
        using (secret)
        {
            return secret.Bytes.ToArray();
        }
    }
}
