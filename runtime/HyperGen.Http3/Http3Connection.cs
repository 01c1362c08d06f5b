using HyperGen.Http3.Frames;
using HyperGen.Http3.Priorities;
using HyperGen.Http3.Streams;
using HyperGen.Quic;
using HyperGen.Tls;

namespace HyperGen.Http3;

/// <summary>
/// HTTP/3 over one QUIC connection, either role: it turns stream events into requests, and keeps the rules that concern the connection as a whole.
/// </summary>
/// <remarks>
/// It does no I/O and belongs to the thread of its <see cref="Quic.Connection"/>, whose owner hands it every event but the questions of the handshake
/// (<see cref="Handle"/>) and goes on to transmit. A violation closes the connection once; nothing a peer sends throws.
/// </remarks>
internal sealed class Http3Connection : IApplicationProtocol
{
    private readonly Connection _quic;
    private readonly bool _isServer;
    private readonly Http3Options _options;
    private readonly IRequestStreamSource? _source;
    private readonly List<RequestStream> _requests = [];
    private GlitchBudget _glitches;
    private PendingPriorities _priorities;
    private QuicStream? _control;
    private Timestamp _now;
    private uint _claimed;
    private long _nextRequest;
    private Settings? _remembered;
    private bool _hasSettings;
    private bool _isShuttingDown;
    private bool _isClosed;

    /// <param name="quic">The transport.</param>
    /// <param name="options">The limits.</param>
    /// <param name="source">Where a server gets objects for requests; null for a client.</param>
    public Http3Connection(Connection quic, Http3Options options, IRequestStreamSource? source)
    {
        _quic = quic;
        _options = options;
        _source = source;
        _isServer = source is not null;
    }

    /// <summary>The ALPN identifier.</summary>
    public static System.Net.Security.SslApplicationProtocol Protocol => System.Net.Security.SslApplicationProtocol.Http3;

    /// <summary>What the peer said of itself; the defaults before it did, or what <see cref="Remember"/> was told.</summary>
    public Settings PeerSettings { get; private set; } = new();

    /// <summary>The transport.</summary>
    public Connection Quic => _quic;

    /// <summary>Requests under way.</summary>
    public int RequestCount => _requests.Count;

    bool IApplicationProtocol.IsBusy => !_isClosed && (_requests.Count > 0 || _quic.IsDelivering);

    /// <summary>Whether the peer takes no more requests.</summary>
    public bool IsGoingAway { get; private set; }

    /// <summary>Whether requests that begin now may be replays of another connection's: nothing proves yet that the client is there.</summary>
    public bool IsEarly => _quic.State == ConnectionState.Handshaking;

    /// <summary>Is told when requests may be opened: first after the handshake, and again after <see cref="TryOpen"/> was refused.</summary>
    public Action<Http3Connection>? OnReady { get; set; }

    /// <summary>
    /// At a client: is given each ticket, once the server's settings are known, which then are in it; it sets when the ticket came. Null, the default, to keep none.
    /// </summary>
    public Action<ClientSession>? OnSession { get; set; }

    /// <summary>Is told, once, that the connection has ended, after each of its requests was.</summary>
    public Action<Http3Connection>? OnEnded { get; set; }

    /// <summary>Why this side closed the connection; the default when it did not.</summary>
    public Http3Error Error { get; private set; }

    /// <summary>Acts on an event of the transport.</summary>
    public void Handle(Timestamp now, in ConnectionEvent next)
    {
        _now = now;
        switch (next.Kind)
        {
            case ConnectionEventKind.HandshakeCompleted:
                EnsureControlStream();
                OnReady?.Invoke(this);
                TakeUpEarlyRequests();
                break;
            case ConnectionEventKind.EarlyDataRejected:
                _remembered = null;
                PeerSettings = new Settings();
                break;
            case ConnectionEventKind.SessionReceived:
                KeepSessions();
                break;
            case ConnectionEventKind.StreamsAvailable:
                OnReady?.Invoke(this);
                break;
            case ConnectionEventKind.StreamOpened:
                OnOpened(next.Stream!);
                break;
            case ConnectionEventKind.StreamReadable:
                OnReadable(next.Stream!);
                break;
            case ConnectionEventKind.StreamWritable:
                (next.Stream!.State as RequestStream)?.ResumeWriting();
                break;
            case ConnectionEventKind.StreamReset:
                OnReset(next.Stream!, (ErrorCode)next.ErrorCode);
                break;
            case ConnectionEventKind.StreamStopSending:
                OnStopSending(next.Stream!, (ErrorCode)next.ErrorCode);
                break;
            case ConnectionEventKind.Closed:
                OnClosed();
                break;
        }
    }

