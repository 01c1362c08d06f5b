using HyperGen.Quic.Parameters;

namespace HyperGen.Quic.Streams;

/// <summary>All streams of a connection: who may open how many, what each may send, whose turn it is. The frames' half is in StreamSet.Frames.cs.</summary>
internal sealed partial class StreamSet
{
    /// <summary>The least a writer may have in flight whatever the window: as much as msquic gives a stream.</summary>
    private const long MinSendBuffer = 256 << 10;

    /// <summary>The most a stalled reader can make us hold for one stream.</summary>
    private const long MaxSendBuffer = 8 << 20;

    /// <summary>The connection's streams together may buffer as much as four of them.</summary>
    private const long ConnectionSendBuffers = 4;

    /// <summary>What a stream may buffer whatever the others do.</summary>
    private const long AssuredSendBuffer = 16 << 10;

    private readonly Role _role;
    private readonly ConnectionLimits _limits;
    private readonly StreamPool _pool;
    private readonly PagePool _pages;
    private readonly EventQueue _events;
    private readonly StreamTable _open = new();
    private readonly SendQueues _sending = new();
    private readonly StreamQueue _awaitingCredit = new(StreamQueue.Kind.Send);
    private readonly StreamQueue _control = new(StreamQueue.Kind.Control);
    private IncomingStreams _incomingBidi;
    private IncomingStreams _incomingUni;
    private OutgoingStreams _outgoingBidi;
    private OutgoingStreams _outgoingUni;
    private TransportParameters _remote = TransportParameters.Unknown;
    private ReceiveWindow _window;
    private long _received;
    private long _maxData;
    private long _sent;
    private int _glitches;
    private long _sendBufferLimit = MinSendBuffer;
    private long _buffered;
    private long _blockedAt = -1;
    private bool _hasHeldWriters;
    private bool _blockedPending;
    private bool _maxDataPending;

    public StreamSet(Role role, ConnectionLimits limits, StreamPool pool, PagePool pages, EventQueue events)
    {
        _role = role;
        _limits = limits;
        _pool = pool;
        _pages = pages;
        _events = events;
        _window = new(limits.ConnectionWindow);
        _incomingBidi = new(limits.BidirectionalStreams);
        _incomingUni = new(limits.UnidirectionalStreams);
    }

    public int Count => _open.Count;

    /// <summary>The peer's bidirectional streams.</summary>
    public IncomingStreams IncomingBidi => _incomingBidi;

    /// <summary>Whether the peer has not acknowledged all of a stream that its user is done with.</summary>
    public bool IsDelivering
    {
        get
        {
            foreach (var stream in _open)
            {
                if (stream.IsReleased && stream.CanSend && stream.SendState is not (SendState.DataRecvd or SendState.ResetRecvd)) return true;
            }

            return false;
        }
    }

    /// <summary>How many frames since the last call led nowhere.</summary>
    public int TakeGlitches()
    {
        var glitches = _glitches;
        _glitches = 0;
        return glitches;
    }

    public bool IsWithinLimits
    {
        get
        {
            foreach (var stream in _open)
            {
                if (stream.CanSend && stream.Sending.Buffer.SentOffset > stream.Sending.MaxData) return false;
            }

            return _sent <= _maxData;
        }
    }

    /// <summary>How much one stream may have buffered; follows the congestion window, and is a page while the process's memory is almost spent.</summary>
    public long SendBufferLimit => _pages.IsAlmostSpent ? PagePool.LargePage : _sendBufferLimit;

    public void OnCongestionWindow(long window) => _sendBufferLimit = Math.Clamp(2 * window, MinSendBuffer, MaxSendBuffer);

