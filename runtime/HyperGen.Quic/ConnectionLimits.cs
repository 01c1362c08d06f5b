namespace HyperGen.Quic;

/// <summary>The bounds of one connection, each with where its default comes from. Immutable; shared by all connections of an endpoint.</summary>
internal sealed record ConnectionLimits
{
    /// <summary>The limits that apply when nothing is said.</summary>
    public static ConnectionLimits Default { get; } = new();

    /// <summary>Flow control window of a stream at first; default 512 KiB (quic-go's initial stream receive window).</summary>
    public long StreamWindow { get; init; } = 512 << 10;

    /// <summary>What a stream's window may grow to; default 6 MiB (Chromium, quic-go).</summary>
    public long MaxStreamWindow { get; init; } = 6 << 20;

    /// <summary>The same on paths of 50 ms and more, where 6 MiB are a gigabit a second at most; default 24 MiB.</summary>
    public long LongPathStreamWindow { get; init; } = 24 << 20;

    /// <summary>Flow control window of the connection at first; default 768 KiB (1.5 times a stream's, as in quic-go).</summary>
    public long ConnectionWindow { get; init; } = 768 << 10;

    /// <summary>What the connection's window may grow to; default 15 MiB (Chromium, quic-go).</summary>
    public long MaxConnectionWindow { get; init; } = 15 << 20;

    /// <summary>The same on paths of 50 ms and more; default 32 MiB.</summary>
    public long LongPathConnectionWindow { get; init; } = 32 << 20;

    /// <summary>Bidirectional streams the peer may have open at a time; default 100 (nginx http3_max_concurrent_streams is 128, RFC 9114 asks for 100).</summary>
    public long BidirectionalStreams { get; init; } = 100;

    /// <summary>Unidirectional streams the peer may have open at a time; default 8: HTTP/3 needs 3, the rest is for extensions and GREASE.</summary>
    public long UnidirectionalStreams { get; init; } = 8;

    /// <summary>The connection is forgotten after this much silence; default 30 s. Zero: never.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest DATAGRAM frame that is accepted (RFC 9221), at most 4096; default 0: the peer may send none. Sending them is up to the peer's value.
    /// </summary>
    public int MaxDatagramFrameSize { get; init; }

    /// <summary>
    /// After this much silence, or half the idle timeout where that is shorter, a PING asks whether the peer is there, which also keeps the mapping of a NAT
    /// alive; default zero, never: a server has no reason to, and a client chooses less than its NAT's timeout (30 s are usual for UDP, RFC 4787 asks for two
    /// minutes).
    /// </summary>
    public TimeSpan KeepAliveInterval { get; init; }

    /// <summary>A handshake that takes longer is given up; default 10 s (Kestrel's and quic-go's handshake timeouts are 10 s and 5 s).</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A question of the handshake that is not answered by then fails it; default 5 s: half of the handshake's time, so that the peer still learns why.
    /// </summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an acknowledgment may wait; default 25 ms (RFC 9000 section 18.2).</summary>
    public TimeSpan MaxAckDelay { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// The largest UDP payload that is tried: 1200 is where each path starts. Default 1452: what fits an Ethernet frame over IPv6 (1500 less 40 and 8), as in
    /// quic-go and ngtcp2.
    /// </summary>
    public int MaxDatagramSize { get; init; } = 1452;

    /// <summary>How the congestion window moves; default CUBIC, as in nearly all stacks.</summary>
    public CongestionAlgorithm CongestionControl { get; init; } = CongestionAlgorithm.Cubic;

    /// <summary>Asks the peer not to move to other addresses of its own accord; default false. A NAT that moves it is followed all the same.</summary>
    public bool DisablesActiveMigration { get; init; }

    /// <summary>Whether a client moves to the address that the server prefers, once it answers there; default true (RFC 9000 section 9.6: it should).</summary>
    public bool UsesPreferredAddress { get; init; } = true;
}
