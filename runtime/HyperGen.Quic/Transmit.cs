namespace HyperGen.Quic;

/// <summary>
/// One batch for one send call: <see cref="Length" /> bytes of the caller's buffer, cut into datagrams of <see cref="SegmentSize" /> of which only the last
/// may be shorter (UDP_SEGMENT). All go along one path with one ECN mark.
/// </summary>
/// <param name="Path">Where to.</param>
/// <param name="Length">Bytes to send; at least 1.</param>
/// <param name="SegmentSize">Bytes of every datagram but the last.</param>
/// <param name="Ecn">The mark to set.</param>
internal readonly record struct Transmit(NetworkPath Path, int Length, int SegmentSize, EcnCodepoint Ecn)
{
    /// <summary>UDP_MAX_SEGMENTS of Linux: a batch of 129 was measured to fail with EINVAL.</summary>
    public const int MaxSegments = 64;

    /// <summary>A buffer that holds every batch.</summary>
    public const int MaxLength = 65_507;
}
