using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Recovery;

/// <summary>What is remembered of a packet in flight until it is acknowledged or lost (RFC 9002 appendix A.1.1). Packets not in flight are not remembered.</summary>
internal struct SentPacket
{
    public PacketNumber Number;
    public Timestamp TimeSent;

    /// <summary>The packet before it that was in flight too: those between two such neighbours were never to be acknowledged.</summary>
    public PacketNumber Follows;

    /// <summary>Which of the connection's paths, in the order of use, it was counted on; <see cref="LossDetection.NoPath" /> for probes of others.</summary>
    public int Path;

    /// <summary>sent_bytes.</summary>
    public int Size;

    /// <summary>The head of its frames in the connection's <see cref="SentFrames" />.</summary>
    public int Frames;

    public bool AckEliciting;

    /// <summary>Whether the congestion window, not the application, limited us when it left.</summary>
    public bool WindowLimited;

    /// <summary>It only asks whether the path carries a datagram of its size: its loss says nothing else.</summary>
    public bool IsMtuProbe;

    /// <summary>It carried the ECT(0) mark.</summary>
    public bool IsMarked;

    /// <summary>Acknowledged or lost: the slot only waits for the ones before it.</summary>
    public bool Gone;
}
