namespace HyperGen.Quic.Streams;

/// <summary>
/// The credit we give, for one stream or for the connection (RFC 9000 section 4). The limit moves with what was consumed, not with what arrived, so a
/// slow reader holds back its peer; the window doubles when half of it is consumed within two round trips, up to a maximum. On a long path more is in flight
/// at the same speed, and the maximum is another.
/// </summary>
internal struct ReceiveWindow(long initial)
{
    /// <summary>From here on a path is long: 6 MiB in 50 ms are a gigabit a second.</summary>
    public static readonly TimeSpan LongPath = TimeSpan.FromMilliseconds(50);

    private Timestamp _updated;

    public long Size { get; private set; } = initial;

    /// <summary>The limit that was last advertised.</summary>
    public long Limit { get; private set; } = initial;

    public long Consumed { get; private set; }

    public void Consume(long bytes) => Consumed += bytes;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.2
    //# a receiver MUST NOT wait for a STREAM_DATA_BLOCKED or DATA_BLOCKED frame
    //# before sending a MAX_STREAM_DATA or MAX_DATA frame

    /// <summary>Whether half a window was consumed since the last limit: often enough that the peer never waits, seldom enough not to be traffic of its own.</summary>
    public readonly bool ShouldAdvertise => Limit - Consumed <= Size / 2;

    /// <summary>Moves the limit; what to send in MAX_DATA or MAX_STREAM_DATA.</summary>
    /// <param name="now">The time.</param>
    /// <param name="rtt">The path's round-trip time.</param>
    /// <param name="maximum">What the window may grow to; 0 when there is no memory for a larger one.</param>
    public long Advertise(Timestamp now, TimeSpan rtt, long maximum)
    {
        if (_updated != default && now - _updated < 2 * rtt) GrowTo(Math.Min(Size * 2, maximum));
        _updated = now;
        Limit = Math.Max(Limit, Consumed + Size);
        return Limit;
    }

    /// <summary>Makes the window at least so large.</summary>
    public void GrowTo(long size) => Size = Math.Max(Size, size);
}
