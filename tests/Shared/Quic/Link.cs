using HyperGen.Quic;

namespace HyperGen.Testing;

/// <summary>What a link does to datagrams, all decided by its seed.</summary>
internal sealed record LinkConditions
{
    public double Loss { get; init; }

    public double Duplication { get; init; }

    /// <summary>The chance that a datagram is held back by up to three delays.</summary>
    public double Reordering { get; init; }

    public double Corruption { get; init; }

    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(10);
}

/// <summary>The network between two endpoints in virtual time: an ordered queue of what is on its way.</summary>
internal sealed class Link(LinkConditions conditions, SeededRandom random)
{
    private readonly PriorityQueue<(Node To, NetworkPath Path, byte[] Bytes), (long, long)> _onTheWay = new();
    private long _sequence;

    public LinkConditions Conditions { get; set; } = conditions;

    public long Sent { get; private set; }

    public long Lost { get; private set; }

    /// <summary>Sees every datagram before the link does; answers whether it is to be dropped.</summary>
    public Func<Node, byte[], bool>? Drop { get; set; }

    public Timestamp Next => _onTheWay.TryPeek(out _, out var due) ? new(due.Item1) : Timestamp.Never;

    public void Send(Timestamp now, Node to, NetworkPath path, ReadOnlySpan<byte> datagram)
    {
        Sent++;
        var bytes = datagram.ToArray();
        if (Drop?.Invoke(to, bytes) == true || random.Chance(Conditions.Loss))
        {
            Lost++;
            return;
        }

        if (random.Chance(Conditions.Corruption)) bytes[random.Below(bytes.Length)] ^= (byte)(1 << random.Below(8));
        Enqueue(now, to, path, bytes);
        if (random.Chance(Conditions.Duplication)) Enqueue(now, to, path, [.. bytes]);
    }

    public bool TryReceive(Timestamp now, out Node to, out NetworkPath path, out byte[] bytes)
    {
        (to, path, bytes) = (null!, default, null!);
        if (!_onTheWay.TryPeek(out var datagram, out var due) || due.Item1 > now.Ticks) return false;
        _onTheWay.Dequeue();
        (to, path, bytes) = datagram;
        return true;
    }

    private void Enqueue(Timestamp now, Node to, NetworkPath path, byte[] bytes)
    {
        var delay = Conditions.Delay;
        if (random.Chance(Conditions.Reordering)) delay += Conditions.Delay * random.Below(300) / 100;
        _onTheWay.Enqueue((to, path, bytes), ((now + delay).Ticks, _sequence++));
    }
}
