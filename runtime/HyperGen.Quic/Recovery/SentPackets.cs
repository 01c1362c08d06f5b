using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Recovery;

/// <summary>
/// The packets in flight of one packet number space: a ring in packet number order, found by binary search. Its size is bounded by the congestion window,
/// and the ring is kept, so that nothing is allocated once a connection has reached its pace.
/// </summary>
internal sealed class SentPackets
{
    private SentPacket[] _ring = [];
    private int _head;

    /// <summary>Slots in use, including those of packets that are gone but not the oldest.</summary>
    public int Count { get; private set; }

    /// <summary>Ack-eliciting packets in flight.</summary>
    public int AckElicitingInFlight { get; private set; }

    public ref SentPacket this[int index] => ref _ring[(_head + index) & (_ring.Length - 1)];

    public void Add(in SentPacket packet)
    {
        if (Count == _ring.Length) Grow();
        Count++;
        this[Count - 1] = packet;
        if (packet.AckEliciting) AckElicitingInFlight++;
    }

    /// <summary>The first slot whose packet number is at least <paramref name="number" />; <see cref="Count" /> when there is none.</summary>
    public int IndexOf(PacketNumber number)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (this[middle].Number < number) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>Marks a packet as acknowledged or lost. Slots are given back by <see cref="Trim" />, so indexes stay valid until then.</summary>
    public void Remove(int index)
    {
        ref var packet = ref this[index];
        packet.Gone = true;
        if (packet.AckEliciting) AckElicitingInFlight--;
    }

    public void Trim()
    {
        while (Count > 0 && this[0].Gone)
        {
            _head = (_head + 1) & (_ring.Length - 1);
            Count--;
        }
    }

    /// <summary>Gives up its room while nothing is in flight.</summary>
    public void Shrink()
    {
        if (Count == 0) Clear();
    }

    public void Clear()
    {
        _ring = [];
        _head = Count = AckElicitingInFlight = 0;
    }

    private void Grow()
    {
        var larger = new SentPacket[Math.Max(4, _ring.Length * 2)];
        for (var i = 0; i < Count; i++) larger[i] = this[i];
        _ring = larger;
        _head = 0;
    }
}