    /// <summary>The peer's parameters arrived; it may also have spoken before, so streams it opened get their limits now.</summary>
    public void OnPeerParameters(TransportParameters remote)
    {
        _remote = remote;
        _maxData = remote.InitialMaxData;
        _outgoingBidi.Limit = remote.InitialMaxStreamsBidi;
        _outgoingUni.Limit = remote.InitialMaxStreamsUni;
        foreach (var stream in _open)
        {
            if (!stream.CanSend) continue;
            stream.Sending.OnMaxStreamData(InitialSendLimit(stream.Id));
            Schedule(stream);
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.6.2
    //= type=exception
    //= reason=What was written stays with its stream and goes again from the start, under the limits the server states now; the event EarlyDataRejected lets an application decide otherwise.
    //# The client therefore MUST reset the state of all streams, including application state
    //# bound to those streams.

    /// <summary>The peer read nothing of what was sent and its limits are not known any more: nothing is sent until it states them.</summary>
    public void OnEarlyDataRejected()
    {
        _maxData = _sent = 0;
        foreach (var stream in _open)
        {
            if (!stream.CanSend) continue;
            _awaitingCredit.Remove(stream);
            stream.Sending.Rewind();
        }
    }

    /// <summary>Opens a stream of ours; null when the peer's limit is reached, and then an event tells of more.</summary>
    public QuicStream? TryOpen(bool unidirectional)
    {
        ref var outgoing = ref Outgoing(unidirectional);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
        //# Endpoints MUST NOT exceed the limit set by their peer.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.11
        //# An endpoint MUST NOT open more streams than permitted by the current stream
        //# limit set by its peer.
        if (outgoing.Opened >= outgoing.Limit)
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
            //# An endpoint that is unable to open a new stream due to the peer's limits
            //# SHOULD send a STREAMS_BLOCKED frame
            outgoing.Blocked = true;

            //= https://www.rfc-editor.org/rfc/rfc9000#section-19.14
            //# A sender SHOULD send a STREAMS_BLOCKED frame (type=0x16 or 0x17) when it
            //# wishes to open a stream but is unable to do so due to the maximum stream limit
            //# set by its peer
            outgoing.BlockedPending = true;
            return null;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-2.1
        //# A QUIC endpoint MUST NOT reuse a stream ID within a connection.
        return Create(new(_role, unidirectional, outgoing.Opened++));
    }

    public QuicStream? Find(StreamId id) => _open.TryFind(id, out var stream) ? stream : null;

    public void OnConsumed(QuicStream stream)
    {
        _window.Consume(stream.Receiving.TakeCredit());
        if (stream.Receiving.WantsLimit) _control.Enqueue(stream);
    }

    public void OnStopped(QuicStream stream)
    {
        _window.Consume(stream.Receiving.TakeCredit());
        if (stream.Receiving.StopPending) _control.Enqueue(stream);
    }

    public void OnWritten(QuicStream stream)
    {
        Recharge(stream);
        if (stream.CanSend && stream.Sending.IsOpen) _ = stream.WriteCapacity;
        Schedule(stream);
        NoteBlocked(stream);
    }

    /// <summary>What a stream may still buffer: within its own limit, and within the connection's unless it has little yet.</summary>
    public long CapacityOf(QuicStream stream)
    {
        var own = stream.Sending.Buffer.Buffered;
        var capacity = Math.Min(SendBufferLimit - own, Math.Max(ConnectionSendBuffers * SendBufferLimit - _buffered, AssuredSendBuffer - own));
        if (capacity > 0) return capacity;
        stream.PendingEvents |= StreamEvents.WantsWritable;
        _hasHeldWriters = true;
        return capacity;
    }

    public void OnReset(QuicStream stream)
    {
        _awaitingCredit.Remove(stream);
        Recharge(stream);
        if (stream.Sending.ResetPending) _control.Enqueue(stream);
    }

    public void OnPriorityChanging(QuicStream stream) => _awaitingCredit.Remove(stream);

    public void OnReleased(QuicStream stream)
    {
        // Only now is a reader known to care no more: credit for a reset it never looked at goes back too.
        if (stream.CanReceive)
        {
            stream.Receiving.OnRead();
            _window.Consume(stream.Receiving.TakeCredit());
        }

        TryRetire(stream);
    }

    /// <summary>Gives up room that is not needed now.</summary>
    public void Shrink()
    {
        _open.Shrink();
        _sending.Shrink();
        foreach (var stream in _open)
        {
            if (stream.CanSend) stream.Sending.Buffer.Shrink();
            if (stream.CanReceive) stream.Receiving.Buffer.Shrink();
        }
    }

    /// <summary>The connection is over: every stream goes back to the pool, whoever still holds it.</summary>
    public void CloseAll()
    {
        foreach (var stream in _open)
        {
            _awaitingCredit.Remove(stream);
            _control.Remove(stream);
            _pool.Return(stream);
        }

        _open.Clear();
    }

    /// <summary>Keeps count of what all streams have buffered, and lets writers go on that waited for it to shrink.</summary>
    private void Recharge(QuicStream stream)
    {
        _buffered += stream.Buffered - stream.ChargedBytes;
        stream.ChargedBytes = stream.Buffered;
        if (!_hasHeldWriters || _buffered > ConnectionSendBuffers * SendBufferLimit / 2) return;
        _hasHeldWriters = false;
        foreach (var other in _open)
        {
            if (other.Buffered <= SendBufferLimit / 2) _events.AddWritable(other);
            else _hasHeldWriters |= (other.PendingEvents & StreamEvents.WantsWritable) != 0;
        }
    }

    /// <summary>Puts a stream into its queue if its limits allow something to be sent.</summary>
    private void Schedule(QuicStream stream)
    {
        if (!stream.CanSend || !stream.Sending.HasPending) return;
        if (IsBeyondLimit(stream)) return;
        if (stream.Sending.HasPendingWithoutCredit && _awaitingCredit.Contains(stream)) _awaitingCredit.Remove(stream);
        _sending.Enqueue(stream);
    }

    /// <summary>After early data was rejected there may be more streams than the peer allows now: nothing is said of them until it allows more.</summary>
    private bool IsBeyondLimit(QuicStream stream) => stream.Id.Initiator == _role && stream.Id.Sequence >= Outgoing(stream.Id.IsUnidirectional).Limit;

    private long LargestWindow(TimeSpan rtt) => _pages.IsUnderPressure ? 0
        : rtt >= ReceiveWindow.LongPath ? _limits.LongPathConnectionWindow
        : _limits.MaxConnectionWindow;

    private long LargestStreamWindow(TimeSpan rtt) => _pages.IsUnderPressure ? 0
        : rtt >= ReceiveWindow.LongPath ? _limits.LongPathStreamWindow
        : _limits.MaxStreamWindow;

    private QuicStream Create(StreamId id)
    {
        var ours = id.Initiator == _role;
        var stream = _pool.Rent(canSend: ours || !id.IsUnidirectional, canReceive: !ours || !id.IsUnidirectional);
        stream.Open(this, id);
        if (stream.CanSend) stream.Sending.Open(_pages, InitialSendLimit(id));
        if (stream.CanReceive) stream.Receiving.Open(_pages, _limits.StreamWindow);
        _open.Add(stream);
        return stream;
    }

    private long InitialSendLimit(StreamId id) => id.IsUnidirectional ? _remote.InitialMaxStreamDataUni
        : id.Initiator == _role ? _remote.InitialMaxStreamDataBidiRemote
        : _remote.InitialMaxStreamDataBidiLocal;

    private void TryRetire(QuicStream stream)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-4.4
        //# Both endpoints MUST maintain flow control state for the stream in the
        //# unterminated direction until that direction enters a terminal state.
        if (!stream.IsReleased || !stream.IsTerminal) return;
        _open.Remove(stream);
        _awaitingCredit.Remove(stream);
        _control.Remove(stream);
        _buffered -= stream.ChargedBytes;
        stream.ChargedBytes = 0;
        if (stream.Id.Initiator != _role) Incoming(stream.Id.IsUnidirectional).OnClosed();
        _pool.Return(stream);
    }

    private ref IncomingStreams Incoming(bool unidirectional)
    {
        if (unidirectional) return ref _incomingUni;
        return ref _incomingBidi;
    }

    private ref OutgoingStreams Outgoing(bool unidirectional)
    {
        if (unidirectional) return ref _outgoingUni;
        return ref _outgoingBidi;
    }
}
