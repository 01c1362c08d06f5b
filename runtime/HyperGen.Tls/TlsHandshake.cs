using System.Net.Security;
using HyperGen.Tls.Crypto;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls;

/// <summary>One side of a TLS 1.3 handshake as QUIC carries it (RFC 9001, section 4): the seam between the two.</summary>
/// <remarks>
/// It does no I/O and knows no time: bytes and answers come in, bytes and events come out. After every call that puts something in, QUIC takes
/// events with <see cref="TryGetEvent"/> until there are none, then bytes with <see cref="TryGetOutput"/> until there are none; that order has the
/// keys of a level there before bytes that need them. It belongs to the thread that owns the connection. Nothing a peer sends makes it throw: the
/// handshake fails with an event instead, after which input and answers are ignored.
/// </remarks>
internal abstract class TlsHandshake : IDisposable
{
    private readonly Queue<TlsEvent> _events = new();
    private readonly Queue<(EncryptionLevel Level, ReadOnlyMemory<byte> Bytes)> _output = new();
    private HandshakeBuffer _input;
    private TlsQuestion? _question;
    private int _questionCount;

    protected TlsHandshake(CryptoProvider crypto, RandomSource random)
    {
        Crypto = crypto;
        Random = random;
    }

    /// <summary>The level at which handshake bytes are expected now. QUIC keeps those of later levels until this reaches them.</summary>
    public EncryptionLevel ReadLevel { get; private set; }

    /// <summary>Whether our Finished is sent and the peer's verified.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Why the handshake failed; null as long as it has not.</summary>
    public TlsError? Error { get; private set; }

    /// <summary>The negotiated suite; null before the ServerHello.</summary>
    public CipherSuite? Suite { get; protected set; }

    /// <summary>The negotiated group; null before the ServerHello.</summary>
    public NamedGroup? Group { get; protected set; }

    /// <summary>The negotiated ALPN identifier; its default, with an empty <c>Protocol</c>, before EncryptedExtensions.</summary>
    public SslApplicationProtocol ApplicationProtocol { get; protected set; }

    /// <summary>Whether a session is resumed, so that no certificate is sent. Known once the handshake is complete.</summary>
    public bool IsResumed { get; protected set; }

    /// <summary>The name the client asked for (SNI); null when it asked for none.</summary>
    public string? ServerName { get; protected set; }

    protected CryptoProvider Crypto { get; }

    protected RandomSource Random { get; }

    /// <summary>
    /// Server: sets what goes into the quic_transport_parameters extension, before the question of credentials is answered. The peer's may be known by then.
    /// </summary>
    /// <param name="parameters">The extension's body, which is copied.</param>
    /// <exception cref="InvalidOperationException">This is a client, whose parameters went out with its first message.</exception>
    public virtual void SetTransportParameters(ReadOnlySpan<byte> parameters) =>
        throw new InvalidOperationException("A client's transport parameters are set when its handshake is made.");

