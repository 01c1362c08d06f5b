using System.Net.Security;

namespace HyperGen.Tls;

/// <summary>One side of a TLS 1.3 handshake as QUIC carries it (RFC 9001, section 4): the seam between the two, and all that QUIC knows of TLS.</summary>
/// <remarks>
/// It does no I/O and knows no time: bytes and answers come in, bytes and events come out. After every call that puts something in, QUIC takes
/// events with <see cref="TryGetEvent"/> until there are none, then bytes with <see cref="TryGetOutput"/> until there are none; that order has the
/// keys of a level there before bytes that need them. It belongs to the thread that owns the connection. Nothing a peer sends makes it throw: the
/// handshake fails with an event instead, after which input and answers are ignored.
/// <para>
/// Ours are <see cref="ClientHandshake"/> and <see cref="ServerHandshake"/>, over <see cref="MessageHandshake"/>. Another provider (OpenSSL's callbacks
/// for QUIC, say) derives from this class: it turns what it is called back with into <see cref="Emit"/>, <see cref="Send"/> and <see cref="Ask"/>.
/// </para>
/// </remarks>
internal abstract class TlsHandshake : IDisposable
{
    private Queue<TlsEvent>? _events;
    private Queue<(EncryptionLevel Level, ReadOnlyMemory<byte> Bytes)>? _output;
    private int _questionCount;

    /// <summary>The level at which handshake bytes are expected now. QUIC keeps those of later levels until this reaches them.</summary>
    public EncryptionLevel ReadLevel { get; protected set; }

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

    /// <summary>
    /// What became of early data (0-RTT). At a client it is settled when the event <see cref="TlsEventKind.PeerTransportParameters"/> comes, at a server
    /// before the secrets of <see cref="EncryptionLevel.Handshake"/>.
    /// </summary>
    public EarlyDataState EarlyData { get; protected set; }

    /// <summary>The name the client asked for (SNI); null when it asked for none.</summary>
    public string? ServerName { get; protected set; }

    /// <summary>The peer's certificates in DER, its own first, once they are verified; empty when it has shown none, and when a session is resumed.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> PeerCertificates { get; protected set; } = [];

    //= https://www.rfc-editor.org/rfc/rfc9369#section-5
    //# Servers MUST validate the originating version of any session ticket or
    //# token and not accept one issued from a different version.

    /// <summary>
    /// The QUIC version, to which tickets are bound. At first that of the client's first packet; QUIC sets it to the negotiated version before the
    /// handshake is complete when that is another one. Default: 1.
    /// </summary>
    public uint QuicVersion { get; set; } = 1;

    /// <summary>Takes the next bytes of a level's CRYPTO stream, in order and without gaps, cut anywhere.</summary>
    /// <param name="level">The level of the packets they came in.</param>
    /// <param name="bytes">Copied: the memory may be reused at once.</param>
    public abstract void HandleInput(EncryptionLevel level, ReadOnlySpan<byte> bytes);

    /// <summary>Takes the next event.</summary>
    public bool TryGetEvent(out TlsEvent next) => TryTake(ref _events, out next);

    /// <summary>Takes the next bytes to send.</summary>
    /// <param name="level">The level of the packets that must carry them; never below that of bytes taken before.</param>
    /// <param name="bytes">The next bytes of that level's CRYPTO stream. They never change and may be kept until they are acknowledged.</param>
    public bool TryGetOutput(out EncryptionLevel level, out ReadOnlyMemory<byte> bytes)
    {
        var found = TryTake(ref _output, out var next);
        (level, bytes) = next;
        return found;
    }

    /// <summary>
    /// Server: sets what goes into the quic_transport_parameters extension, before <see cref="AnswerCredentials"/>; the peer's are known by then. May be
    /// called again until then.
    /// </summary>
    /// <param name="parameters">The extension's body, which is copied.</param>
    /// <exception cref="InvalidOperationException">This is a client, which was given its parameters when it was made.</exception>
    public virtual void SetTransportParameters(ReadOnlySpan<byte> parameters) =>
        throw new InvalidOperationException("A client is given its transport parameters when it is made.");

    /// <summary>Answers a <see cref="SelectCredentialsQuestion"/>.</summary>
    /// <param name="id">The question's id.</param>
    /// <param name="selection">What to answer the ClientHello with.</param>
    /// <returns>False when the question is no longer open: the handshake has failed meanwhile.</returns>
    /// <exception cref="InvalidOperationException">The open question is of another kind, or the transport parameters are not set.</exception>
    public virtual bool AnswerCredentials(int id, ServerSelection selection) => throw NotAskedHere();

