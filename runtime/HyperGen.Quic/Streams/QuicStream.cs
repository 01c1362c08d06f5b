using HyperGen.Quic.Streams;

namespace HyperGen.Quic;

/// <summary>
/// One stream of a connection, with the sending part, the receiving part, or both. It is used on the connection's thread only, between two calls of the
/// connection's <c>Handle*</c> methods or while its events are taken. Objects are pooled: after <see cref="Release" /> the reference is dead, because the
/// same object soon carries another stream; nothing that outlives a stream may be keyed by it, only by <see cref="Id" />.
/// </summary>
internal sealed class QuicStream(bool canSend, bool canReceive)
{
    /// <summary>Null unless <see cref="CanSend" />: the object carries streams of one kind only, and one direction costs half of two.</summary>
    internal readonly SendingPart Sending = canSend ? new() : null!;

    /// <summary>Null unless <see cref="CanReceive" />.</summary>
    internal readonly ReceivingPart Receiving = canReceive ? new() : null!;
    internal StreamQueue.Link SendLink;
    internal StreamQueue.Link ControlLink;
    internal StreamEvents PendingEvents;
    internal long ChargedBytes;

    /// <summary>Counts the streams that this object has been: the ID alone is the same in every connection.</summary>
    internal uint Generation;
    private StreamSet? _owner;

    /// <summary>The stream's ID. It never changes meaning, unlike the object.</summary>
    public StreamId Id { get; private set; }

    /// <summary>Whatever the layer above keeps for this stream; cleared when the stream is released.</summary>
    public object? State { get; set; }

    /// <summary>A byte that the layer above keeps for this stream; it outlasts <see cref="Release" />, after which data may be under way for long. 0 at first.</summary>
    public byte Tag { get; set; }

    /// <summary>RFC 9218 urgency, 0 (first) to 7; default 3.</summary>
    public byte Urgency { get; private set; }

    /// <summary>Whether streams of the same urgency share bandwidth with this one, rather than wait for its end; default false.</summary>
    public bool Incremental { get; private set; }

    /// <summary>Whether we may send on it.</summary>
    public bool CanSend => Sending is not null;

    /// <summary>Whether the peer may send on it.</summary>
    public bool CanReceive => Receiving is not null;

    /// <summary>
    /// Whether any of it came as early data (0-RTT), which may be a replay of another connection's (RFC 8470). It stays true when the handshake is complete.
    /// </summary>
    public bool IsEarly { get; internal set; }

    /// <summary>Whether <see cref="Release" /> was called.</summary>
    public bool IsReleased { get; private set; }

    /// <summary>Where the sending part stands; meaningless unless <see cref="CanSend" />.</summary>
    public SendState SendState => CanSend ? Sending.State : default;

    /// <summary>Where the receiving part stands; meaningless unless <see cref="CanReceive" />.</summary>
    public ReceiveState ReceiveState => CanReceive ? Receiving.State : default;

    /// <summary>Whether everything the peer sent, FIN included, has been read.</summary>
    public bool IsReadToEnd => CanReceive && Receiving.State == ReceiveState.DataRead && !Receiving.IsStopped;

    /// <summary>The application error code with which the peer reset the stream; meaningful in <see cref="ReceiveState.ResetRecvd" /> and later.</summary>
    public long PeerResetCode => CanReceive ? Receiving.ResetCode : 0;

    /// <summary>Bytes written that the peer has not acknowledged.</summary>
    public long Buffered => CanSend ? Sending.Buffer.Buffered : 0;

    /// <summary>
    /// How many bytes a well-behaved writer may still write: the path's bandwidth-delay product, twice, less what is buffered. A stalled reader at the
    /// other end thus costs a bounded amount of memory, and so do many. <see cref="ConnectionEventKind.StreamWritable" /> follows when it was 0 or less.
    /// </summary>
    public long WriteCapacity => CanSend && Sending.IsOpen ? Owner.CapacityOf(this) : 0;

    private StreamSet Owner => _owner ?? throw new InvalidOperationException("The stream was released: keep its ID, not the object.");

    /// <summary>The next bytes in order, as far as they lie together in memory: valid until <see cref="Consume" />. Empty when there are none yet.</summary>
    public ReadOnlySpan<byte> Peek() => CanReceive ? Receiving.Buffer.Peek() : default;

