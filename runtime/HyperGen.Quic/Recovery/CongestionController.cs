namespace HyperGen.Quic.Recovery;

/// <summary>
/// Decides how many bytes may be in flight on a path (RFC 9002 section 7), and how fast they leave. The byte count itself is kept here because every algorithm
/// needs it. What derives from this class moves <see cref="Window" />; one that models the path's bandwidth, as BBR does, also says at what
/// <see cref="PacingRate" />.
/// </summary>
internal abstract class CongestionController(int maxDatagramSize)
{
    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.7
    //# Using a value for "N" that is small, but at least 1 (for example,
    //# 1.25) ensures that variations in RTT do not result in
    //# underutilization of the congestion window.
    private const double N = 1.25;

    /// <summary>kMaxWindow is not the RFC's: it stops a window from growing without end on a path that never loses anything.</summary>
    private const long LargestWindow = 64 << 20;

    private long _window = InitialWindowOf(maxDatagramSize);

    public int MaxDatagramSize { get; private set; } = maxDatagramSize;

    public long BytesInFlight { get; private set; }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.2
    //# If the maximum datagram size changes during the connection, the initial congestion
    //# window SHOULD be recalculated with the new size.

    /// <summary>kInitialWindow for the present datagram size.</summary>
    public long InitialWindow => InitialWindowOf(MaxDatagramSize);

    /// <summary>congestion_window.</summary>
    public long Window
    {
        get => _window;
        protected set => _window = Math.Clamp(value, MinimumWindow, LargestWindow);
    }

    /// <summary>ssthresh; <see cref="long.MaxValue" /> until slow start ended once.</summary>
    public long SlowStartThreshold { get; protected set; } = long.MaxValue;

    /// <summary>Where the controller stands.</summary>
    public CongestionState State =>
        IsInRecovery ? CongestionState.Recovery : Window < SlowStartThreshold ? CongestionState.SlowStart : CongestionState.CongestionAvoidance;

    /// <summary>Whether the window was reduced, and no packet that was sent since has been acknowledged.</summary>
    protected bool IsInRecovery { get; set; }

    /// <summary>Whether a packet of <paramref name="bytes" /> may be sent.</summary>
    public bool HasRoom(int bytes) => BytesInFlight + bytes <= Window;

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.2
    //# The RECOMMENDED value is 2 * max_datagram_size.
    protected long MinimumWindow => 2 * MaxDatagramSize;

    public static CongestionController Create(CongestionAlgorithm algorithm, int maxDatagramSize) => algorithm switch
    {
        CongestionAlgorithm.NewReno => new NewReno(maxDatagramSize),
        _ => new Cubic(maxDatagramSize),
    };

    /// <summary>Bytes a second that the pacer lets through: a little more than the window in a round trip.</summary>
    public virtual double PacingRate(in RttEstimator rtt) => N * Window / Math.Max(rtt.SmoothedRtt.TotalSeconds, 1e-6);

    /// <summary>The path carries more, or less, than was assumed.</summary>
    public void SetMaxDatagramSize(int size)
    {
        MaxDatagramSize = size;
        Window = _window;
    }

    public void OnPacketSent(int bytes) => BytesInFlight += bytes;

    /// <summary>Takes packets that were acknowledged, lost, or whose keys were discarded out of the bytes in flight.</summary>
    public void RemoveFromBytesInFlight(int bytes) => BytesInFlight -= bytes;

    /// <summary>Forgets what is in flight: the path was left, and its packets no longer count.</summary>
    public void ClearBytesInFlight() => BytesInFlight = 0;

    /// <summary>An acknowledgment gave a sample of the round-trip time; comes before <see cref="OnPacketAcked" /> for its packets.</summary>
    public virtual void OnRttSample(in RttEstimator rtt)
    {
    }

    /// <param name="now">When the acknowledgment arrived.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="rtt">The path's estimate.</param>
    public abstract void OnPacketAcked(Timestamp now, in SentPacket packet, in RttEstimator rtt);

    /// <summary>A packet sent at <paramref name="sent" /> was lost or marked: at most one reduction for each round trip.</summary>
    public abstract void OnCongestionEvent(Timestamp now, Timestamp sent);

    public abstract void OnPersistentCongestion();

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.2
    //# Endpoints SHOULD use an initial congestion
    //# window of ten times the maximum datagram size (max_datagram_size),
    //# while limiting the window to the larger of 14,720 bytes or twice the
    //# maximum datagram size.
    private static long InitialWindowOf(int maxDatagramSize) => Math.Min(10 * maxDatagramSize, Math.Max(14_720, 2 * maxDatagramSize));
}