    /// <summary>Answers a <see cref="SignQuestion"/>.</summary>
    /// <param name="id">The question's id.</param>
    /// <param name="signature">The signature, in the form the scheme has on the wire (DER for ECDSA).</param>
    /// <returns>False when the question is no longer open: the handshake has failed meanwhile.</returns>
    /// <exception cref="InvalidOperationException">The open question is of another kind.</exception>
    public virtual bool AnswerSignature(int id, ReadOnlySpan<byte> signature) => throw NotAskedHere();

    /// <summary>Answers a <see cref="VerifySignatureQuestion"/>.</summary>
    /// <param name="id">The question's id.</param>
    /// <param name="alert">What <see cref="VerifySignatureQuestion.Verify"/> has found: null when the signature is good.</param>
    /// <returns>False when the question is no longer open: the handshake has failed meanwhile.</returns>
    /// <exception cref="InvalidOperationException">The open question is of another kind.</exception>
    public virtual bool AnswerProof(int id, TlsAlert? alert) => throw NotAskedHere();

    /// <summary>Answers a <see cref="VerifyChainQuestion"/>: the chain is good.</summary>
    /// <param name="id">The question's id.</param>
    /// <returns>False when the question is no longer open.</returns>
    /// <exception cref="InvalidOperationException">The open question is of another kind.</exception>
    public virtual bool AnswerChain(int id) => throw NotAskedHere();

    /// <summary>Answers an <see cref="AdmitEarlyDataQuestion"/>.</summary>
    /// <param name="id">The question's id.</param>
    /// <param name="isAdmitted">Whether early data is read. When it is not, the client sends it again after the handshake.</param>
    /// <returns>False when the question is no longer open: the handshake has failed meanwhile.</returns>
    /// <exception cref="InvalidOperationException">The open question is of another kind.</exception>
    public virtual bool AnswerEarlyData(int id, bool isAdmitted) => throw NotAskedHere();

    /// <summary>Answers any question with a refusal: the handshake fails.</summary>
    /// <param name="id">The question's id.</param>
    /// <param name="alert">What the peer is told.</param>
    /// <param name="reason">A sentence for the log and the peer.</param>
    /// <returns>False when the question is no longer open.</returns>
    public abstract bool Refuse(int id, TlsAlert alert, string reason);

    /// <summary>
    /// Says that the time for the answer to a question is over: early data is not admitted, and any other question ends the handshake.
    /// </summary>
    /// <param name="id">The question's id.</param>
    /// <returns>False when the question is no longer open.</returns>
    public abstract bool Expire(int id);

    /// <summary>Server: sends a session ticket, once the handshake is complete. It remembers ALPN, SNI, QUIC version and our transport parameters by itself.</summary>
    /// <param name="now">The wall-clock time.</param>
    /// <param name="applicationState">What HTTP/3 wants to know again when it comes back (its SETTINGS); at most 16,384 bytes. It travels sealed.</param>
    /// <param name="allowsEarlyData">Whether the client may send early data with it.</param>
    /// <returns>False when there are no ticket keys, or the client has no use for a ticket.</returns>
    /// <exception cref="InvalidOperationException">The handshake is not complete.</exception>
    public virtual bool TryIssueTicket(DateTimeOffset now, ReadOnlySpan<byte> applicationState, bool allowsEarlyData) => false;

    /// <summary>Derives keying material for another protocol from this connection (RFC 9846, section 7.5); both ends get the same.</summary>
    /// <param name="label">The exporter label, ASCII.</param>
    /// <param name="context">The context, which may be empty.</param>
    /// <param name="output">Filled completely; at most 255 times the suite's hash.</param>
    /// <returns>False before the handshake is complete, and after it is disposed.</returns>
    public abstract bool TryExport(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output);

    /// <summary>Wipes every secret not yet handed out. Input, answers and output are over.</summary>
    public void Dispose()
    {
        Error ??= TlsError.FromAlert(TlsAlert.InternalError, "The handshake was disposed.");
        Close();
        while (TryGetEvent(out var next))
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

    /// <summary>Wipes what the provider holds. Called once or more.</summary>
    protected abstract void OnClosed();

    protected int NextQuestionId() => ++_questionCount;

    protected void Ask(TlsQuestion question) => Emit(TlsEvent.Asked(question));

    protected void Emit(TlsEvent next) => (_events ??= new()).Enqueue(next);

    protected void Send(EncryptionLevel level, ReadOnlyMemory<byte> bytes) => (_output ??= new()).Enqueue((level, bytes));

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

    /// <summary>Takes the next from a queue, which is given up when it is empty and the handshake over: what comes later is a ticket or two.</summary>
    private bool TryTake<T>(ref Queue<T>? queue, out T next)
    {
        next = default!;
        var found = queue is not null && queue.TryDequeue(out next!);
        if (!found && IsComplete)
        {
            queue = null;
        }

        return found;
    }

    private static InvalidOperationException NotAskedHere() => new("This side of a handshake asks no such question.");

    private void Close()
    {
        _output = null;
        OnClosed();
    }
}
