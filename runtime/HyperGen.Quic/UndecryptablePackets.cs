using HyperGen.Quic.Streams;

namespace HyperGen.Quic;

/// <summary>Packets that arrived before their keys, which reordering makes common at the end of a handshake (RFC 9001 section 5.7).</summary>
internal sealed class UndecryptablePackets(PagePool pages)
{
    /// <summary>A client's first flight of requests; more would let a stranger make us hold memory.</summary>
    private const int MaxPackets = 8;

    private readonly List<(byte[] Page, int Length, Timestamp Arrived, EcnCodepoint Ecn)> _packets = [];

    public bool TryAdd(Timestamp now, EcnCodepoint ecn, ReadOnlySpan<byte> packet)
    {
        if (_packets.Count == MaxPackets || packet.Length > PagePool.LargePage || !pages.HasRoomFor(packet.Length)) return false;
        var page = pages.Rent(PagePool.LargePage);
        packet.CopyTo(page);
        _packets.Add((page, packet.Length, now, ecn));
        return true;
    }

    public void RemoveAt(int index)
    {
        if (index >= _packets.Count) return;
        pages.Return(_packets[index].Page);
        _packets.RemoveAt(index);
    }

    public int Count => _packets.Count;

    public Span<byte> this[int index] => _packets[index].Page.AsSpan(0, _packets[index].Length);

    /// <summary>When a packet came.</summary>
    public Timestamp ArrivalOf(int index) => _packets[index].Arrived;

    /// <summary>How the datagram that a packet came in was marked.</summary>
    public EcnCodepoint EcnOf(int index) => _packets[index].Ecn;

    public void Clear()
    {
        foreach (var (page, _, _, _) in _packets) pages.Return(page);
        _packets.Clear();
    }
}
