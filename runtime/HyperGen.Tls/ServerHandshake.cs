using System.Security.Cryptography;
using HyperGen.Tls.Crypto;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls;

/// <summary>The server's side of a handshake: RFC 9846, appendix A.2, without client authentication and resumption.</summary>
/// <remarks>
/// It asks two questions: <see cref="SelectCredentialsQuestion"/> once the ClientHello is understood, and <see cref="SignQuestion"/> once the
/// ServerHello is out. What it negotiates is in <c>ServerHandshake.Negotiation.cs</c>.
/// </remarks>
internal sealed partial class ServerHandshake : TlsHandshake
{
    private readonly HandshakeOptions _options;
    private State _state;
    private KeySchedule? _schedule;
    private TrafficSecret? _clientApplicationSecret;
    private byte[] _transportParameters = [];

    /// <param name="options">What may be negotiated.</param>
    /// <param name="random">Where the server's random and its private keys are drawn from.</param>
    public ServerHandshake(HandshakeOptions options, RandomSource random)
        : base(options.Crypto, random) => _options = options;

    /// <summary>The states of RFC 9846, appendix A.2, that last.</summary>
    private enum State : byte
    {
        Start,
        RecvdClientHello,
        Negotiated,
        WaitFinished,
        Connected,
    }

    /// <summary>Sets what goes into the quic_transport_parameters extension, before <see cref="AnswerCredentials"/>. The peer's may be known by then.</summary>
    /// <param name="parameters">The extension's body, which is copied.</param>
    public void SetTransportParameters(ReadOnlySpan<byte> parameters) => _transportParameters = parameters.ToArray();

