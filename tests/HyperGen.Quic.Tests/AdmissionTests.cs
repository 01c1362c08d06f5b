using HyperGen.Quic.Admission;
using HyperGen.Quic.Streams;
using HyperGen.Quic.Tests.Support;
using HyperGen.Quic.Tokens;

namespace HyperGen.Quic.Tests;

/// <summary>How many strangers are let in, and what it costs to turn the others away.</summary>
public sealed class AdmissionTests
{
    [Fact]
    public void Where_nobody_is_asked_the_share_of_a_source_still_holds()
    {
        var world = new World(1, new(), static _ => new Echo(), static _ => new Echo());
        world.Server.Configure(static options => options with { MaxHandshakesPerSource = 10, MaxHandshakes = 15, Retry = RetryPolicy.Never });
        var flood = new Flood(world);
        for (ushort i = 0; i < 50; i++) flood.Send(NetworkAddress.FromIPv4(0x0B000001, i));
        Assert.Equal(10, world.Server.Endpoint.HandshakeCount);
        for (uint i = 0; i < 50; i++) flood.Send(NetworkAddress.FromIPv4(0x0C000000 + i, 1));
        Assert.Equal((15, 0L), (world.Server.Endpoint.HandshakeCount, world.Server.Endpoint.Statistics.Retries));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.2.2
    //= type=test
    //# If a server refuses to accept a new connection, it SHOULD send an Initial
    //# packet containing a CONNECTION_CLOSE frame with error code
    //# CONNECTION_REFUSED.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-21.6
    //= type=test
    //# QUIC deployments SHOULD provide mitigations for the Slowloris attacks
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_connection_too_many_is_refused_in_one_packet(bool ofOneSource)
    {
        var closed = new List<CloseReason>();
        var world = new World(1, new(), _ => new Requests(0, 0, 1), static _ => new Echo());
        world.Server.Configure(options => ofOneSource ? options with { MaxConnectionsPerSource = 3 } : options with { MaxConnections = 3 });
        var connections = Enumerable.Range(0, 5).Select(_ => world.Client.Connect(world.Now, world.Server)).ToArray();
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(3, connections.Count(static c => c.State == ConnectionState.Established));
        Assert.All(
            connections.Skip(3),
            static c => Assert.Equal((CloseKind.ByPeerTransport, (long)TransportErrorCode.ConnectionRefused), (c.CloseReason.Kind, c.CloseReason.ErrorCode)));
        Assert.Equal((3, 2L), (world.Server.Endpoint.Count, world.Server.Endpoint.Statistics.Refused));
        Assert.Empty(closed);
        connections[0].Close(world.Now, 0);
        world.RunFor(TimeSpan.FromSeconds(5));
        var another = world.Client.Connect(world.Now, world.Server);
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(ConnectionState.Established, another.State);
    }

    [Fact]
    public void Refusals_and_resets_are_rationed()
    {
        var world = new World(1, new(), static _ => new Echo(), static _ => new Echo());
        world.Server.Configure(static options => options with { MaxConnections = 0 });
        var flood = new Flood(world);
        var answers = 0;
        for (uint i = 0; i < 3000; i++) answers += flood.Send(NetworkAddress.FromIPv4(0x0B000000 + i, 1000));
        Assert.Equal(1000, answers);
        world.Now += TimeSpan.FromMilliseconds(100);
        var packet = new byte[100];
        packet[0] = 0x40;
        for (var i = 0; i < 3000; i++)
        {
            Assert.Null(world.Server.Endpoint.HandleDatagram(world.Now, default, EcnCodepoint.NotEct, packet));
            answers += flood.Drain();
        }

        Assert.Equal(1100, answers);
    }

    [Fact]
    public void Answers_nobody_fetches_are_bounded()
    {
        var world = new World(1, new(), static _ => new Echo(), static _ => new Echo());
        world.Server.Configure(static options => options with { Retry = RetryPolicy.Always });
        var flood = new Flood(world);
        for (uint i = 0; i < 2000; i++) flood.Deliver(NetworkAddress.FromIPv4(0x0B000000 + i, 1000));
        Assert.InRange(flood.Drain(), 400, 800);
        flood.Deliver(NetworkAddress.FromIPv4(0x0B000000, 1000));
        Assert.Equal(1, flood.Drain());
    }

    [Fact]
    public void Memory_under_pressure_asks_then_refuses_and_is_never_exceeded()
    {
        var memory = new MemoryBudget(4 << 20);
        var requests = new Requests(1, 100, 1);
        var world = new World(1, new(), _ => requests, static _ => new Echo());
        world.Server.Configure(options => options with { Memory = memory, RetryThreshold = int.MaxValue, MaxHandshakesPerSource = int.MaxValue });
        var flood = new Flood(world);
        for (uint i = 0; i < 1000; i++)
        {
            flood.Send(NetworkAddress.FromIPv4(0x0B000000 + i, 1000));
            Assert.InRange(memory.Leased, 0, memory.Capacity);
        }

        var half = world.Server.Endpoint.HandshakeCount;
        Assert.InRange(half, 40, 90);
        Assert.Equal(1000 - half, world.Server.Endpoint.Statistics.Retries);

        // Those who prove their address come in until nearly all is gone.
        world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => requests.Completed == 1, TimeSpan.FromSeconds(5));
        var other = world.Server.Endpoint.Pages;
        var taken = 0L;
        while (memory.TryLease(memory.Chunk)) taken += memory.Chunk;
        Assert.False(other.HasRoomFor(300_000));
        var refused = world.Client.Connect(world.Now, world.Server);
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal((long)TransportErrorCode.ConnectionRefused, refused.CloseReason.ErrorCode);
        memory.Return(taken);
        world.RunFor(TimeSpan.FromMinutes(3));
        ExpectNothing(world.Server.Endpoint);
        Assert.InRange(memory.Leased, 0, 4 * memory.Chunk);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_transfer_that_meets_empty_memory_waits_and_goes_on(ulong seed)
    {
        var memory = new MemoryBudget(1 << 20);
        var requests = new Requests(20, 60_000, 20);
        var world = new World(seed, new() { Loss = 0.02 }, _ => requests, static _ => new Echo());
        world.Server.Configure(options => options with { Memory = memory });
        world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => requests.HandshakeCompleted, TimeSpan.FromSeconds(5));
        long taken = 0;
        var dropped = 0L;
        for (var i = 0; i < 60; i++)
        {
            // Somebody else takes all there is, and gives it back a moment later.
            while (memory.TryLease(memory.Chunk)) taken += memory.Chunk;
            world.RunFor(TimeSpan.FromMilliseconds(15));
            Assert.InRange(memory.Leased, 0, memory.Capacity);
            memory.Return(taken);
            taken = 0;
            world.RunFor(TimeSpan.FromMilliseconds(5));
            dropped = world.Server.Connections.Sum(static c => c.Statistics.PacketsDropped);
        }

        world.RunUntil(() => requests.Completed == 20 || requests.Closed.Kind != CloseKind.None, TimeSpan.FromMinutes(5));
        Assert.Equal(default, requests.Closed);
        Assert.True(dropped > 0, "the transfer never met empty memory");
    }