    /// <summary>Opens a stream for a request; false when the peer's limit is reached, or it takes no more.</summary>
    public bool TryOpen(RequestStream request)
    {
        if (IsGoingAway || _isClosed || !EnsureControlStream() || _quic.TryOpenStream() is not { } stream)
        {
            return false;
        }
        Add(request, stream);
        return true;
    }

    //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.4.2
    //# A client MUST comply with stored settings -- or default values if no values are stored -- when attempting 0-RTT.

    /// <summary>At a client that sends early data: the settings that came with the session it resumes (<see cref="ClientSession.ApplicationState"/>).</summary>
    public void Remember(ReadOnlySpan<byte> settings)
    {
        if (!Settings.Read(settings, out Settings remembered).IsError)
        {
            _remembered = PeerSettings = remembered;
        }
    }

    /// <summary>At a client: says where the response to a request stands among others, whether the request was sent, is still to be, or is being answered.</summary>
    public void UpdatePriority(StreamId id, PriorityParameters priority)
    {
        Span<byte> payload = stackalloc byte[VarInt.MaxLength + PriorityParameters.MaxLength];
        int length = VarInt.Write(payload, (ulong)id.Value);
        length += priority.Write(payload[length..]);
        Span<byte> header = stackalloc byte[FrameWriter.MaxHeaderLength];

        //= https://www.rfc-editor.org/rfc/rfc9218#section-7.2
        //# The PRIORITY_UPDATE frame MUST be sent on the client control stream
        _control?.Write(header[..FrameWriter.WriteHeader(header, FrameType.PriorityUpdateRequest, (ulong)length)]);
        _control?.Write(payload[..length]);
    }

    /// <summary>Takes no more requests. The owner closes the connection when those under way are done.</summary>
    public void Shutdown(Timestamp now)
    {
        _now = now;
        if (_isClosed || _isShuttingDown)
        {
            return;
        }
        _isShuttingDown = true;

        //= https://www.rfc-editor.org/rfc/rfc9114#section-5.2
        //# The GOAWAY frame contains an identifier that indicates to the receiver the range of requests or pushes that were or might be processed in this connection.
        Span<byte> frame = stackalloc byte[FrameWriter.MaxHeaderLength + VarInt.MaxLength];
        _control?.Write(frame[..FrameWriter.WriteInteger(frame, FrameType.GoAway, _isServer ? (ulong)_nextRequest : 0)]);
    }

    /// <summary>Receives what has arrived for a request that was not ready for it.</summary>
    internal void Receive(RequestStream request)
    {
        Http3Error error = request.Receive(out int glitches);
        if (error.IsError && !error.ClosesConnection)
        {
            glitches++;
            request.Fail(error.Code);
            error = default;
        }
        Settle(error, glitches);
    }

    /// <summary>Notes that a request is over.</summary>
    internal void OnRetired(RequestStream request)
    {
        RequestStream last = _requests[^1];
        _requests[request.Index] = last;
        last.Index = request.Index;
        _requests.RemoveAt(_requests.Count - 1);
    }

    /// <summary>Whether a stream of a type that may exist once is the first of its type.</summary>
    internal bool TryClaim(StreamType type)
    {
        uint bit = 1u << (int)type;
        bool isFirst = (_claimed & bit) == 0;
        _claimed |= bit;
        return isFirst;
    }

    private void Add(RequestStream request, QuicStream stream)
    {
        request.Index = _requests.Count;
        _requests.Add(request);
        request.Attach(this, stream);
    }

    //= https://www.rfc-editor.org/rfc/rfc9114#section-6.2.1
    //# Each side MUST initiate a single control stream at the beginning of the connection and send its SETTINGS frame as the first frame on this stream.
    private bool EnsureControlStream()
    {
        if (_control is not null)
        {
            return true;
        }
        _control = _quic.TryOpenStream(unidirectional: true);
        if (_control is null)
        {
            // Before the handshake is over it may be that nothing can be sent yet.
            if (!IsEarly)
            {
                Settle(Http3Error.Connection(ErrorCode.GeneralProtocolError, "The peer allows no control stream."), 0);
            }
            return false;
        }
        Span<byte> start = stackalloc byte[1 + Settings.MaxLength];
        start[0] = (byte)StreamType.Control;
        _control.Write(start[..(1 + _options.Settings.Write(start[1..]))]);

        // What it carries steers everything else: nothing waits behind responses.
        _control.SetPriority(0, incremental: false);
        return true;
    }

