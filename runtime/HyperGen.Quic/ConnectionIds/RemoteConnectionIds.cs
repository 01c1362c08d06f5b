using HyperGen.Quic.Frames;

namespace HyperGen.Quic;

/// <summary>The connection IDs the peer issued, which our packets carry (RFC 9000 section 5.1.2), and the stateless reset tokens that came with them.</summary>
internal sealed class RemoteConnectionIds(ResetTokens tokens, Connection owner)
{
    /// <summary>active_connection_id_limit: what we are ready to store.</summary>
    public const int MaxActive = 4;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
    //# An endpoint SHOULD limit the number of connection IDs it has retired locally
    //# for which RETIRE_CONNECTION_ID frames have not yet been acknowledged.

    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
    //# An endpoint SHOULD allow for sending and tracking a number of
    //# RETIRE_CONNECTION_ID frames of at least twice the value of the
    //# active_connection_id_limit transport parameter.

    /// <summary>
    /// Sequence numbers to retire that wait for RETIRE_CONNECTION_ID to be sent and acknowledged. A peer that rotates IDs while it withholds
    /// acknowledgments meets this bound (three times the limit, as RFC 9000 section 5.1.2 permits).
    /// </summary>
    public const int MaxRetiring = 3 * MaxActive;

    private readonly Entry[] _entries = new Entry[MaxActive];
    private long[] _retiring = [];
    private long _retirePriorTo;
    private long _highest;
    private ulong _seen = 1;

    private struct Entry
    {
        public bool InUse;

        /// <summary>Packets have carried it: it belongs to one path.</summary>
        public bool Taken;
        public long Sequence;
        public ConnectionId Id;
        public StatelessResetToken? Token;
    }

    /// <summary>The ID our packets carry now.</summary>
    public ConnectionId Current => _entries[CurrentIndex].Id;

    /// <summary>Retired sequence numbers whose frame is to be sent, or was sent and not acknowledged.</summary>
    public int Retiring { get; private set; }

    /// <summary>How many of them are to be sent: the last of the list.</summary>
    public int RetirePending { get; private set; }

    /// <summary>The sequence number of <see cref="Current" />.</summary>
    public long CurrentSequence => _entries[CurrentIndex].Sequence;

    private int CurrentIndex { get; set; }

    /// <summary>Sets the ID of the handshake, sequence number 0; a client does so again when the server chooses its own.</summary>
    public void SetFirst(in ConnectionId id) => _entries[0] = new() { InUse = true, Taken = true, Id = id };

    public void SetFirstToken(StatelessResetToken token) => Use(ref _entries[0], token);

    /// <summary>The ID that came with a preferred address, sequence number 1.</summary>
    public void AddPreferred(in ConnectionId id, StatelessResetToken token)
    {
        TrySee(1);
        _entries[1] = new() { InUse = true, Sequence = 1, Id = id, Token = token };
    }

    public TransportError OnNewConnectionId(in NewConnectionIdFrame frame)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.15
        //# An endpoint that is sending packets with a zero-length Destination
        //# Connection ID MUST treat receipt of a NEW_CONNECTION_ID frame as a
        //# connection error of type PROTOCOL_VIOLATION.
        if (Current.Length == 0) return Violation("The peer chose an empty connection ID and cannot issue others.");

