using System.Security.Cryptography;
using HyperGen.Tls.Crypto;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls;

/// <summary>The server's side of a handshake: RFC 9846, appendix A.2.</summary>
/// <remarks>
/// It asks <see cref="SelectCredentialsQuestion"/> once the ClientHello is understood; then either <see cref="SignQuestion"/> or, when a session is
/// resumed with early data, <see cref="AdmitEarlyDataQuestion"/>; and <see cref="VerifySignatureQuestion"/> and <see cref="VerifyChainQuestion"/> when the client has shown a certificate. What it
/// negotiates is in <c>ServerHandshake.Negotiation.cs</c>, what it remembers in <c>ServerHandshake.Resumption.cs</c>, what it makes of the client's
/// certificate in <c>ServerHandshake.Client.cs</c>.
/// </remarks>
internal sealed partial class ServerHandshake : MessageHandshake
{
    private State _state;
    private TrafficSecret? _clientApplicationSecret;
    private byte[] _transportParameters = [];

    /// <param name="options">What may be negotiated.</param>
    /// <param name="random">Where the server's random and its private keys are drawn from.</param>
    /// <param name="tickets">What opens and seals session tickets; null when sessions are not resumed.</param>
    /// <param name="now">The wall-clock time, which tells the age of a ticket. Needed when there are ticket keys.</param>
    public ServerHandshake(HandshakeOptions options, RandomSource random, TicketKeys? tickets = null, DateTimeOffset now = default)
        : base(options, random, isClient: false)
    {
        _tickets = tickets;
        _now = now;
    }

    /// <summary>The states of RFC 9846, appendix A.2, that last.</summary>
    private enum State : byte
    {
        Start,
        RecvdClientHello,
        Negotiated,
        WaitCertificate,
        WaitCertificateVerify,
        WaitFinished,
        Connected,
    }

    public override void SetTransportParameters(ReadOnlySpan<byte> parameters) => _transportParameters = parameters.ToArray();

    public override bool AnswerCredentials(int id, ServerSelection selection)
    {
        if (_transportParameters.Length == 0)
        {
            throw new InvalidOperationException("Call SetTransportParameters before answering the question of credentials.");
        }

        if (!TryClose<SelectCredentialsQuestion>(id, out var question))
        {
            return false;
        }

        if (TrySelectProtocol(question, selection))
        {
            _clientCertificates = selection.ClientCertificates;
            if (_clientCertificates != ClientCertificates.None)
            {
                ForgoResumption();
            }

            if (_session is null)
            {
                SendCertificate(question, selection);
            }
            else if (MayHaveEarlyData(_session))
            {
                Ask(new AdmitEarlyDataQuestion(NextQuestionId(), _session, _binder, _freshUntil));
            }
            else
            {
                RejectEarlyData();
                SendResumption();
            }
        }

        ReadMessages();
        return true;
    }

    protected override void OnMessage(HandshakeType type, ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        switch (_state, type)
        {
            case (State.Start, HandshakeType.ClientHello):
                OnClientHello(message, body);
                break;

            case (State.WaitCertificate, HandshakeType.Certificate):
                OnCertificate(message, body);
                break;

            case (State.WaitCertificateVerify, HandshakeType.CertificateVerify):
                OnCertificateVerify(message, body);
                break;

            case (State.WaitFinished, HandshakeType.Finished):
                OnFinished(message, body);
                break;

            default:
                FailUnexpected(type, _state);
                break;
        }
    }

    protected override void SendFinished(MessageWriter writer)
    {
        WriteFinished(writer);
        EnterApplication(_clientRandom, out var client, out var server);
        Emit(TlsEvent.WriteSecret(EncryptionLevel.OneRtt, server));
        _clientApplicationSecret = client;
        _state = _clientCertificates == ClientCertificates.None ? State.WaitFinished : State.WaitCertificate;
    }

    protected override void OnClosed()
    {
        base.OnClosed();
        _clientApplicationSecret?.Dispose();
        ForgetSession();
    }

    /// <summary>The flight up to the Certificate; the rest follows when the signature is there.</summary>
    private void SendCertificate(SelectCredentialsQuestion question, ServerSelection selection)
    {
        RejectEarlyData();
        if (!TrySelectCredential(question, selection, out var credential, out var scheme) || !TrySendServerHello())
        {
            return;
        }

        var certificate = _wantsStaple ? credential.StapledMessage : credential.CertificateMessage;
        var flight = new MessageWriter(128 + _transportParameters.Length + certificate.Length);
        WriteEncryptedExtensions(flight);
        if (_clientCertificates != ClientCertificates.None)
        {
            //= https://www.rfc-editor.org/rfc/rfc9001#section-4.4
            //# A server MUST NOT use post-handshake client authentication
            //
            //= https://www.rfc-editor.org/rfc/rfc9001#section-4.4
            //# servers MUST NOT send post-handshake TLS CertificateRequest messages
            CertificateRequest.Write(flight, Options.SignatureSchemes.Where(Crypto.IsSupported), Signatures.InCertificates.Where(Crypto.IsSupported));
        }

        flight.Bytes(certificate.Span);
        Schedule!.Append(flight.From(0));
        Send(EncryptionLevel.Handshake, flight.Memory);
        Ask(new SignQuestion(NextQuestionId(), credential, scheme, CertificateVerify.ServerContent(Schedule, Suite!.Hash)));
    }

