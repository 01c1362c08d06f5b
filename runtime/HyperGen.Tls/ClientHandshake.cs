using System.Security.Cryptography;
using HyperGen.Tls.Crypto;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls;

/// <summary>The client's side of a handshake: RFC 9846, appendix A.1.</summary>
/// <remarks>
/// The ClientHello is there to take as soon as it is made. It verifies the server's CertificateVerify and Finished itself and asks
/// <see cref="VerifyChainQuestion"/>, unless a session is resumed, and <see cref="SignQuestion"/> when the server wants a certificate and there is one. The hellos are in <c>ClientHandshake.Hello.cs</c>, sessions in
/// <c>ClientHandshake.Resumption.cs</c>.
/// </remarks>
internal sealed partial class ClientHandshake : MessageHandshake
{
    private readonly ClientOptions _client;
    private State _state;
    private KeySchedule? _schedule;
    private List<ReadOnlyMemory<byte>> _chain = [];
    private bool _isCertificateRequested;
    private Credential? _credential;
    private SignatureScheme _scheme;
    private TrafficSecret? _clientApplicationSecret;
    private TrafficSecret? _serverApplicationSecret;

    /// <param name="options">What may be negotiated.</param>
    /// <param name="client">Whom to talk to, and about what.</param>
    /// <param name="random">Where the client's random and its private keys are drawn from.</param>
    public ClientHandshake(HandshakeOptions options, ClientOptions client, RandomSource random)
        : base(options, random)
    {
        _client = client;
        ServerName = client.ServerName;
        QuicVersion = client.QuicVersion;
        _shares = CreateShares();
        random(_random);
        _session = client.Session is { } session && IsUsable(session) ? session : null;
        SendClientHello();
        _state = State.WaitServerHello;
    }

    /// <summary>The states of RFC 9846, appendix A.1.</summary>
    private enum State : byte
    {
        Start,
        WaitServerHello,
        WaitEncryptedExtensions,
        WaitCertificateOrRequest,
        WaitCertificate,
        WaitCertificateVerify,
        WaitFinished,
        WaitSignature,
        Connected,
    }

    protected override void OnMessage(HandshakeType type, ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        switch (_state, type)
        {
            case (State.WaitServerHello, HandshakeType.ServerHello):
                OnServerHello(message, body);
                break;

            case (State.WaitEncryptedExtensions, HandshakeType.EncryptedExtensions):
                OnEncryptedExtensions(message, body);
                break;

            case (State.WaitCertificateOrRequest, HandshakeType.CertificateRequest):
                OnCertificateRequest(message, body);
                break;

            case (State.WaitCertificateOrRequest or State.WaitCertificate, HandshakeType.Certificate):
                OnCertificate(message, body);
                break;

            case (State.WaitCertificateVerify, HandshakeType.CertificateVerify):
                OnCertificateVerify(message, body);
                break;

            case (State.WaitFinished, HandshakeType.Finished):
                OnFinished(message, body);
                break;

            case (State.Connected, HandshakeType.NewSessionTicket):
                OnNewSessionTicket(body);
                break;

            //= https://www.rfc-editor.org/rfc/rfc9001#section-4.4
            //# clients MUST treat receipt of such messages as a connection error of type
            //# PROTOCOL_VIOLATION.
            case (State.Connected, HandshakeType.CertificateRequest):
                Fail(TlsError.ProtocolViolation("The server asks for a certificate after the handshake."));
                break;

            //= https://www.rfc-editor.org/rfc/rfc9001#section-6
            //# Endpoints MUST treat the receipt of a TLS KeyUpdate message as a connection
            //# error of type 0x010a, equivalent to a fatal TLS alert of unexpected_message
            //
            //= https://www.rfc-editor.org/rfc/rfc9846#section-4
            //# A peer which receives a handshake message in an unexpected order
            //# MUST abort the handshake with an "unexpected_message" alert.
            default:
                Fail(TlsAlert.UnexpectedMessage, $"A message of type {(byte)type} arrived in state {_state}.");
                break;
        }
    }

    protected override void OnSignature(SignQuestion question, ReadOnlySpan<byte> signature)
    {
        var writer = new MessageWriter(128 + signature.Length);
        CertificateVerify.Write(writer, question.Scheme, signature);
        _schedule!.Append(writer.From(0));
        SendFinished(writer);
    }

    protected override void OnChainAccepted() => _state = State.WaitFinished;

    protected override void OnClosed()
    {
        base.OnClosed();
        DisposeShares();
        _clientApplicationSecret?.Dispose();
        _serverApplicationSecret?.Dispose();
        _schedule?.Dispose();
        _earlySchedule?.Dispose();
        CryptographicOperations.ZeroMemory(_resumptionSecret);
    }

    private void OnEncryptedExtensions(ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        if (FailIf(EncryptedExtensions.Parse(body, out var extensions)))
        {
            return;
        }

        foreach (var offered in _client.ApplicationProtocols)
        {
            if (offered.Protocol.Span.SequenceEqual(extensions.ApplicationProtocol))
            {
                ApplicationProtocol = offered;
            }
        }

        //= https://www.rfc-editor.org/rfc/rfc9001#section-8.1
        //# QUIC clients MUST
        //# use error 0x0178 to terminate a connection when ALPN negotiation fails.
        if (ApplicationProtocol == default)
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-7
            //# Endpoints MUST explicitly negotiate an application protocol.
            Fail(TlsAlert.NoApplicationProtocol, "The server chose none of the application protocols offered.");
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9001#section-8.2
        //# endpoints that receive ClientHello or
        //# EncryptedExtensions messages without the quic_transport_parameters extension
        //# MUST close the connection with an error of type 0x016d
        if (!extensions.HasTransportParameters)
        {
            Fail(TlsAlert.MissingExtension, "The server's EncryptedExtensions lack quic_transport_parameters.");
            return;
        }

        if (!TrySettleEarlyData(extensions.HasEarlyData))
        {
            return;
        }

        _schedule!.Append(message);
        _state = IsResumed ? State.WaitFinished : State.WaitCertificateOrRequest;
        _serverParameters = extensions.TransportParameters.ToArray();
        Emit(TlsEvent.PeerTransportParameters(_serverParameters));
    }

