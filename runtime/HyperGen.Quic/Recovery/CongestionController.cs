namespace HyperGen.Quic.Recovery;

/// <summary>
/// Decides how many bytes may be in flight on a path (RFC 9002 section 7). The byte count itself is kept here because every algorithm needs it; what
/// derives from this class only moves <see cref="Window" />.
/// </summary>
internal abstract class CongestionController(int maxDatagramSize)
{
    /// <summary>kMaxWindow is not the RFC's: it stops a window from growing without end on a path that never loses anything.</summary>
    private const long LargestWindow = 64 << 20;

    private long _window = InitialWindow(maxDatagramSize);

    public int MaxDatagramSize { get; private set; } = maxDatagramSize;

    public long BytesInFlight { get; private set; }

    /// <summary>congestion_window.</summary>
    public long Window
    {
        get => _window;
        protected set => _window = Math.Clamp(value, MinimumWindow, LargestWindow);
    }

    /// <summary>Whether a packet of <paramref name="bytes" /> may be sent.</summary>
    public bool HasRoom(int bytes) => BytesInFlight + bytes <= Window;

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.2
    //# The RECOMMENDED value is 2 * max_datagram_size.
    protected long MinimumWindow => 2 * MaxDatagramSize;

    /// <summary>The path carries more, or less, than was assumed.</summary>
    public void SetMaxDatagramSize(int size) => MaxDatagramSize = size;

    public void OnPacketSent(int bytes) => BytesInFlight += bytes;

    /// <summary>Takes packets that were acknowledged, lost, or whose keys were discarded out of the bytes in flight.</summary>
    public void RemoveFromBytesInFlight(int bytes) => BytesInFlight -= bytes;

    /// <param name="now">When the acknowledgment arrived.</param>
    /// <param name="sent">When the packet was sent.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="windowLimited">Whether the window was what held us back when it was sent.</param>
    /// <param name="rtt">The path's estimate.</param>
    public abstract void OnPacketAcked(Timestamp now, Timestamp sent, int bytes, bool windowLimited, in RttEstimator rtt);

    /// <summary>A packet sent at <paramref name="sent" /> was lost or marked: at most one reduction for each round trip.</summary>
    public abstract void OnCongestionEvent(Timestamp now, Timestamp sent);

    public abstract void OnPersistentCongestion();

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.2
    //# Endpoints SHOULD use an initial congestion
    //# window of ten times the maximum datagram size (max_datagram_size),
    //# while limiting the window to the larger of 14,720 bytes or twice the
    //# maximum datagram size.
    private static long InitialWindow(int maxDatagramSize) => Math.Min(10 * maxDatagramSize, Math.Max(14_720, 2 * maxDatagramSize));
}