    /// <summary>Takes bytes that <see cref="Peek" /> showed; their memory and their flow control credit are given back.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than are there.</exception>
    public void Consume(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, CanReceive ? Receiving.Buffer.ContiguousEnd - Receiving.Buffer.ReadOffset : 0);
        if (count == 0) return;
        Receiving.Consume(count);
        Owner.OnConsumed(this);
    }

    /// <summary>Copies what is there, at most as much as fits; 0 when nothing is there yet or ever will be (see <see cref="IsReadToEnd" />).</summary>
    public int Read(Span<byte> destination)
    {
        var copied = 0;
        while (copied < destination.Length && Peek() is { IsEmpty: false } bytes)
        {
            var length = Math.Min(bytes.Length, destination.Length - copied);
            bytes[..length].CopyTo(destination[copied..]);
            Consume(length);
            copied += length;
        }

        return copied;
    }

    /// <summary>Asks the peer to stop sending; what arrives from now on is dropped and no more events tell of it.</summary>
    /// <param name="errorCode">An error code of the application protocol.</param>
    public void StopSending(long errorCode)
    {
        if (!CanReceive) return;
        Receiving.Stop(errorCode);
        Owner.OnStopped(this);
    }

    /// <summary>Memory of the send buffer to write into; <see cref="Advance" /> must follow before any other call.</summary>
    /// <param name="sizeHint">How much is wanted; at least one byte, and at most a page of 4096, is given.</param>
    public Span<byte> GetSpan(int sizeHint = 1)
    {
        ThrowUnlessWritable();
        return Sending.Buffer.GetSpan(sizeHint);
    }

    /// <summary>Says how much of the memory was written.</summary>
    public void Advance(int count)
    {
        Sending.Buffer.Advance(count);
        Owner.OnWritten(this);
    }

    /// <summary>Copies all of <paramref name="data" /> into the send buffer. <see cref="WriteCapacity" /> says how much is reasonable.</summary>
    /// <exception cref="InvalidOperationException">The stream was finished, or never could send.</exception>
    public void Write(ReadOnlySpan<byte> data)
    {
        if (CanSend && Sending.IsReset) return;
        ThrowUnlessWritable();
        Sending.Buffer.Append(data);
        Owner.OnWritten(this);
    }

    /// <summary>Sends memory that never changes (an embedded file, a response encoded once) without copying it; it is held until it is acknowledged.</summary>
    public void WriteImmutable(ReadOnlyMemory<byte> data)
    {
        if (CanSend && Sending.IsReset) return;
        ThrowUnlessWritable();
        Sending.Buffer.AppendImmutable(data);
        Owner.OnWritten(this);
    }

    /// <summary>Ends the sending part: FIN follows what was written. Calling it again does nothing.</summary>
    public void Finish()
    {
        if (!CanSend || !Sending.IsOpen) return;
        Sending.Finish();
        Owner.OnWritten(this);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-11.2
    //# RESET_STREAM MUST only be instigated by the application protocol that uses QUIC.

    /// <summary>Abandons the sending part: what was not sent is dropped and the peer is told.</summary>
    /// <param name="errorCode">An error code of the application protocol.</param>
    public void Reset(long errorCode)
    {
        if (!CanSend) return;
        Sending.Reset(errorCode);
        Owner.OnReset(this);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-2.3
    //# A QUIC implementation SHOULD provide ways in which an application can
    //# indicate the relative priority of streams.

    /// <summary>
    /// Sets where the stream stands among those that have something to send (RFC 9218): lower urgencies go first; within one, those that are not incremental
    /// go in the order of their IDs, one after another, while the incremental ones take turns.
    /// </summary>
    /// <param name="urgency">0 (first) to 7; streams start with 3.</param>
    /// <param name="incremental">Whether parts of it are of use to the peer before all of it is there; streams start without.</param>
    public void SetPriority(byte urgency, bool incremental)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(urgency, StreamQueue.MaxUrgency);
        if (Urgency == urgency && Incremental == incremental) return;
        Owner.OnPriorityChanging(this);
        Urgency = urgency;
        Incremental = incremental;
        Owner.OnWritten(this);
    }

    /// <summary>
    /// The layer above is done with the stream. What was written and finished is still delivered; an unfinished sending part is reset and unread data is
    /// refused, both with <paramref name="errorCode" />. Stream credit returns to the peer only after this, so work bounds what a peer can start.
    /// </summary>
    public void Release(long errorCode = 0)
    {
        if (IsReleased) return;
        var owner = Owner;
        IsReleased = true;
        State = null;
        if (CanSend && Sending.IsOpen) Reset(errorCode);
        if (CanReceive && !Receiving.IsTerminal) StopSending(errorCode);
        owner.OnReleased(this);
    }

    internal bool IsTerminal => (!CanSend || Sending.IsTerminal) && (!CanReceive || Receiving.IsTerminal);

    internal void Open(StreamSet owner, StreamId id)
    {
        _owner = owner;
        Id = id;
        Urgency = StreamQueue.DefaultUrgency;
        Incremental = false;
        IsReleased = IsEarly = false;
        State = null;
        Tag = 0;
        PendingEvents = StreamEvents.None;
        ChargedBytes = 0;
    }

    internal bool BelongsTo(StreamSet owner, StreamId id) => _owner == owner && Id == id;

    internal void Close()
    {
        if (CanSend) Sending.Buffer.Reset();
        if (CanReceive) Receiving.Buffer.Reset();
        State = null;
        IsReleased = true;
        Generation++;
        _owner = null;
    }

    private void ThrowUnlessWritable()
    {
        if (!CanSend) throw new InvalidOperationException("Only the peer sends on this stream.");

        //= https://www.rfc-editor.org/rfc/rfc9000#section-4.5
        //# An endpoint MUST NOT send data on a stream at or beyond the final size.
        if (Sending.FinWritten) throw new InvalidOperationException("Nothing can be written after Finish.");
    }
}