        foreach (ref readonly var entry in _entries.AsSpan())
        {
            if (!entry.InUse) continue;
            if (entry.Sequence == frame.Sequence)
            {
                //= https://www.rfc-editor.org/rfc/rfc9000#section-19.15
                //# Receipt of the same frame multiple times MUST NOT be treated as a connection
                //# error.
                return entry.Id == frame.Id && (entry.Token is null || entry.Token == frame.Token)
                    ? TransportError.None
                    : Violation("A sequence number was used for two connection IDs.");
            }

            if (entry.Id == frame.Id) return Violation("A connection ID was issued under two sequence numbers.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.15
        //# An endpoint that receives a NEW_CONNECTION_ID frame with a sequence
        //# number smaller than the Retire Prior To field of a previously received
        //# NEW_CONNECTION_ID frame MUST send a corresponding RETIRE_CONNECTION_ID
        //# frame that retires the newly received connection ID
        if (!TrySee(frame.Sequence)) return TransportError.None;
        if (frame.Sequence < _retirePriorTo) return Retire(frame.Sequence);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
        //# Upon receipt of an increased Retire Prior To field, the peer MUST stop using
        //# the corresponding connection IDs and retire them with RETIRE_CONNECTION_ID
        //# frames before adding the newly provided connection ID to the set of active
        //# connection IDs.
        var error = RetirePriorTo(frame.RetirePriorTo);
        if (error.IsError) return error;
        var hasCurrent = _entries[CurrentIndex].InUse;
        for (var i = 0; i < _entries.Length; i++)
        {
            if (_entries[i].InUse) continue;
            _entries[i] = new() { InUse = true, Sequence = frame.Sequence, Id = frame.Id, Token = frame.Token };
            if (!hasCurrent) MakeCurrent(i);
            return TransportError.None;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.1
        //# an endpoint MUST close the connection with an error of
        //# type CONNECTION_ID_LIMIT_ERROR
        return TransportError.Of(TransportErrorCode.ConnectionIdLimitError, FrameType.NewConnectionId, "More connection IDs than the limit are active.");
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.5
    //# an endpoint MUST NOT reuse a connection ID when sending to
    //# more than one destination address.

    /// <summary>Takes an ID that no packet has carried yet, for a new path; false when the peer gave us no other. A peer without IDs needs none.</summary>
    public bool TryTake(out long sequence)
    {
        sequence = 0;
        if (Current.Length == 0) return true;
        foreach (ref var entry in _entries.AsSpan())
        {
            if (!entry.InUse || entry.Taken) continue;
            Use(ref entry, entry.Token);
            sequence = entry.Sequence;
            return true;
        }

        return false;
    }

    public bool TryGet(long sequence, out ConnectionId id)
    {
        foreach (ref readonly var entry in _entries.AsSpan())
        {
            if (!entry.InUse || entry.Sequence != sequence) continue;
            id = entry.Id;
            return true;
        }

        id = default;
        return false;
    }

    /// <summary>The path in use changes to one whose ID this is.</summary>
    public void Use(long sequence)
    {
        for (var i = 0; i < _entries.Length; i++)
        {
            if (_entries[i].InUse && _entries[i].Sequence == sequence) MakeCurrent(i);
        }
    }

    /// <summary>The path that an ID belonged to is gone, and the ID with it.</summary>
    public void GiveBack(long sequence)
    {
        if (Current.Length == 0 || sequence == CurrentSequence) return;
        foreach (ref var entry in _entries.AsSpan())
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
            //# An endpoint MUST NOT forget a connection ID without retiring it
            //
            // A peer that acknowledges no retirement keeps its old IDs in our list: it gets no more of them until it does.
            if (!entry.InUse || entry.Sequence != sequence || Retire(sequence).IsError) continue;
            Forget(ref entry);
        }
    }

    /// <summary>Whether the last bytes of a datagram, as many as a token has, are that of an ID in use.</summary>
    public bool IsStatelessReset(ReadOnlySpan<byte> tail)
    {
        var matches = false;
        foreach (ref readonly var entry in _entries.AsSpan())
        {
            if (entry is { InUse: true, Taken: true, Token: { } token }) matches |= token.Matches(tail);
        }

        return matches;
    }

    /// <summary>The next sequence number to put into a RETIRE_CONNECTION_ID frame.</summary>
    public bool TryTakeRetire(out long sequence)
    {
        sequence = 0;
        if (RetirePending == 0) return false;
        sequence = _retiring[Retiring - RetirePending--];
        return true;
    }

    public void OnRetireAcked(long sequence)
    {
        var index = Array.IndexOf(_retiring, sequence, 0, Retiring);
        if (index < 0) return;
        var wasPending = index >= Retiring - RetirePending;
        Array.Copy(_retiring, index + 1, _retiring, index, Retiring - index - 1);
        Retiring--;
        if (wasPending) RetirePending--;
    }

    public void OnRetireLost(long sequence)
    {
        var index = Array.IndexOf(_retiring, sequence, 0, Retiring - RetirePending);
        if (index < 0) return;
        Array.Copy(_retiring, index + 1, _retiring, index, Retiring - index - 1);
        _retiring[Retiring - 1] = sequence;
        RetirePending++;
    }

    /// <summary>Gives up room that is not needed now.</summary>
    public void Shrink()
    {
        if (Retiring == 0) _retiring = [];
    }

    private TransportError RetirePriorTo(long sequence)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.15
        //# A receiver MUST ignore any Retire Prior To fields that do not increase the
        //# largest received Retire Prior To value.
        if (sequence <= _retirePriorTo) return TransportError.None;
        _retirePriorTo = sequence;
        foreach (ref var entry in _entries.AsSpan())
        {
            if (!entry.InUse || entry.Sequence >= sequence) continue;
            var error = Retire(entry.Sequence);
            if (error.IsError) return error;
            Forget(ref entry);
        }

        for (var i = 0; i < _entries.Length && !_entries[CurrentIndex].InUse; i++)
        {
            if (_entries[i] is { InUse: true, Taken: false }) MakeCurrent(i);
        }

        return TransportError.None;
    }

    /// <summary>The connection is over: none of its tokens means anything any more.</summary>
    public void ForgetTokens()
    {
        foreach (ref var entry in _entries.AsSpan())
        {
            if (entry.Token is { } token) tokens.Remove(token, owner);
            entry.Token = null;
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.1
    //# An endpoint MUST NOT check for any stateless reset tokens associated
    //# with connection IDs it has not used or for connection IDs that have
    //# been retired.
    private void Use(ref Entry entry, StatelessResetToken? token)
    {
        entry.Taken = true;
        entry.Token = token;
        if (token is { } known) tokens.Add(known, owner);
    }

    private void Forget(ref Entry entry)
    {
        if (entry.Token is { } token) tokens.Remove(token, owner);
        entry = default;
    }

    private void MakeCurrent(int index)
    {
        CurrentIndex = index;
        Use(ref _entries[index], _entries[index].Token);
    }

    /// <summary>
    /// Notes a sequence number; false when it came before. A repeated frame whose ID was retired meanwhile must not bring the ID back. What is more than 63
    /// numbers old counts as seen.
    /// </summary>
    private bool TrySee(long sequence)
    {
        var ahead = sequence - _highest;
        if (ahead > 0)
        {
            _seen = ahead < 64 ? (_seen << (int)ahead) | 1 : 1;
            _highest = sequence;
            return true;
        }

        if (ahead <= -64 || (_seen & (1UL << (int)-ahead)) != 0) return false;
        _seen |= 1UL << (int)-ahead;
        return true;
    }

    private TransportError Retire(long sequence)
    {
        if (Array.IndexOf(_retiring, sequence, 0, Retiring) >= 0) return TransportError.None;
        if (Retiring == MaxRetiring)
        {
            return TransportError.Of(
                TransportErrorCode.ConnectionIdLimitError, FrameType.NewConnectionId, "Connection IDs are replaced faster than their retirement is acknowledged.");
        }

        if (_retiring.Length == 0) _retiring = new long[MaxRetiring];
        _retiring[Retiring++] = sequence;
        RetirePending++;
        return TransportError.None;
    }

    private static TransportError Violation(string reason) =>
        TransportError.Of(TransportErrorCode.ProtocolViolation, FrameType.NewConnectionId, reason);
}
