using System.Net;
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
        : base(options, random, isClient: true)
    {
        _client = client;
        ServerName = client.ServerName;
        QuicVersion = client.QuicVersion;
        _shares = CreateShares();
        random(_random);
        _session = client.Session is { } session && IsUsable(session) ? session : null;
        _resumes = client.KeepsSessions || _session is not null;
        _sendsName = !IPAddress.TryParse(client.ServerName, out _);
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

            default:
                FailUnexpected(type, _state);
                break;
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-8.3
    //# Clients MUST NOT send the EndOfEarlyData message.

    /// <summary>Ends the client's flight, and the handshake.</summary>
    protected override void SendFinished(MessageWriter writer)
    {
        WriteFinished(writer);
        _resumptionSecret = new byte[Suite!.Hash.Length];
        Schedule!.DeriveResumption(_resumptionSecret);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-5.7
        //# Even if it has 1-RTT secrets, a client MUST NOT process incoming 1-RTT protected packets
        //# before the TLS handshake is complete.
        Emit(TlsEvent.WriteSecret(EncryptionLevel.OneRtt, _clientApplicationSecret!));
        Emit(TlsEvent.ReadSecret(EncryptionLevel.OneRtt, _serverApplicationSecret!));
        _clientApplicationSecret = _serverApplicationSecret = null;
        Schedule.Dispose();
        Schedule = null;
        _chain = [];
        _state = State.Connected;
        Complete();
    }

    protected override void OnChainAccepted() => _state = State.WaitFinished;

    protected override void OnClosed()
    {
        base.OnClosed();
        DisposeShares();
        _clientApplicationSecret?.Dispose();
        _serverApplicationSecret?.Dispose();
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

        if (extensions.HasServerName && !_sendsName)
        {
            Fail(ExtensionReader.Unexpected(ExtensionType.ServerName, ExtensionPlaces.EncryptedExtensions));
            return;
        }

        if (!TrySettleEarlyData(extensions.HasEarlyData))
        {
            return;
        }

        Schedule!.Append(message);
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
        Schedule!.Append(message);
        _state = State.WaitCertificate;
    }

    private void OnCertificate(ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        if (!FailIf(Certificate.Parse(body, mayBeEmpty: false, out _chain)))
        {
            Schedule!.Append(message);
            _state = State.WaitCertificateVerify;
        }
    }

    private void OnCertificateVerify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        if (!TryReadProof(body, out var scheme, out var signature))
        {
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.2
        //# If the verification fails, the receiver MUST terminate the handshake
        //# with a "decrypt_error" alert.
        var content = CertificateVerify.ServerContent(Schedule!, Suite!.Hash);
        if (Signatures.Verify(_chain[0].Span, scheme, content, signature) is { } alert)
        {
            Fail(alert, "The server does not prove that it holds the key of its certificate.");
            return;
        }

        Schedule!.Append(message);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.4
        //# A client MUST authenticate the identity of the server.
        Ask(new VerifyChainQuestion(NextQuestionId(), _client.ServerName, _chain));
    }

    private void OnFinished(ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        if (!TryTakeFinished(message, body))
        {
            return;
        }

        var schedule = Schedule!;
        EnterApplication(_random, out _clientApplicationSecret, out _serverApplicationSecret);
        if (_credential is not null)
        {
            schedule.Append(_credential.CertificateMessage.Span);
            Send(EncryptionLevel.Handshake, _credential.CertificateMessage);
            _state = State.WaitSignature;
            Ask(new SignQuestion(NextQuestionId(), _credential, _scheme, CertificateVerify.ClientContent(schedule, Suite!.Hash)));
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
}
