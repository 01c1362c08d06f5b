using HyperGen.Quic;

namespace HyperGen.Testing;

/// <summary>What a link does to datagrams, all decided by its seed.</summary>
internal sealed record LinkConditions
{
    public double Loss { get; init; }

    /// <summary>The chance at each datagram that a burst of losses begins (the Gilbert-Elliott model's good state turns bad).</summary>
    public double BurstStart { get; init; }

    /// <summary>The chance at each datagram of a burst that it is the last; three of four within a burst are lost.</summary>
    public double BurstEnd { get; init; } = 0.25;

    public double Duplication { get; init; }

    /// <summary>The chance that a datagram is held back by up to three delays.</summary>
    public double Reordering { get; init; }

    public double Corruption { get; init; }

    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Up to so much is added to the delay; what overtakes in it is reordered.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Larger datagrams vanish, as they do where ICMP is filtered.</summary>
    public int Mtu { get; init; } = int.MaxValue;

    /// <summary>Bytes a second in each direction; 0 is without limit.</summary>
    public long Rate { get; init; }

    /// <summary>What waits beyond this many bytes for its turn is dropped. It matters only with a <see cref="Rate" />.</summary>
    public int QueueLimit { get; init; } = 64 << 10;

    /// <summary>Datagrams that find more bytes than this before them are marked, if they may be.</summary>
    public int MarkAbove { get; init; } = int.MaxValue;

    /// <summary>The chance that ECN marks are wiped, or all set, as some routers do.</summary>
    public bool BleachesEcn { get; init; }

    /// <summary>Nothing passes.</summary>
    public bool IsBlackHole { get; init; }
}

/// <summary>What became of a datagram on the link.</summary>
internal enum Fate : byte
{
    Delivered,
    Duplicated,
    Corrupted,
    Reordered,
    Lost,
    LostInBurst,
    Dropped,
    TooLarge,
    QueueFull,
    BlackHole,
    Unroutable,
}

/// <summary>One datagram as a router sees it. <see cref="Buffer" /> is the link's own and is valid until the next is sent.</summary>
internal readonly record struct Datagram(bool ToServer, NetworkAddress From, NetworkAddress To, EcnCodepoint Ecn, byte[] Buffer, int Length)
{
    public Span<byte> Bytes => Buffer.AsSpan(0, Length);
}

/// <summary>The network between two endpoints in virtual time: an ordered queue of what is on its way.</summary>
internal sealed class Link(LinkConditions conditions, SeededRandom random)
{
    private readonly PriorityQueue<Datagram, (long, long)> _onTheWay = new();
    private readonly Stack<byte[]> _buffers = new();
    private readonly Timestamp[] _idleAt = new Timestamp[2];
    private readonly bool[] _inBurst = new bool[2];
    private long _sequence;

    public LinkConditions Conditions { get; set; } = conditions;

    public long Sent { get; private set; }

    public long Lost { get; private set; }

    public long Marked { get; private set; }

    /// <summary>Sees every datagram before the link does; answers whether it is to be dropped. The flag tells whether it goes to the server.</summary>
    public Func<bool, byte[], bool>? Drop { get; set; }

    /// <summary>Is told what became of each datagram.</summary>
    public Action<Timestamp, Datagram, Fate>? Watch { get; set; }

    public Timestamp Next => _onTheWay.TryPeek(out _, out var due) ? new(due.Item1) : Timestamp.Never;

    public void Send(Timestamp now, bool toServer, NetworkAddress from, NetworkAddress to, EcnCodepoint ecn, ReadOnlySpan<byte> bytes)
    {
        Sent++;
        var datagram = new Datagram(toServer, from, to, ecn, Rent(bytes.Length), bytes.Length);
        bytes.CopyTo(datagram.Buffer);
        var fate = Decide(datagram);
        if (fate >= Fate.Lost)
        {
            Lose(now, datagram, fate);
            return;
        }

        var direction = toServer ? 1 : 0;
        var leaves = Timestamp.Max(now, _idleAt[direction]);
        if (Conditions.Rate > 0)
        {
            var waiting = (leaves - now).TotalSeconds * Conditions.Rate;
            if (waiting + bytes.Length > Conditions.QueueLimit)
            {
                Lose(now, datagram, Fate.QueueFull);
                return;
            }

            _idleAt[direction] = leaves += TimeSpan.FromSeconds(bytes.Length / (double)Conditions.Rate);
            if (waiting > Conditions.MarkAbove && ecn is EcnCodepoint.Ect0 or EcnCodepoint.Ect1)
            {
                Marked++;
                datagram = datagram with { Ecn = EcnCodepoint.CongestionExperienced };
            }
        }

        if (Conditions.BleachesEcn) datagram = datagram with { Ecn = EcnCodepoint.NotEct };
        var arrives = leaves + Conditions.Delay + (Conditions.Jitter * (random.Below(1000) / 1000.0));
        if (fate == Fate.Corrupted) datagram.Bytes[random.Below(bytes.Length)] ^= (byte)(1 << random.Below(8));
        if (fate == Fate.Reordered) arrives += Conditions.Delay * (random.Below(300) / 100.0);
        Watch?.Invoke(now, datagram, fate);
        _onTheWay.Enqueue(datagram, (arrives.Ticks, _sequence++));
        if (fate != Fate.Duplicated) return;
        var copy = datagram with { Buffer = Rent(bytes.Length) };
        bytes.CopyTo(copy.Buffer);
        _onTheWay.Enqueue(copy, ((arrives + (Conditions.Delay * (random.Below(100) / 100.0))).Ticks, _sequence++));
    }

    public bool TryReceive(Timestamp now, out Datagram datagram)
    {
        datagram = default;
        if (!_onTheWay.TryPeek(out _, out var due) || due.Item1 > now.Ticks) return false;
        datagram = _onTheWay.Dequeue();
        _buffers.Push(datagram.Buffer);
        return true;
    }

    private Fate Decide(in Datagram datagram)
    {
        ref var bad = ref _inBurst[datagram.ToServer ? 1 : 0];

        // The same number of draws for each datagram, whatever becomes of it: a condition that changes does not change the luck of all that follow.
        var burst = random.Chance(bad ? Conditions.BurstEnd : Conditions.BurstStart);
        var inBurst = random.Chance(0.75);
        var loss = random.Chance(Conditions.Loss);
        var corruption = random.Chance(Conditions.Corruption);
        var reordering = random.Chance(Conditions.Reordering);
        var duplication = random.Chance(Conditions.Duplication);
        bad ^= burst;
        if (Drop is not null && Drop(datagram.ToServer, datagram.Bytes.ToArray())) return Fate.Dropped;
        if (Conditions.IsBlackHole) return Fate.BlackHole;
        if (datagram.Length > Conditions.Mtu) return Fate.TooLarge;
        if (bad && inBurst) return Fate.LostInBurst;
        if (loss) return Fate.Lost;
        return corruption ? Fate.Corrupted : reordering ? Fate.Reordered : duplication ? Fate.Duplicated : Fate.Delivered;
    }

    private void Lose(Timestamp now, in Datagram datagram, Fate fate)
    {
        Lost++;
        Watch?.Invoke(now, datagram, fate);
        _buffers.Push(datagram.Buffer);
    }

    private byte[] Rent(int length) => length <= 1500 && _buffers.TryPop(out var buffer) && buffer.Length >= length ? buffer : new byte[Math.Max(length, 1500)];
}
