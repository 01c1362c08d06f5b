namespace HyperGen.Quic.Recovery;

/// <summary>The packets one acknowledgment or timeout settled. The array is kept for the next.</summary>
internal sealed class PacketBatch
{
    private SentPacket[] _packets = [];

    public int Count { get; private set; }

    public bool AnyAckEliciting { get; private set; }

    public ref SentPacket this[int index] => ref _packets[index];

    public void Add(in SentPacket packet)
    {
        if (Count == _packets.Length) Array.Resize(ref _packets, Math.Max(2, Count * 2));
        _packets[Count++] = packet;
        AnyAckEliciting |= packet.AckEliciting;
    }

    /// <summary>Forgets all packets, and the room for them.</summary>
    public void Shrink()
    {
        Clear();
        _packets = [];
    }

    public void Clear()
    {
        Count = 0;
        AnyAckEliciting = false;
    }
}
