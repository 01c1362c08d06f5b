using HyperGen.Quic;

namespace HyperGen.Transport.Udp;

/// <summary>One datagram, or several of one sender that the kernel merged.</summary>
internal readonly ref struct ReceivedMessage(Span<byte> data, int segmentSize, NetworkPath path, EcnCodepoint ecn)
{
    /// <summary>The datagrams, one behind the other.</summary>
    public Span<byte> Data { get; } = data;

    /// <summary>The size of each datagram but the last, which may be shorter. At least 1.</summary>
    public int SegmentSize { get; } = segmentSize;

    /// <summary>Between which addresses they travelled.</summary>
    public NetworkPath Path { get; } = path;

    /// <summary>Their ECN bits.</summary>
    public EcnCodepoint Ecn { get; } = ecn;
}
