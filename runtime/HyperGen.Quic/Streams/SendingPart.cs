namespace HyperGen.Quic.Streams;

/// <summary>The sending part of a stream: RFC 9000 section 3.1. It knows nothing of packets; the connection asks it what to send.</summary>
internal sealed class SendingPart
{
    /// <summary>What is to be sent.</summary>
    public SendBuffer Buffer;
    private bool _finWritten;
    private bool _finSent;
    private bool _finAcked;
    private long _blockedAt;

    public SendState State { get; private set; }

    /// <summary>The peer's limit on this stream.</summary>
    public long MaxData { get; private set; }

    public long ResetCode { get; private set; }

    /// <summary>RESET_STREAM has to be sent, or sent again.</summary>
    public bool ResetPending { get; set; }

    /// <summary>STREAM_DATA_BLOCKED has to be sent, or sent again.</summary>
    public bool BlockedPending { get; set; }

    public bool IsTerminal => State is SendState.DataRecvd or SendState.ResetRecvd;

    public bool IsReset => State is SendState.ResetSent or SendState.ResetRecvd;

    /// <summary>Whether more may be written.</summary>
    public bool IsOpen => !_finWritten && State is SendState.Ready or SendState.Send;

    public bool FinWritten => _finWritten;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-3.3
    //# A sender MUST NOT send any of these frames from a terminal state

    //= https://www.rfc-editor.org/rfc/rfc9000#section-3.3
    //# A sender MUST NOT send a STREAM or STREAM_DATA_BLOCKED frame for a stream in
    //# the "Reset Sent" state or any terminal state

    /// <summary>Whether something waits that the stream's own limits allow to be sent.</summary>
    public bool HasPending => !IsReset && !IsTerminal && (Buffer.HasLost || HasNew || FinPending);

    /// <summary>Whether bytes never sent before wait and the stream's limit allows them.</summary>
    public bool HasNew => Buffer.SentOffset < Math.Min(Buffer.WrittenOffset, MaxData);

    /// <summary>Whether a frame without new data would do.</summary>
    public bool HasPendingWithoutCredit => Buffer.HasLost || FinPending;

    /// <summary>Whether FIN is due: all data was sent and FIN was not, or was lost.</summary>
    private bool FinPending => _finWritten && !_finSent && !Buffer.HasUnsent;

    public void Open(PagePool pool, long maxData)
    {
        Buffer.Open(pool);
        Buffer.Reset();
        MaxData = maxData;
        State = SendState.Ready;
        ResetPending = BlockedPending = _finWritten = _finSent = _finAcked = false;
        _blockedAt = -1;
    }

    public void OnMaxStreamData(long limit)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-4.1
        //# A sender MUST ignore any MAX_STREAM_DATA or MAX_DATA frames that do not
        //# increase flow control limits.
        if (limit <= MaxData) return;
        MaxData = limit;
        BlockedPending = false;
    }

    /// <summary>Whether the peer's limit <paramref name="limit" /> is what keeps data back.</summary>
    public bool IsBlockedAt(long limit) => limit == MaxData && !IsReset && Buffer.SentOffset == limit && Buffer.HasUnsent;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.1
    //= type=exception
    //= reason=a peer that grants no credit is let go by the idle timeout; KeepAliveInterval, a PING, keeps the connections that are wanted all the same
    //# a sender that is flow control limited SHOULD periodically send a
    //# STREAM_DATA_BLOCKED or DATA_BLOCKED frame when it has no ack-eliciting
    //# packets in flight.

    /// <summary>Notes, once for each limit, that the limit keeps data back.</summary>
    public bool TryNoteBlocked()
    {
        if (_blockedAt == MaxData || !IsBlockedAt(MaxData)) return false;
        _blockedAt = MaxData;
        return BlockedPending = true;
    }

    public void Finish() => _finWritten = true;

    /// <summary>Chooses the next frame of at most <paramref name="room" /> data bytes, of which at most <paramref name="credit" /> new ones.</summary>
    public bool TryNext(int room, long credit, out long offset, out int length, out bool fin)
    {
        if (Buffer.HasLost)
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-13.3
            //# Endpoints SHOULD prioritize retransmission of data over sending new data
            var lost = Buffer.FirstLost;
            offset = lost.Start;
            length = (int)Math.Min(room, lost.Length);
        }
        else
        {
            offset = Buffer.SentOffset;

            //= https://www.rfc-editor.org/rfc/rfc9000#section-2.2
            //# An endpoint MUST NOT send data on any stream without ensuring that it is
            //# within the flow control limits set by its peer.
            //
            //= https://www.rfc-editor.org/rfc/rfc9000#section-4.1
            //# Senders MUST NOT send data in excess of either limit.
            //
            //= https://www.rfc-editor.org/rfc/rfc9000#section-19.10
            //# The data sent on a stream MUST NOT exceed the largest maximum stream data
            //# value advertised by the receiver.
            length = (int)Math.Min(Math.Min(room, credit), Math.Max(0, Math.Min(Buffer.WrittenOffset, MaxData) - offset));
        }

        fin = _finWritten && offset + length == Buffer.WrittenOffset && (!_finSent || Buffer.HasLost);
        return length > 0 || (fin && !_finSent);
    }

    public void OnFrameSent(long offset, int length, bool fin)
    {
        if (length > 0) Buffer.OnSent(offset, length);
        if (fin) _finSent = true;
        if (State is SendState.Ready) State = SendState.Send;
        if (State is SendState.Send && _finSent && !Buffer.HasUnsent) State = SendState.DataSent;
    }

    public void OnFrameAcked(long offset, int length, bool fin)
    {
        if (IsReset || IsTerminal) return;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.3
        //# A sender SHOULD avoid retransmitting information from packets once they are
        //# acknowledged.
        Buffer.OnAcked(offset, length);
        _finAcked |= fin;
        if (_finAcked && Buffer.AllAcked) State = SendState.DataRecvd;
    }

    public void OnFrameLost(long offset, int length, bool fin)
    {
        if (IsReset || IsTerminal) return;
        Buffer.OnLost(offset, length);
        if (fin && !_finAcked) _finSent = false;
    }

    /// <summary>The peer read nothing of what was sent, and has said nothing of its limits yet.</summary>
    public void Rewind()
    {
        MaxData = 0;
        _finSent = false;
        if (IsReset)
        {
            Buffer.Reset();
            return;
        }

        Buffer.Rewind();
        State = SendState.Ready;
    }

    /// <summary>Abandons the stream, by our choice or because the peer asked for it.</summary>
    public void Reset(long code)
    {
        if (IsReset || IsTerminal) return;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.3
        //# The content of a RESET_STREAM frame MUST NOT change when it is sent again.
        State = SendState.ResetSent;
        ResetCode = code;
        ResetPending = true;
        BlockedPending = false;
        Buffer.Discard();
    }

    public void OnResetAcked()
    {
        if (State == SendState.ResetSent) State = SendState.ResetRecvd;

        // A probe timeout may just have asked for it once more.
        ResetPending = false;
    }

    public void OnResetLost() => ResetPending = State == SendState.ResetSent;
}