    /// <summary>Takes the next bytes of a level's CRYPTO stream, in order and without gaps, cut anywhere.</summary>
    /// <param name="level">The level of the packets they came in.</param>
    /// <param name="bytes">Copied: the memory may be reused at once.</param>
    public void HandleInput(EncryptionLevel level, ReadOnlySpan<byte> bytes)
    {
        if (Error is not null || bytes.IsEmpty)
        {
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.1.3
        //# If the packet is from a previously installed encryption level, it MUST NOT
        //# contain data that extends past the end of previously received data in that
        //# flow.
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

    /// <summary>Takes the next event.</summary>
    public bool TryGetEvent(out TlsEvent next) => _events.TryDequeue(out next);

    /// <summary>Takes the next bytes to send.</summary>
    /// <param name="level">The level of the packets that must carry them; never below that of bytes taken before.</param>
    /// <param name="bytes">The next bytes of that level's CRYPTO stream. They never change and may be kept until they are acknowledged.</param>
    public bool TryGetOutput(out EncryptionLevel level, out ReadOnlyMemory<byte> bytes)
    {
        var found = _output.TryDequeue(out var next);
        (level, bytes) = next;
        return found;
    }

    /// <summary>Answers a <see cref="SignQuestion"/>.</summary>
    /// <param name="id">The question's id.</param>
    /// <param name="signature">The signature, in the form the scheme has on the wire (DER for ECDSA).</param>
    /// <returns>False when the question is no longer open: the handshake has failed meanwhile.</returns>
    /// <exception cref="InvalidOperationException">The open question is of another kind.</exception>
    public bool AnswerSignature(int id, ReadOnlySpan<byte> signature)
    {
        if (!TryClose<SignQuestion>(id, out var question))
        {
            return false;
        }

        OnSignature(question, signature);
        ReadMessages();
        return true;
    }

    /// <summary>Answers a <see cref="VerifyChainQuestion"/>: the chain is good.</summary>
    /// <param name="id">The question's id.</param>
    /// <returns>False when the question is no longer open.</returns>
    /// <exception cref="InvalidOperationException">The open question is of another kind.</exception>
    public bool AnswerChain(int id)
    {
        if (!TryClose<VerifyChainQuestion>(id, out _))
        {
            return false;
        }

        OnChainAccepted();
        ReadMessages();
        return true;
    }

    /// <summary>Answers any question with a refusal: the handshake fails.</summary>
    /// <param name="id">The question's id.</param>
    /// <param name="alert">What the peer is told.</param>
    /// <param name="reason">A sentence for the log and the peer.</param>
    /// <returns>False when the question is no longer open.</returns>
    public bool Refuse(int id, TlsAlert alert, string reason)
    {
        if (!TryClose<TlsQuestion>(id, out _))
        {
            return false;
        }

        Fail(alert, reason);
        return true;
    }

    /// <summary>Wipes every secret not yet handed out. Input, answers and output are over.</summary>
    public void Dispose()
    {
        Error ??= TlsError.FromAlert(TlsAlert.InternalError, "The handshake was disposed.");
        Close();
        while (_events.TryDequeue(out var next))
        {
            if (next.Kind is TlsEventKind.ReadSecret or TlsEventKind.WriteSecret)
            {
                next.Secret.Dispose();
            }
            else if (next.Kind == TlsEventKind.SessionTicket)
            {
                next.Session.Dispose();
            }
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Acts on one whole message.</summary>
    /// <param name="type">Its type, which may be one we do not know.</param>
    /// <param name="message">Header and body, valid during the call.</param>
    /// <param name="body">The body alone.</param>
    protected abstract void OnMessage(HandshakeType type, ReadOnlySpan<byte> message, ReadOnlySpan<byte> body);

    /// <summary>Goes on with the signature that a <see cref="SignQuestion"/> asked for.</summary>
    protected abstract void OnSignature(SignQuestion question, ReadOnlySpan<byte> signature);

    /// <summary>Goes on after a <see cref="VerifyChainQuestion"/> was answered with yes.</summary>
    protected abstract void OnChainAccepted();

    /// <summary>Wipes what the role holds.</summary>
    protected abstract void OnClosed();

    protected int NextQuestionId() => ++_questionCount;

    protected void Ask(TlsQuestion question)
    {
        _question = question;
        _events.Enqueue(TlsEvent.Asked(question));
    }

    protected void Emit(TlsEvent next) => _events.Enqueue(next);

    protected void Send(EncryptionLevel level, ReadOnlyMemory<byte> bytes) => _output.Enqueue((level, bytes));

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

    protected void Complete()
    {
        IsComplete = true;
        Emit(TlsEvent.HandshakeComplete());
    }

    /// <summary>Fails if there is an error, and says whether.</summary>
    protected bool FailIf(TlsError? error)
    {
        if (error is not null)
        {
            Fail(error);
        }

        return error is not null;
    }

    protected void Fail(TlsAlert alert, string reason) => Fail(TlsError.FromAlert(alert, reason));

    protected void Fail(TlsError error)
    {
        if (Error is null)
        {
            Error = error;
            Close();
            Emit(TlsEvent.Failed(error));
        }
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

    private void Close()
    {
        _question = null;
        _input.Release();
        _output.Clear();
        OnClosed();
    }
}