    /// <summary>Agrees on handshake keys. Whatever follows is encrypted.</summary>
    private bool TrySendServerHello()
    {
        Span<byte> secret = stackalloc byte[NamedGroups.MaxSecretLength];
        secret = secret[..Group!.Value.SecretLength];
        if (!Crypto.TryAgree(Group.Value, Random, _clientKeyExchange, out var keyExchange, secret))
        {
            CryptographicOperations.ZeroMemory(secret);
            Fail(TlsAlert.IllegalParameter, $"The client's key is none of {Group}.");
            return false;
        }

        Span<byte> random = stackalloc byte[32];
        Random(random);
        var hello = WriteServerHello(random, keyExchange);
        Schedule!.Append(hello.From(0));
        Send(EncryptionLevel.Initial, hello.Memory);

        EnterHandshake(secret, _clientRandom, out var client, out var server);
        CryptographicOperations.ZeroMemory(secret);
        Emit(TlsEvent.WriteSecret(EncryptionLevel.Handshake, server));
        Emit(TlsEvent.ReadSecret(EncryptionLevel.Handshake, client));
        _state = State.Negotiated;
        ReadFrom(EncryptionLevel.Handshake);
        return Error is null;
    }

    private MessageWriter WriteServerHello(ReadOnlySpan<byte> random, ReadOnlySpan<byte> keyExchange)
    {
        var writer = new MessageWriter(160 + keyExchange.Length);
        var message = WriteHelloStart(writer, random);
        var extensions = writer.Begin16();
        WriteSelectedVersion(writer);
        var keyShare = writer.Begin(ExtensionType.KeyShare);
        writer.UInt16((ushort)Group!.Value);
        writer.Vector16(keyExchange);
        writer.End16(keyShare);
        if (_session is not null)
        {
            var preSharedKey = writer.Begin(ExtensionType.PreSharedKey);
            writer.UInt16(0);
            writer.End16(preSharedKey);
        }

        writer.End16(extensions);
        writer.End24(message);
        return writer;
    }

    /// <summary>What ServerHello and HelloRetryRequest have in common.</summary>
    private int WriteHelloStart(MessageWriter writer, ReadOnlySpan<byte> random)
    {
        var message = writer.Begin(HandshakeType.ServerHello);
        writer.UInt16(0x0303);
        writer.Bytes(random);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-8.4
        //= type=exception
        //= reason=A session id says nothing in QUIC, and refusing one would only lose clients that a TLS library misconfigured.
        //# A
        //# server SHOULD treat the receipt of a TLS ClientHello with a non-empty
        //# legacy_session_id field as a connection error of type PROTOCOL_VIOLATION.
        writer.Vector8(_clientSessionId);
        writer.UInt16(Suite!.Id);
        writer.UInt8(0);
        return message;
    }

    private void WriteEncryptedExtensions(MessageWriter writer)
    {
        var message = writer.Begin(HandshakeType.EncryptedExtensions);
        var extensions = writer.Begin16();

        // RFC 6066, section 3: a server that used the name says so with an empty extension.
        if (ServerName is not null)
        {
            writer.End16(writer.Begin(ExtensionType.ServerName));
        }

        var alpn = writer.Begin(ExtensionType.ApplicationLayerProtocolNegotiation);
        var list = writer.Begin16();
        writer.Vector8(ApplicationProtocol.Protocol.Span);
        writer.End16(list);
        writer.End16(alpn);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.6.2
        //# A server accepts 0-RTT by sending an early_data extension in the
        //# EncryptedExtensions
        if (EarlyData == EarlyDataState.Accepted)
        {
            writer.End16(writer.Begin(ExtensionType.EarlyData));
        }

        //= https://www.rfc-editor.org/rfc/rfc9001#section-8.2
        //# Endpoints MUST send the
        //# quic_transport_parameters extension
        var parameters = writer.Begin(ExtensionType.QuicTransportParameters);
        writer.Bytes(_transportParameters);
        writer.End16(parameters);
        writer.End16(extensions);
        writer.End24(message);
    }

    private void OnFinished(ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        if (!TryTakeFinished(message, body))
        {
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9001#section-5.7
        //# A server MUST NOT process incoming 1-RTT protected
        //# packets before the TLS handshake is complete.
        Emit(TlsEvent.ReadSecret(EncryptionLevel.OneRtt, _clientApplicationSecret!));
        _clientApplicationSecret = null;
        IsResumed = _session is not null;
        KeepResumptionSecret(Schedule!);
        Schedule!.Dispose();
        Schedule = null;
        _state = State.Connected;
        Forget();
        Complete();
    }

    /// <summary>Gives up what only the handshake needed: a connection at rest keeps what it may be asked for, and what goes into tickets.</summary>
    private void Forget()
    {
        _clientRandom = _clientSessionId = _clientKeyExchange = _binder = [];
        _clientChain = null;
        if (_resumptionSecret.Length == 0)
        {
            _transportParameters = [];
        }
    }
}
