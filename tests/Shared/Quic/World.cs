using HyperGen.Quic;

namespace HyperGen.Testing;

/// <summary>A client, a server, the link between them, and virtual time: a whole run follows from its seed.</summary>
internal sealed class World
{
    public World(
        ulong seed, LinkConditions conditions, Func<Connection, Node.IApplication> clientApplication, Func<Connection, Node.IApplication> serverApplication,
        ConnectionLimits? limits = null)
    {
        Seed = seed;
        var random = new SeededRandom(seed);
        Link = new(conditions, new(random.Next()));
        Client = new(NetworkAddress.FromIPv4(0x0A000001, 50000), new(random.Next()), isServer: false, limits ?? ConnectionLimits.Default, clientApplication);
        Server = new(NetworkAddress.FromIPv4(0x0A000002, 443), new(random.Next()), isServer: true, limits ?? ConnectionLimits.Default, serverApplication);
    }

    public ulong Seed { get; }

    public Timestamp Now { get; set; } = new(TimeSpan.TicksPerSecond);

    public Link Link { get; }

    public Node Client { get; }

    public Node Server { get; }

    /// <summary>Lets events happen until <paramref name="done" />, or until nothing ever would; fails when virtual time runs out.</summary>
    public void RunUntil(Func<bool> done, TimeSpan limit)
    {
        var end = Now + limit;
        while (!done())
        {
            Step();
            var next = Timestamp.Min(Link.Next, Timestamp.Min(Client.NextTimeout, Server.NextTimeout));
            Assert.False(next.IsNever && !done(), $"seed {Seed}: nothing is on its way and no timer is armed");
            Assert.True(next <= end || done(), $"seed {Seed}: not done after {limit} of virtual time");
            if (next > Now && !done()) Now = next;
        }
    }

    /// <summary>Lets time pass.</summary>
    public void RunFor(TimeSpan duration)
    {
        var end = Now + duration;
        while (true)
        {
            Step();
            var next = Timestamp.Min(Link.Next, Timestamp.Min(Client.NextTimeout, Server.NextTimeout));
            if (next > end) break;
            Now = Timestamp.Max(Now, next);
        }

        Now = end;
    }

    private void Step()
    {
        while (Link.TryReceive(Now, out var to, out var path, out var bytes)) to.Receive(Now, path, bytes);
        Client.HandleTimeouts(Now);
        Server.HandleTimeouts(Now);
        Client.Drive(Now, Send);
        Server.Drive(Now, Send);
    }

    private void Send(Node from, Transmit transmit, ReadOnlyMemory<byte> bytes)
    {
        var to = from == Client ? Server : Client;
        for (var start = 0; start < bytes.Length; start += transmit.SegmentSize)
        {
            var datagram = bytes.Span[start..Math.Min(bytes.Length, start + transmit.SegmentSize)];
            Link.Send(Now, to, new(from.Address, to.Address), datagram);
        }
    }
}