    /// <summary>Answers a <see cref="SelectCredentialsQuestion"/>.</summary>
    /// <param name="id">The question's id.</param>
    /// <param name="selection">What to answer the ClientHello with.</param>
    /// <returns>False when the question is no longer open: the handshake has failed meanwhile.</returns>
    /// <exception cref="InvalidOperationException">The open question is of another kind, or the transport parameters are not set.</exception>
    public bool AnswerCredentials(int id, ServerSelection selection)
    {
        if (!TryClose<SelectCredentialsQuestion>(id, out var question))
        {
            return false;
        }

        if (_transportParameters.Length == 0)
        {
            throw new InvalidOperationException("Call SetTransportParameters before answering the question of credentials.");
        }

        if (TrySelect(question, selection, out var credential, out var scheme))
        {
            SendServerHello(credential, scheme);
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

            case (State.WaitFinished, HandshakeType.Finished):
                OnFinished(body);
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
        var schedule = _schedule!;
        var writer = new MessageWriter(192 + signature.Length);
        CertificateVerify.Write(writer, question.Scheme, signature);
        schedule.Append(writer.From(0));

        var start = writer.Length;
        var finished = writer.Begin(HandshakeType.Finished);
        schedule.GetServerFinished(writer.Reserve(Suite!.Hash.Length));
        writer.End24(finished);
        schedule.Append(writer.From(start));
        Send(EncryptionLevel.Handshake, writer.Memory);

        schedule.EnterApplication(out var client, out var server);
        Emit(TlsEvent.WriteSecret(EncryptionLevel.OneRtt, server));
        _clientApplicationSecret = client;
        _state = State.WaitFinished;
    }

    protected override void OnChainAccepted() => throw new InvalidOperationException("A server that asks for no certificate has no chain to verify.");

    protected override void OnClosed()
    {
        _schedule?.Dispose();
        _clientApplicationSecret?.Dispose();
    }

    /// <summary>ServerHello, then EncryptedExtensions and Certificate under handshake keys; the rest follows when the signature is there.</summary>
    private void SendServerHello(Credential credential, SignatureScheme scheme)
    {
        var schedule = _schedule!;
        using var share = Crypto.CreateKeyShare(Group!.Value, Random);
        Span<byte> secret = stackalloc byte[NamedGroups.SecretLength];
        if (!share.TryAgree(_clientKeyExchange, secret))
        {
            Fail(TlsAlert.IllegalParameter, $"The client's key is none of {Group}.");
            return;
        }

        Span<byte> random = stackalloc byte[32];
        Random(random);
        var hello = WriteServerHello(random, share.PublicKey);
        schedule.Append(hello.From(0));
        Send(EncryptionLevel.Initial, hello.Memory);

        schedule.EnterHandshake(secret, out var client, out var server);
        CryptographicOperations.ZeroMemory(secret);
        Emit(TlsEvent.WriteSecret(EncryptionLevel.Handshake, server));
        Emit(TlsEvent.ReadSecret(EncryptionLevel.Handshake, client));
        ReadFrom(EncryptionLevel.Handshake);
        if (Error is not null)
        {
            return;
        }

        var flight = new MessageWriter(64 + _transportParameters.Length + credential.CertificateMessage.Length);
        WriteEncryptedExtensions(flight);
        flight.Bytes(credential.CertificateMessage.Span);
        schedule.Append(flight.From(0));
        Send(EncryptionLevel.Handshake, flight.Memory);

        _state = State.Negotiated;
        Ask(new SignQuestion(NextQuestionId(), credential, scheme, CertificateVerify.ServerContent(schedule, Suite!.Hash)));
    }

    private MessageWriter WriteServerHello(ReadOnlySpan<byte> random, ReadOnlySpan<byte> keyExchange)
    {
        var writer = new MessageWriter(160);
        var message = WriteHelloStart(writer, random);
        var extensions = writer.Begin16();
        WriteSelectedVersion(writer);
        var keyShare = writer.Begin(ExtensionType.KeyShare);
        writer.UInt16((ushort)Group!.Value);
        var vector = writer.Begin16();
        writer.Bytes(keyExchange);
        writer.End16(vector);
        writer.End16(keyShare);
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
        var sessionId = writer.Begin8();
        writer.Bytes(_clientSessionId);
        writer.End8(sessionId);
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
        var name = writer.Begin8();
        writer.Bytes(ApplicationProtocol.Protocol.Span);
        writer.End8(name);
        writer.End16(list);
        writer.End16(alpn);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-8.2
        //# Endpoints MUST send the
        //# quic_transport_parameters extension
        var parameters = writer.Begin(ExtensionType.QuicTransportParameters);
        writer.Bytes(_transportParameters);
        writer.End16(parameters);
        writer.End16(extensions);
        writer.End24(message);
    }

    private void OnFinished(ReadOnlySpan<byte> body)
    {
        Span<byte> expected = stackalloc byte[HashKinds.MaxLength];
        expected = expected[..Suite!.Hash.Length];
        _schedule!.GetClientFinished(expected);
        if (body.Length != expected.Length)
        {
            Fail(TlsAlert.DecodeError, "The client's Finished has a wrong length.");
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.4.4
        //# Recipients of Finished messages MUST verify that the contents are
        //# correct and if incorrect MUST terminate the connection
        //# with a "decrypt_error" alert.
        if (!CryptographicOperations.FixedTimeEquals(body, expected))
        {
            Fail(TlsAlert.DecryptError, "The client's Finished is wrong.");
            return;
        }

        ReadFrom(EncryptionLevel.OneRtt);
        if (Error is not null)
        {
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9001#section-5.7
        //# a server MUST NOT process
        //# incoming 1-RTT protected packets before the TLS handshake is complete.
        Emit(TlsEvent.ReadSecret(EncryptionLevel.OneRtt, _clientApplicationSecret!));
        _clientApplicationSecret = null;
        _schedule.Dispose();
        _schedule = null;
        _state = State.Connected;
        Complete();
    }

    /// <summary>The first of the server's protocols that the client has, and the first of its credentials that the client can verify.</summary>
    private bool TrySelect(SelectCredentialsQuestion question, ServerSelection selection, out Credential credential, out SignatureScheme scheme)
    {
        (credential, scheme) = (null!, default);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-8.1
        //# When using ALPN, endpoints MUST immediately close a connection (see {{Section
        //# 10.2 of QUIC-TRANSPORT}}) with a no_application_protocol TLS alert (QUIC error
        //# code 0x0178; see {{tls-errors}}) if an application protocol is not negotiated.
        ApplicationProtocol = selection.ApplicationProtocols.FirstOrDefault(question.ApplicationProtocols.Contains);
        if (ApplicationProtocol == default)
        {
            Fail(TlsAlert.NoApplicationProtocol, "The client speaks none of the server's application protocols.");
            return false;
        }

        foreach (var candidate in selection.Credentials)
        {
            foreach (var offered in question.SignatureSchemes)
            {
                if (candidate.SignatureSchemes.Contains(offered))
                {
                    (credential, scheme) = (candidate, offered);
                    return true;
                }
            }
        }

        Fail(TlsAlert.HandshakeFailure, "The client can verify signatures with none of the server's keys.");
        return false;
    }
}
