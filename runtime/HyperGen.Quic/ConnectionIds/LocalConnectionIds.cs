using HyperGen.Quic.Frames;

namespace HyperGen.Quic;

/// <summary>The connection IDs we issued, by which the peer's packets find this connection (RFC 9000 section 5.1.1).</summary>
internal sealed class LocalConnectionIds
{
    /// <summary>How many the peer may hold at a time, whatever it says it can store: enough for a migration and a spare or two.</summary>
    public const int MaxActive = 4;

    private readonly Entry[] _entries = new Entry[MaxActive];
    private long _nextSequence;

    /// <summary>The highest sequence number that the peer can know.</summary>
    private long _told;

    /// <summary>The state of one issued ID.</summary>
    private struct Entry
    {
        public bool InUse;
        public bool Pending;
        public long Sequence;
        public ConnectionId Id;
    }

    public int Count { get; private set; }

    /// <summary>The ID with sequence number 0, which the handshake told the peer.</summary>
    public ConnectionId First { get; private set; }

    public void AddFirst(in ConnectionId id)
    {
        First = id;
        Add(id, pending: false);
    }

    /// <summary>Adds the ID of a preferred address, which the transport parameters carry.</summary>
    public void AddOffered(in ConnectionId id)
    {
        _told = _nextSequence;
        Add(id, pending: false);
    }

    /// <summary>Adds an ID that a NEW_CONNECTION_ID frame will carry.</summary>
    public void AddPending(in ConnectionId id) => Add(id, pending: true);

    public bool HasPending
    {
        get
        {
            foreach (ref readonly var entry in _entries.AsSpan())
            {
                if (entry.Pending) return true;
            }

            return false;
        }
    }

    /// <summary>The next ID to be announced.</summary>
    public bool TryTakePending(out long sequence, out ConnectionId id)
    {
        foreach (ref var entry in _entries.AsSpan())
        {
            if (!entry.Pending) continue;
            entry.Pending = false;
            sequence = entry.Sequence;
            _told = Math.Max(_told, sequence);
            id = entry.Id;
            return true;
        }

        sequence = 0;
        id = default;
        return false;
    }

    /// <summary>The frame that announced an ID was lost.</summary>
    public void OnLost(long sequence)
    {
        foreach (ref var entry in _entries.AsSpan())
        {
            if (entry.InUse && entry.Sequence == sequence) entry.Pending = true;
        }
    }

    /// <summary>The peer retires an ID; the ID to take out of the endpoint's map, if there is one.</summary>
    /// <param name="sequence">What the RETIRE_CONNECTION_ID frame names.</param>
    /// <param name="arrivedOn">The Destination Connection ID of the packet that carries it.</param>
    /// <param name="retired">The ID.</param>
    public TransportError OnRetired(long sequence, in ConnectionId arrivedOn, out ConnectionId? retired)
    {
        retired = null;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.16
        //# Receipt of a RETIRE_CONNECTION_ID frame containing a sequence number
        //# greater than any previously sent to the peer MUST be treated as a
        //# connection error of type PROTOCOL_VIOLATION.
        if (sequence > _told)
        {
            return TransportError.Of(TransportErrorCode.ProtocolViolation, FrameType.RetireConnectionId, "The connection ID was never issued.");
        }

        foreach (ref var entry in _entries.AsSpan())
        {
            if (!entry.InUse || entry.Sequence != sequence) continue;

            //= https://www.rfc-editor.org/rfc/rfc9000#section-19.16
            //# The sequence number specified in a RETIRE_CONNECTION_ID frame MUST NOT
            //# refer to the Destination Connection ID field of the packet in which
            //# the frame is contained.
            if (entry.Id == arrivedOn)
            {
                return TransportError.Of(TransportErrorCode.ProtocolViolation, FrameType.RetireConnectionId, "The packet's own connection ID is retired.");
            }

            retired = entry.Id;
            entry = default;
            Count--;
            return TransportError.None;
        }

        return TransportError.None;
    }

    /// <summary>The IDs in use, for taking them out of the endpoint's map.</summary>
    public bool TryRemoveAny(out ConnectionId id)
    {
        foreach (ref var entry in _entries.AsSpan())
        {
            if (!entry.InUse) continue;
            id = entry.Id;
            entry = default;
            Count--;
            return true;
        }

        id = default;
        return false;
    }

    private void Add(in ConnectionId id, bool pending)
    {
        foreach (ref var entry in _entries.AsSpan())
        {
            if (entry.InUse) continue;

            //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.1
            //# The sequence number on each newly issued connection ID MUST increase by 1.
            entry = new() { InUse = true, Pending = pending, Sequence = _nextSequence++, Id = id };
            Count++;
            return;
        }

        throw new InvalidOperationException("No more connection IDs may be issued than the peer may hold.");
    }
}