    /// <summary>The client has proved that it is there, so that nothing it has sent is a replay.</summary>
    private void TakeUpEarlyRequests()
    {
        // From the end: one that is over at once leaves its place to the last.
        for (int index = _requests.Count - 1; index >= 0; index--)
        {
            _requests[index].OnHandshakeCompleted();
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.4.2
    //# Clients SHOULD store the settings the server provided in the HTTP/3 connection where resumption information was provided

    private void KeepSessions()
    {
        // Tickets may overtake the settings, and then wait for them.
        while (_hasSettings && OnSession is not null && _quic.TryTakeSession(out ClientSession? session))
        {
            var settings = new byte[Settings.MaxLength];
            session.ApplicationState = settings.AsMemory(0, PeerSettings.WritePayload(settings));
            OnSession(session);
        }
    }

    private void OnOpened(QuicStream stream)
    {
        if (stream.Id.IsUnidirectional)
        {
            stream.State = new PeerStream(_isServer);
            return;
        }
        if (_source is null)
        {
            //= https://www.rfc-editor.org/rfc/rfc9114#section-6.1
            //# Clients MUST treat receipt of a server-initiated bidirectional stream as a connection error of type H3_STREAM_CREATION_ERROR unless such an extension has been negotiated.
            Settle(Http3Error.Connection(ErrorCode.StreamCreationError, "A server opened a bidirectional stream."), 0);
            return;
        }
        if (_priorities.Count > 0 && _priorities.TryTake(stream.Id, out PriorityParameters priority))
        {
            new StreamPriority(stream).OnEarlierUpdate(priority);
        }
        if (_isShuttingDown || _source.TryRent() is not { } request)
        {
            //= https://www.rfc-editor.org/rfc/rfc9114#section-4.1.1
            //# The server SHOULD abort its response stream with the error code H3_REQUEST_REJECTED.
            stream.Release((long)ErrorCode.RequestRejected);
            return;
        }
        _nextRequest = Math.Max(_nextRequest, stream.Id.Value + 4);

        // With early data requests come before the handshake is over, and the settings go before what answers them.
        _ = EnsureControlStream();
        Add(request, stream);
    }

    private void OnReadable(QuicStream stream)
    {
        switch (stream.State)
        {
            case RequestStream request:
                Receive(request);
                break;
            case PeerStream peer:
                int before = peer.Glitches;
                Http3Error error = peer.Receive(stream, this);
                Settle(error, peer.Glitches - before);
                break;
        }
    }

    private void OnReset(QuicStream stream, ErrorCode code)
    {
        switch (stream.State)
        {
            case RequestStream request:
                // Opening and resetting requests in a row costs a client little and a server much (CVE-2023-44487).
                request.Cancel(code);
                Settle(default, 1);
                break;
            case PeerStream peer:
                Settle(peer.OnClosed(stream), 1);
                break;
        }
    }

    private void OnStopSending(QuicStream stream, ErrorCode code)
    {
        if (stream == _control)
        {
            //= https://www.rfc-editor.org/rfc/rfc9114#section-6.2.1
            //# The sender MUST NOT close the control stream, and the receiver MUST NOT request that the sender close the control stream.
            Settle(Http3Error.Connection(ErrorCode.ClosedCriticalStream, "The peer wants no control stream."), 0);
            return;
        }
        if (!_isServer && code == ErrorCode.NoError)
        {
            //= https://www.rfc-editor.org/rfc/rfc9114#section-4.1
            //# Clients MUST NOT discard complete responses as a result of having their request terminated abruptly
            return;
        }
        (stream.State as RequestStream)?.Cancel(code);
        Settle(default, 1);
    }

    private void OnClosed()
    {
        _isClosed = true;
        _control = null;
        while (_requests.Count > 0)
        {
            RequestStream request = _requests[^1];
            _requests.RemoveAt(_requests.Count - 1);
            request.Lose(ErrorCode.RequestCancelled);
        }
        OnEnded?.Invoke(this);
    }

    private Http3Error Prioritize(StreamId id, PriorityParameters update)
    {
        if (_quic.FindStream(id) is { } stream)
        {
            // The first for a stream is what a browser sends with each request; more are bounded, since each may move the stream to another queue.
            return new StreamPriority(stream).OnUpdate(update) ? default : Spend(1);
        }

        //= https://www.rfc-editor.org/rfc/rfc9218#section-7.2
        //# If a server receives a PRIORITY_UPDATE (type=0xF0700) with a stream ID that is beyond the stream limits, this SHOULD be treated as a connection error of type H3_ID_ERROR.
        if (id.Sequence >= _quic.PeerStreamLimit)
        {
            return Http3Error.Connection(ErrorCode.IdError, "A PRIORITY_UPDATE names a stream beyond the limit.");
        }
        bool isAwaited = id.Sequence >= _quic.PeerStreamCount;
        return isAwaited && _priorities.TryAdd(id, update) ? default : Spend(1);
    }

    private Http3Error Spend(int glitches) => _glitches.TrySpend(_now.Ticks / 10, glitches)
        ? default
        : Http3Error.Connection(ErrorCode.ExcessiveLoad, "There was too much that is allowed and means nothing.");

    private void Settle(Http3Error error, int glitches)
    {
        if (glitches > 0 && !error.IsError)
        {
            error = Spend(glitches);
        }
        if (error.IsError && !_isClosed && !Error.IsError)
        {
            Error = error;
            _quic.Close(_now, (long)error.Code, error.Reason!);
        }
    }

    /// <summary>Takes what the peer's control stream tells.</summary>
    internal readonly struct ControlSink(Http3Connection connection) : IControlSink
    {
        public Http3Error OnSettings(in Settings settings)
        {
            //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.4.2
            //# If a server accepts 0-RTT but then sends settings that are not compatible with the previously specified settings, this MUST be treated as a connection error of type H3_SETTINGS_ERROR.
            //
            //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.4.2
            //# If a server accepts 0-RTT but then sends a SETTINGS frame that omits a setting value that the client understands (apart from reserved setting identifiers) that was previously specified to have a non-default value, this MUST be treated as a connection error of type H3_SETTINGS_ERROR.
            if (connection._remembered is { } remembered
                && (!settings.Covers(remembered) || (settings.MaxFieldSectionSize == VarInt.MaxValue) != (remembered.MaxFieldSectionSize == VarInt.MaxValue)))
            {
                return Http3Error.Connection(ErrorCode.SettingsError, "The server has accepted early data, and takes back a setting that it was sent under.");
            }
            connection.PeerSettings = settings;
            connection._hasSettings = true;
            connection.KeepSessions();
            return default;
        }

        public void OnGoAway(ulong id) => connection.IsGoingAway = true;

        public void OnMaxPushId(ulong id)
        {
            // Nothing is pushed, so nothing is limited.
        }

        //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.3
        //# If a server receives a CANCEL_PUSH frame for a push ID that has not yet been mentioned by a PUSH_PROMISE frame, this MUST be treated as a connection error of type H3_ID_ERROR.
        public Http3Error OnCancelPush(ulong id) => Http3Error.Connection(ErrorCode.IdError, "A push was cancelled that was never promised.");

        public Http3Error OnPriorityUpdate(bool isPush, ulong id, ReadOnlySpan<byte> value)
        {
            //= https://www.rfc-editor.org/rfc/rfc9218#section-7.2
            //# If a server receives a PRIORITY_UPDATE (type=0xF0701) with a push ID that is greater than the maximum push ID or that has not yet been promised, this MUST be treated as a connection error of type H3_ID_ERROR.
            if (isPush)
            {
                return Http3Error.Connection(ErrorCode.IdError, "A PRIORITY_UPDATE names a push that was never promised.");
            }

            //= https://www.rfc-editor.org/rfc/rfc9218#section-7
            //# Failure to parse the Priority Field Value MAY be treated as a connection error.
            PriorityParameters update = default;
            return PriorityParameters.TryRead(value, ref update)
                ? connection.Prioritize(new StreamId((long)id), update)
                : Http3Error.Connection(ErrorCode.GeneralProtocolError, "A PRIORITY_UPDATE holds no Dictionary.");
        }
    }
}
