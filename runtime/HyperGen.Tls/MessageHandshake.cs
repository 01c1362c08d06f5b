using System.Security.Cryptography;
using HyperGen.Tls.Crypto;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls;

/// <summary>
/// Our own TLS: collects messages from bytes, hands them to the role one by one, and stands still while a question is open. What both roles do alike, proving
/// who they are and ending their flight, is here too.
/// </summary>
internal abstract class MessageHandshake(HandshakeOptions options, RandomSource random, bool isClient) : TlsHandshake
{
    private byte[] _exporterSecret = [];
    private HandshakeBuffer _input;
    private TlsQuestion? _question;

    protected HandshakeOptions Options { get; } = options;

    protected CryptoProvider Crypto => Options.Crypto;

    protected RandomSource Random { get; } = random;

    /// <summary>From when the suite is known to the end of the handshake; null before and after.</summary>
    protected KeySchedule? Schedule { get; set; }

    public sealed override void HandleInput(EncryptionLevel level, ReadOnlySpan<byte> bytes)
    {
        if (Error is not null || bytes.IsEmpty)
        {
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.1.3
        //# If the packet is from a previously installed encryption level, it MUST NOT
        //# contain data that extends past the end of previously received data in that
        //# flow.
        //
        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.1.3
        //# Implementations MUST treat any violations of this requirement as a connection error of
        //# type PROTOCOL_VIOLATION.
        if (level != ReadLevel)
        {
            Fail(TlsError.ProtocolViolation($"Handshake bytes came at level {level} while those of {ReadLevel} are expected."));
        }
        else if (!_input.TryAppend(bytes))
        {
            Fail(TlsError.CryptoBufferExceeded("More handshake bytes arrived than are kept while the handshake waits."));
        }
        else
        {
            ReadMessages();
        }
    }

    public sealed override bool Refuse(int id, TlsAlert alert, string reason)
    {
        if (!TryClose<TlsQuestion>(id, out _))
        {
            return false;
        }

        Fail(alert, reason);
        return true;
    }

    public sealed override bool Expire(int id) =>
        _question is AdmitEarlyDataQuestion ? AnswerEarlyData(id, isAdmitted: false)
        : Refuse(id, TlsAlert.InternalError, "A question of the handshake was not answered in time.");

    public sealed override bool AnswerSignature(int id, ReadOnlySpan<byte> signature)
    {
        if (!TryClose<SignQuestion>(id, out var question))
        {
            return false;
        }

        var writer = new MessageWriter(128 + signature.Length);
        CertificateVerify.Write(writer, question.Scheme, signature);
        Schedule!.Append(writer.From(0));
        SendFinished(writer);
        ReadMessages();
        return true;
    }

    public sealed override bool AnswerChain(int id)
    {
        if (!TryClose<VerifyChainQuestion>(id, out var question))
        {
            return false;
        }

        PeerCertificates = question.Certificates;
        OnChainAccepted();
        ReadMessages();
        return true;
    }

    public sealed override bool TryExport(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output)
    {
        if (!IsComplete || Error is not null)
        {
            return false;
        }

        Crypto.Export(Suite!.Hash, _exporterSecret, label, context, output);
        return true;
    }

    /// <summary>Acts on one whole message.</summary>
    /// <param name="type">Its type, which may be one we do not know.</param>
    /// <param name="message">Header and body, valid during the call.</param>
    /// <param name="body">The body alone.</param>
    protected abstract void OnMessage(HandshakeType type, ReadOnlySpan<byte> message, ReadOnlySpan<byte> body);

    /// <summary>Ends our flight with <see cref="WriteFinished"/>, and does what is to be done then.</summary>
    /// <param name="writer">What of the flight is not sent yet, but in the transcript.</param>
    protected abstract void SendFinished(MessageWriter writer);

    /// <summary>Goes on after a <see cref="VerifyChainQuestion"/> was answered with yes.</summary>
    protected abstract void OnChainAccepted();

    protected override void OnClosed()
    {
        _question = null;
        _input.Release();
        Schedule?.Dispose();
        CryptographicOperations.ZeroMemory(_exporterSecret);
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-6
    //# Endpoints MUST treat the receipt of a TLS KeyUpdate message as a connection
    //# error of type 0x010a, equivalent to a fatal TLS alert of unexpected_message
    //
    //= https://www.rfc-editor.org/rfc/rfc9846#section-4
    //# A peer which receives a handshake message in an unexpected order
    //# MUST abort the handshake with an "unexpected_message" alert.
    protected void FailUnexpected(HandshakeType type, Enum state) => Fail(TlsAlert.UnexpectedMessage, $"A message of type {(byte)type} arrived in state {state}.");

    /// <summary>Reads a CertificateVerify, or fails.</summary>
    protected bool TryReadProof(ReadOnlySpan<byte> body, out SignatureScheme scheme, out ReadOnlySpan<byte> signature)
    {
        var isWellFormed = CertificateVerify.TryParse(body, out var number, out signature);
        scheme = (SignatureScheme)number;
        if (!isWellFormed)
        {
            Fail(TlsAlert.DecodeError, "The CertificateVerify message is malformed.");
            return false;
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.2
        //# If the CertificateVerify message is sent by a server, the signature
        //# algorithm MUST be one offered in the client's "signature_algorithms" extension
        //
        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.2
        //# If sent by a client, the signature algorithm used in the signature
        //# MUST be one of those present in the supported_signature_algorithms
        //# field of the "signature_algorithms" extension in the
        //# CertificateRequest message.
        if (!Options.SignatureSchemes.Contains(scheme) || !Crypto.IsSupported(scheme))
        {
            Fail(TlsAlert.IllegalParameter, "The peer signed with an algorithm that was not offered.");
            return false;
        }

        return true;
    }

    /// <summary>Sends the last message of our flight.</summary>
    /// <param name="writer">What of the flight is not sent yet, but in the transcript.</param>
    protected void WriteFinished(MessageWriter writer)
    {
        var start = writer.Length;
        var finished = writer.Begin(HandshakeType.Finished);
        GetFinished(isClient, writer.Reserve(Suite!.Hash.Length));
        writer.End24(finished);
        Schedule!.Append(writer.From(start));
        Send(EncryptionLevel.Handshake, writer.Memory);
    }

    /// <summary>Takes the last message of the peer's flight, after which it is at 1-RTT; or fails.</summary>
    protected bool TryTakeFinished(ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        Span<byte> expected = stackalloc byte[HashKinds.MaxLength];
        expected = expected[..Suite!.Hash.Length];
        GetFinished(!isClient, expected);
        if (body.Length != expected.Length)
        {
            Fail(TlsAlert.DecodeError, "The peer's Finished has a wrong length.");
            return false;
        }

        //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.3
        //# Recipients of Finished messages MUST verify that the contents are
        //# correct and if incorrect MUST terminate the connection
        //# with a "decrypt_error" alert.
        if (!CryptographicOperations.FixedTimeEquals(body, expected))
        {
            Fail(TlsAlert.DecryptError, "The peer's Finished is wrong.");
            return false;
        }

        Schedule!.Append(message);
        ReadFrom(EncryptionLevel.OneRtt);
        return Error is null;
    }

    protected new void Ask(TlsQuestion question)
    {
        _question = question;
        base.Ask(question);
    }

    /// <summary>Tells the key log, if there is one, of a secret.</summary>
    protected void LogSecret(ReadOnlySpan<byte> label, ReadOnlySpan<byte> clientRandom, ReadOnlySpan<byte> secret) =>
        Options.KeyLog?.Invoke(label, clientRandom, secret);

    /// <summary>Enters the application's part of the key schedule, whose exporter secret is kept here.</summary>
    protected void EnterApplication(ReadOnlySpan<byte> clientRandom, out TrafficSecret client, out TrafficSecret server)
    {
        _exporterSecret = new byte[Suite!.Hash.Length];
        Schedule!.EnterApplication(out client, out server, _exporterSecret);
        LogSecret("CLIENT_TRAFFIC_SECRET_0"u8, clientRandom, client.Bytes);
        LogSecret("SERVER_TRAFFIC_SECRET_0"u8, clientRandom, server.Bytes);
        LogSecret("EXPORTER_SECRET"u8, clientRandom, _exporterSecret);
    }

    /// <summary>Enters the handshake's part of the key schedule.</summary>
    protected void EnterHandshake(ReadOnlySpan<byte> sharedSecret, ReadOnlySpan<byte> clientRandom, out TrafficSecret client, out TrafficSecret server)
    {
        Schedule!.EnterHandshake(sharedSecret, out client, out server);
        LogSecret("CLIENT_HANDSHAKE_TRAFFIC_SECRET"u8, clientRandom, client.Bytes);
        LogSecret("SERVER_HANDSHAKE_TRAFFIC_SECRET"u8, clientRandom, server.Bytes);
    }

    /// <summary>Moves on to the next level's stream.</summary>
    protected void ReadFrom(EncryptionLevel level)
    {
        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.1.3
        //# When TLS provides keys for a higher encryption level,
        //# if there is data from a previous encryption level that TLS has not consumed,
        //# this MUST be treated as a connection error of type PROTOCOL_VIOLATION.
        if (!_input.IsEmpty)
        {
            Fail(TlsError.ProtocolViolation($"Handshake bytes follow the last message of level {ReadLevel}."));
            return;
        }

        _input.Release();
        ReadLevel = level;
    }

    /// <summary>Acts on whole messages until there are none or a question is open.</summary>
    protected void ReadMessages()
    {
        while (Error is null && _question is null)
        {
            if (!_input.TryRead(out var message, out var isTooLong))
            {
                if (isTooLong)
                {
                    Fail(TlsAlert.IllegalParameter, "A handshake message is longer than 64 KiB.");
                }

                return;
            }

            OnMessage((HandshakeType)message[0], message, message[HandshakeBuffer.HeaderLength..]);
        }
    }

    /// <summary>Closes the open question if it has this id.</summary>
    protected bool TryClose<T>(int id, out T question)
        where T : TlsQuestion
    {
        question = null!;
        if (_question is null || _question.Id != id)
        {
            return false;
        }

        question = _question as T
            ?? throw new InvalidOperationException($"The open question is a {_question.GetType().Name}: answer it with the method its documentation names.");
        _question = null;
        return true;
    }

    private void GetFinished(bool ofClient, Span<byte> verifyData)
    {
        if (ofClient)
        {
            Schedule!.GetClientFinished(verifyData);
        }
        else
        {
            Schedule!.GetServerFinished(verifyData);
        }
    }
}