    /// <summary>Pages are kept for the next, up to 16 MiB of a size, and given back at once while memory is short.</summary>
    [Fact]
    public void Idle_pages_are_bounded_and_go_when_others_need_them()
    {
        var memory = new MemoryBudget(64 << 20);
        using var pages = new PagePool(memory);
        var rented = Enumerable.Range(0, 5000).Select(_ => pages.Rent(PagePool.LargePage)).ToList();
        rented.ForEach(pages.Return);
        Assert.Equal((0, 0L, 16L << 20), (pages.Outstanding, pages.InUse, pages.Charged));
        Assert.InRange(memory.Leased, 16 << 20, (16 << 20) + (2 * memory.Chunk));

        var page = pages.Rent(PagePool.LargePage);
        Assert.True(memory.TryLease(memory.Capacity / 2));
        pages.Return(page);
        Assert.Equal((16L << 20) - PagePool.LargePage, pages.Charged);
    }

    [Fact]
    public void As_many_packets_wait_for_their_keys_as_a_first_flight_has()
    {
        using var pages = new PagePool();
        var packets = new UndecryptablePackets(pages);
        Assert.False(packets.TryAdd(new(1), EcnCodepoint.NotEct, new byte[PagePool.LargePage + 1]));
        for (var i = 0; i < 8; i++) Assert.True(packets.TryAdd(new(1), EcnCodepoint.NotEct, new byte[1200]));
        Assert.False(packets.TryAdd(new(1), EcnCodepoint.NotEct, new byte[1200]));
        Assert.Equal((8, 8), (packets.Count, pages.Outstanding));
        packets.Clear();
        Assert.Equal((0, 0), (packets.Count, pages.Outstanding));
    }

    [Fact]
    public async Task A_budget_shared_by_threads_is_never_exceeded_and_comes_back()
    {
        var memory = new MemoryBudget(1 << 20);
        var exceeded = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                if (memory.TryLease(300_000))
                {
                    if (memory.Leased > memory.Capacity) Interlocked.Increment(ref exceeded);
                    memory.Return(300_000);
                }
            }
        })));
        Assert.Equal((0, 0L), (exceeded, memory.Leased));
    }

    [Fact]
    public void A_rate_is_a_rate_and_a_burst_a_burst()
    {
        var rate = new RateLimit(100, 10);
        var now = new Timestamp(TimeSpan.TicksPerSecond);
        Assert.Equal(10, Enumerable.Range(0, 50).Count(_ => rate.TryTake(now)));
        now += TimeSpan.FromMilliseconds(50);
        Assert.Equal(5, Enumerable.Range(0, 50).Count(_ => rate.TryTake(now)));
        now += TimeSpan.FromHours(1);
        Assert.Equal(10, Enumerable.Range(0, 50).Count(_ => rate.TryTake(now)));
    }

    private static void ExpectNothing(Endpoint endpoint) =>
        Assert.Equal(
            (0, 0, 0, 0, 0),
            (endpoint.Count, endpoint.HandshakeCount, endpoint.ConnectionIdCount, endpoint.SourceCount, endpoint.PagesInUse));
}
