using HyperGen.Quic;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Spaces;

namespace HyperGen.Testing;

/// <summary>A packet that a <see cref="RawClient" /> received and opened, and what it held.</summary>
internal sealed class ReceivedPacket
{
    public required NetworkPath Path { get; init; }

    public required EcnCodepoint Mark { get; init; }

    /// <summary>Which datagram brought it, counted from 1.</summary>
    public required int Datagram { get; init; }

    public required int Length { get; init; }

    public required PacketNumberSpaceId Space { get; init; }

    public required long Number { get; init; }

    public required byte[] DestinationId { get; init; }

    public List<FrameType> Frames { get; } = [];

    /// <summary>The length of each frame's type field, and the least it could have.</summary>
    public List<(int Length, int Least)> TypeLengths { get; } = [];

    /// <summary>What its ACK frame acknowledges, highest first.</summary>
    public List<Range64> Acked { get; } = [];

    public long AckDelay { get; set; }

    public EcnCounts Ecn { get; set; }

    public byte[]? Challenge { get; set; }

    public List<StreamId> Streams { get; } = [];

    public List<long> Offsets { get; } = [];

    /// <summary>Its RESET_STREAM frames as they came, in hexadecimal.</summary>
    public List<string> Resets { get; } = [];

    public (bool IsApplication, long Code, int ReasonLength)? Close { get; set; }

    public bool Has(FrameType type) => Frames.Contains(type);
}