    private void OnCertificateRequest(ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        if (FailIf(CertificateRequest.Parse(body, out var schemes)))
        {
            return;
        }

        foreach (var credential in _client.Credentials)
        {
            for (var i = 0; i < schemes.Count && _credential is null; i++)
            {
                if (credential.SignatureSchemes.Contains((SignatureScheme)schemes[i]))
                {
                    (_credential, _scheme) = (credential, (SignatureScheme)schemes[i]);
                }
            }
        }

        _isCertificateRequested = true;
        _schedule!.Append(message);
        _state = State.WaitCertificate;
    }

    private void OnCertificate(ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        if (!FailIf(Certificate.Parse(body, mayBeEmpty: false, out _chain)))
        {
            _schedule!.Append(message);
            _state = State.WaitCertificateVerify;
        }
    }

    private void OnCertificateVerify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        if (!CertificateVerify.TryParse(body, out var scheme, out var signature))
        {
            Fail(TlsAlert.DecodeError, "The CertificateVerify message is malformed.");
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.2
        //# If the CertificateVerify message is sent by a server, the signature
        //# algorithm MUST be one offered in the client's "signature_algorithms" extension
        if (!Options.SignatureSchemes.Contains((SignatureScheme)scheme) || !Crypto.IsSupported((SignatureScheme)scheme))
        {
            Fail(TlsAlert.IllegalParameter, "The server signed with an algorithm that was not offered.");
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.2
        //# If the verification fails, the receiver MUST terminate the handshake
        //# with a "decrypt_error" alert.
        var content = CertificateVerify.ServerContent(_schedule!, Suite!.Hash);
        if (Signatures.Verify(_chain[0].Span, (SignatureScheme)scheme, content, signature) is { } alert)
        {
            Fail(alert, "The server does not prove that it holds the key of its certificate.");
            return;
        }

        _schedule!.Append(message);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.4
        //# A client MUST authenticate the identity of the server.
        Ask(new VerifyChainQuestion(NextQuestionId(), _client.ServerName, _chain));
    }

    private void OnFinished(ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        var schedule = _schedule!;
        Span<byte> expected = stackalloc byte[HashKinds.MaxLength];
        expected = expected[..Suite!.Hash.Length];
        schedule.GetServerFinished(expected);
        if (body.Length != expected.Length)
        {
            Fail(TlsAlert.DecodeError, "The server's Finished has a wrong length.");
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.3
        //# Recipients of Finished messages MUST verify that the contents are
        //# correct and if incorrect MUST terminate the connection
        //# with a "decrypt_error" alert.
        if (!CryptographicOperations.FixedTimeEquals(body, expected))
        {
            Fail(TlsAlert.DecryptError, "The server's Finished is wrong.");
            return;
        }

        ReadFrom(EncryptionLevel.OneRtt);
        if (Error is not null)
        {
            return;
        }

        schedule.Append(message);
        EnterApplication(schedule, _random, out _clientApplicationSecret, out _serverApplicationSecret);
        if (_credential is not null)
        {
            schedule.Append(_credential.CertificateMessage.Span);
            Send(EncryptionLevel.Handshake, _credential.CertificateMessage);
            _state = State.WaitSignature;
            Ask(new SignQuestion(NextQuestionId(), _credential, _scheme, CertificateVerify.ClientContent(schedule, Suite.Hash)));
            return;
        }

        var writer = new MessageWriter(64);

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1
        //# If the server requests certificate-based client authentication
        //# but no suitable certificate is available, the client
        //# MUST send a Certificate message containing no certificates
        if (_isCertificateRequested)
        {
            writer.Bytes(Certificate.Encode([]).Span);
            schedule.Append(writer.From(0));
        }

        SendFinished(writer);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-8.3
    //# Clients MUST NOT send the EndOfEarlyData message.

    /// <summary>Ends the client's flight, and the handshake.</summary>
    /// <param name="writer">What of the flight is not sent yet, but in the transcript.</param>
    private void SendFinished(MessageWriter writer)
    {
        var schedule = _schedule!;
        var finished = writer.Begin(HandshakeType.Finished);
        schedule.GetClientFinished(writer.Reserve(Suite!.Hash.Length));
        writer.End24(finished);
        Send(EncryptionLevel.Handshake, writer.Memory);

        schedule.Append(writer.From(finished - HandshakeBuffer.HeaderLength));
        _resumptionSecret = new byte[Suite.Hash.Length];
        schedule.DeriveResumption(_resumptionSecret);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-5.7
        //# Even if it has 1-RTT secrets, a client MUST NOT process incoming 1-RTT protected packets
        //# before the TLS handshake is complete.
        Emit(TlsEvent.WriteSecret(EncryptionLevel.OneRtt, _clientApplicationSecret!));
        Emit(TlsEvent.ReadSecret(EncryptionLevel.OneRtt, _serverApplicationSecret!));
        _clientApplicationSecret = _serverApplicationSecret = null;
        schedule.Dispose();
        _schedule = null;
        _chain = [];
        _state = State.Connected;
        Complete();
    }
}
