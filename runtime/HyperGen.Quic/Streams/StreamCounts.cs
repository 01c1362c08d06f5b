namespace HyperGen.Quic.Streams;

/// <summary>How many streams of one kind the peer may open (RFC 9000 section 4.6): as many at a time as we said, for ever.</summary>
internal struct IncomingStreams
{
    private readonly long _concurrent;
    private long _closed;

    /// <param name="concurrent">How many may be open at a time.</param>
    public IncomingStreams(long concurrent) => Limit = _concurrent = concurrent;

    /// <summary>Opened so far; also the sequence number of the next.</summary>
    public long Opened { get; set; }

    /// <summary>The limit that was last advertised.</summary>
    public long Limit { get; private set; }

    /// <summary>MAX_STREAMS has to be sent again because it was lost.</summary>
    public bool LimitPending { get; set; }

    public void OnClosed() => _closed++;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
    //# An endpoint MUST NOT wait to receive this
    //# signal before advertising additional credit

    /// <summary>An eighth of the credit came back, or the peer is about to run out of it.</summary>
    public readonly bool WantsLimit
    {
        get
        {
            var freed = _closed + _concurrent - Limit;
            return LimitPending || freed * 8 >= Math.Max(_concurrent, 1) || (freed > 0 && (Limit - Opened) * 8 <= _concurrent);
        }
    }

    public long AdvertiseLimit()
    {
        LimitPending = false;
        Limit = Math.Max(Limit, _closed + _concurrent);
        return Limit;
    }
}

/// <summary>How many streams of one kind we may open.</summary>
internal struct OutgoingStreams
{
    public long Opened { get; set; }

    public long Limit { get; set; }

    /// <summary>The application was refused a stream and waits to hear of new credit.</summary>
    public bool Blocked { get; set; }

    /// <summary>STREAMS_BLOCKED has to be sent.</summary>
    public bool BlockedPending;
}
