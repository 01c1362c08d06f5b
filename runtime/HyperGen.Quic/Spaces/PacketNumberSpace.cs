using HyperGen.Quic.Frames;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Streams;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Spaces;

/// <summary>One of the three packet number spaces: its keys, its handshake bytes, what arrived in it and which number comes next.</summary>
internal sealed class PacketNumberSpace(PacketNumberSpaceId id, PagePool pages)
{
    private CryptoStream? _crypto;
    private ReceivedPackets? _received;

    public PacketNumberSpaceId Id { get; } = id;

    /// <summary>Keys of the Initial and Handshake spaces; the application's are <see cref="OneRttKeys" />.</summary>
    public DirectionKeys? Read { get; set; }

    public DirectionKeys? Write { get; set; }

    /// <summary>Made when it is used, and given up with the space: a connection at rest holds one of three.</summary>
    public CryptoStream Crypto => _crypto ??= new(pages);

    public ReceivedPackets Received => _received ??= new();

    /// <summary>The numbers left out; null in the spaces of the handshake, which leave none out.</summary>
    public SkippedNumbers? Skipped { get; set; }

    public PacketNumber NextNumber { get; private set; } = new(0);

    /// <summary>The ECN counts the peer last reported.</summary>
    public EcnCounts ReportedEcn { get; set; }

    /// <summary>Packets sent with the ECT(0) mark.</summary>
    public long MarkedSent { get; set; }

    /// <summary>Ack-eliciting packets that a probe timeout ordered and that may exceed the congestion window.</summary>
    public int Probes { get; set; }

    public bool IsDiscarded { get; private set; }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.3
    //# Subsequent packets sent in the same packet number space MUST increase the packet
    //# number by at least one.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.3
    //# A QUIC endpoint MUST NOT reuse a packet number within the same packet number space
    //# in one connection.
    public PacketNumber TakeNumber()
    {
        var number = NextNumber;
        NextNumber = number.Next;
        return number;
    }

    /// <summary>Gives up room that is not needed now.</summary>
    public void Shrink() => _received?.Shrink();

    public void Discard()
    {
        IsDiscarded = true;
        Read?.Dispose();
        Write?.Dispose();
        Read = Write = null;
        Probes = 0;
        _crypto?.Reset();
        _crypto = null;
        _received = null;
    }
}
