using HyperGen.Quic;

namespace HyperGen.Testing;

/// <summary>A client behind a NAT, a server, the link between them, and virtual time: a whole run follows from its seed.</summary>
internal sealed class World
{
    private const int MaxStepsAtOnce = 1000;

    private readonly PriorityQueue<Action, (long, int)> _script = new();

    /// <summary>The outer address of each local one that the client ever sent from.</summary>
    private readonly Dictionary<NetworkAddress, NetworkAddress> _nat = [];
    private int _scripted;
    private int _stepsAtNow;

    public World(
        ulong seed, LinkConditions conditions, Func<Connection, Node.IApplication> clientApplication, Func<Connection, Node.IApplication> serverApplication,
        ConnectionLimits? limits = null)
    {
        Seed = seed;
        var random = new SeededRandom(seed);
        Link = new(conditions, new(random.Next()));
        Client = new(ClientAddress, new(random.Next()), isServer: false, limits ?? ConnectionLimits.Default, clientApplication);
        Server = new(ServerAddress, new(random.Next()), isServer: true, limits ?? ConnectionLimits.Default, serverApplication);
    }

    public World(ulong seed, Link link, Node client, Node server)
    {
        Seed = seed;
        Link = link;
        Client = client;
        Server = server;
    }

    public static NetworkAddress ClientAddress => NetworkAddress.FromIPv4(0x0A000001, 50000);

    public static NetworkAddress ServerAddress => NetworkAddress.FromIPv4(0x0A000002, 443);

    public ulong Seed { get; }

    public Timestamp Now { get; set; } = new(TimeSpan.TicksPerSecond);

    public Link Link { get; }

    public Node Client { get; }

    public Node Server { get; }

    /// <summary>Looks at both ends after each step.</summary>
    public Action? Stepped { get; set; }

    /// <summary>Sees what arrives, before the endpoint does.</summary>
    public Action<Datagram>? Arriving { get; set; }

    private Timestamp Next
    {
        get
        {
            var next = Timestamp.Min(Link.Next, Timestamp.Min(Client.NextTimeout, Server.NextTimeout));
            return _script.TryPeek(out _, out var due) ? Timestamp.Min(next, new(due.Item1)) : next;
        }
    }

    /// <summary>Has something happen at a time.</summary>
    public void At(Timestamp time, Action action) => _script.Enqueue(action, (time.Ticks, _scripted++));

    /// <summary>Gives what comes from a local address of the client's another outer address: a NAT that rebinds. Answers to the old one are lost.</summary>
    public void Rebind(NetworkAddress local, NetworkAddress outer) => _nat[local] = outer;

    /// <summary>Lets events happen until <paramref name="done" />, or until nothing ever would; fails when virtual time runs out.</summary>
    public void RunUntil(Func<bool> done, TimeSpan limit)
    {
        var end = Now + limit;
        while (!done())
        {
            Step();
            var next = Next;
            Assert.False(next.IsNever && !done(), $"seed {Seed}: nothing is on its way and no timer is armed");
            Assert.True(next <= end || done(), $"seed {Seed}: not done after {limit} of virtual time");
            if (!done()) MoveTo(next);
        }
    }

    /// <summary>Lets time pass.</summary>
    public void RunFor(TimeSpan duration)
    {
        var end = Now + duration;
        while (true)
        {
            Step();
            var next = Next;
            if (next > end) break;
            MoveTo(next);
        }

        Now = end;
    }

    private void MoveTo(Timestamp next)
    {
        // A timer that is due again as soon as it was handled would stop time.
        _stepsAtNow = next > Now ? 0 : _stepsAtNow + 1;
        Assert.True(_stepsAtNow < MaxStepsAtOnce, $"seed {Seed}: time stands still at {Now.Ticks / 10_000.0} ms");
        Now = Timestamp.Max(Now, next);
    }

    private void Step()
    {
        while (_script.TryPeek(out _, out var due) && due.Item1 <= Now.Ticks) _script.Dequeue()();
        while (Link.TryReceive(Now, out var datagram)) Receive(datagram);
        Client.HandleTimeouts(Now);
        Server.HandleTimeouts(Now);
        Client.Drive(Now, Send);
        Server.Drive(Now, Send);
        Stepped?.Invoke();
    }

    private void Receive(in Datagram datagram)
    {
        if (datagram.ToServer)
        {
            Arriving?.Invoke(datagram);
            Server.Receive(Now, new(datagram.From, datagram.To), datagram.Ecn, datagram.Bytes);
        }
        else if (TryFindInner(datagram.To, out var inner))
        {
            Arriving?.Invoke(datagram);
            Client.Receive(Now, new(datagram.From, inner), datagram.Ecn, datagram.Bytes);
        }
        else
        {
            Link.Watch?.Invoke(Now, datagram, Fate.Unroutable);
        }
    }

    private void Send(Node from, Transmit transmit, ReadOnlyMemory<byte> bytes)
    {
        var toServer = from == Client;
        var local = transmit.Path.Local == default ? from.Address : transmit.Path.Local;
        var outer = toServer ? Outer(local) : local;
        for (var start = 0; start < bytes.Length; start += transmit.SegmentSize)
        {
            var datagram = bytes.Span[start..Math.Min(bytes.Length, start + transmit.SegmentSize)];
            Link.Send(Now, toServer, outer, transmit.Path.Remote, transmit.Ecn, datagram);
        }
    }

    private NetworkAddress Outer(NetworkAddress local)
    {
        if (_nat.TryGetValue(local, out var outer)) return outer;
        _nat[local] = local;
        return local;
    }

    private bool TryFindInner(NetworkAddress outer, out NetworkAddress inner)
    {
        foreach (var (local, mapped) in _nat)
        {
            inner = local;
            if (mapped == outer) return true;
        }

        inner = default;
        return false;
    }
}
