namespace HyperGen.Quic.Simulation;

/// <summary>Whole connections over a seeded link in virtual time: every byte is checked, and everything is given back at the end.</summary>
public sealed class SimulationTests
{
    [Fact]
    public void A_handshake_completes_and_a_request_is_answered()
    {
        var (world, requests) = Create(1, new(), count: 1, size: 100, concurrency: 1);
        world.RunUntil(() => requests.Completed == 1, TimeSpan.FromSeconds(10));
        CloseAndExpectNothingLeft(world);
    }

    [Fact]
    public void Ten_thousand_requests_on_one_connection_never_stall()
    {
        var (world, requests) = Create(2, new() { Delay = TimeSpan.FromMilliseconds(1) }, count: 10_000, size: 60, concurrency: 200);
        world.RunUntil(() => requests.Completed == 10_000, TimeSpan.FromMinutes(1));
        CloseAndExpectNothingLeft(world);
    }

    [Fact]
    public void A_large_transfer_both_ways_fills_the_windows_and_moves_them()
    {
        var (world, requests) = Create(3, new(), count: 3, size: 8 << 20, concurrency: 3);
        world.RunUntil(() => requests.Completed == 3, TimeSpan.FromMinutes(5));
        CloseAndExpectNothingLeft(world);
    }

    /// <summary>Finished was lost while 1-RTT packets filled the window: nothing could be sent, and nothing could be acknowledged, ever.</summary>
    [Fact]
    public void A_lost_Finished_is_sent_again_although_the_window_is_full() => RunSeed(87);

    [Fact]
    public void Thirty_percent_loss_delays_and_does_not_prevent()
    {
        var (world, requests) = Create(4, new() { Loss = 0.3 }, count: 20, size: 20_000, concurrency: 10);
        world.RunUntil(() => requests.Completed == 20, TimeSpan.FromMinutes(30));
        CloseAndExpectNothingLeft(world);
    }

    /// <summary>What HTTP/3 is for: over TCP all that was sent after the lost packet would wait for it.</summary>
    [Fact]
    public void One_lost_packet_delays_only_the_data_of_its_own_stream()
    {
        const int Streams = 8;
        const int Lost = 3;
        var requests = new Requests(0, 0, 0);
        var sink = new Sink();
        var delay = TimeSpan.FromMilliseconds(50);
        var world = new World(5, new() { Delay = delay }, _ => requests, _ => sink);
        var client = world.Client.Connect(world.Now, world.Server);
        world.RunUntil(() => client.IsHandshakeConfirmed, TimeSpan.FromSeconds(5));
        world.RunFor(TimeSpan.FromSeconds(1));

        // Each stream's bytes leave in a datagram of their own, a millisecond apart; the fourth is lost.
        var sent = new Dictionary<long, Timestamp>();
        for (var i = 0; i < Streams; i++)
        {
            var stream = client.TryOpenStream(unidirectional: true)!;
            stream.Write(new byte[500]);
            stream.Finish();
            sent[stream.Id.Value] = world.Now;
            var isLost = i == Lost;
            world.Link.Drop = (isToServer, _) => isToServer && isLost;
            world.RunFor(TimeSpan.FromMilliseconds(1));
            world.Link.Drop = null;
        }

        world.RunUntil(() => sink.Finished.Count == Streams, TimeSpan.FromSeconds(5));
        foreach (var (id, at) in sink.Finished)
        {
            var isLost = id == new StreamId(Role.Client, true, Lost).Value;
            if (isLost) Assert.True(at - sent[id] >= 2 * delay, "the lost one came without having been sent again");
            else Assert.Equal(delay, at - sent[id]);
        }

        CloseAndExpectNothingLeft(world);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.2
    //= type=test
    //# either use the same connection ID length for all connections

    /// <summary>Until now such a reset was answered with a reset: the connection only ended when it had been idle for long enough.</summary>
    [Fact]
    public void A_server_that_forgot_the_connection_ends_it_at_once()
    {
        var (world, requests) = Create(6, new(), count: 1, size: 100, concurrency: 1);
        world.RunUntil(() => requests.Completed == 1, TimeSpan.FromSeconds(10));
        world.RunFor(TimeSpan.FromSeconds(1));
        world.Server.Restart();
        var client = world.Client.Connections[0];
        client.TryOpenStream()!.Write(new byte[100]);
        world.RunUntil(() => requests.Closed.Kind != CloseKind.None, TimeSpan.FromSeconds(1));
        Assert.Equal(CloseKind.StatelessReset, requests.Closed.Kind);
        CloseAndExpectNothingLeft(world);
    }

    private static void RunSeed(ulong seed)
    {
        try
        {
            var random = new SeededRandom(seed * 7919);
            var conditions = new LinkConditions
            {
                Loss = random.Below(15) / 100.0,
                Duplication = random.Below(10) / 100.0,
                Reordering = random.Below(30) / 100.0,
                Corruption = random.Below(5) / 100.0,
                Delay = TimeSpan.FromMilliseconds(1 + random.Below(100)),
            };
            var count = 1 + random.Below(60);
            var (world, requests) = Create(seed, conditions, count, 1 + random.Below(40_000), 1 + random.Below(30));
            world.RunUntil(() => requests.Completed == count || requests.Closed != default, TimeSpan.FromMinutes(30));
            Assert.Equal(default, requests.Closed);
            CloseAndExpectNothingLeft(world);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Seed {seed}: {exception.Message}", exception);
        }
    }

    private static (World World, Requests Requests) Create(
        ulong seed, LinkConditions conditions, int count, int size, int concurrency, ConnectionLimits? limits = null)
    {
        var requests = new Requests(count, size, concurrency);
        var world = new World(seed, conditions, _ => requests, static _ => new Echo(), limits);
        world.Client.Connect(world.Now, world.Server);
        return (world, requests);
    }

    private static void CloseAndExpectNothingLeft(World world)
    {
        world.Client.Connections[0].Close(world.Now, 0x100);
        world.RunUntil(() => world.Client.Connections.Count + world.Server.Connections.Count == 0, TimeSpan.FromMinutes(2));
        foreach (var endpoint in new[] { world.Client.Endpoint, world.Server.Endpoint })
        {
            Assert.Equal(0, endpoint.Count);
            Assert.Equal(0, endpoint.HandshakeCount);
            Assert.Equal(0, endpoint.ConnectionIdCount);
            Assert.Equal(0, endpoint.PagesInUse);
            Assert.Equal(0, endpoint.StreamsInUse);
        }
    }
    /// <summary>A server that reads whatever comes and notes when each stream's end was reached.</summary>
    private sealed class Sink : Node.IApplication
    {
        public Dictionary<long, Timestamp> Finished { get; } = [];

        public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
        {
            if (connectionEvent.Kind != ConnectionEventKind.StreamReadable) return;
            var stream = connectionEvent.Stream!;
            while (stream.Peek() is { IsEmpty: false } bytes) stream.Consume(bytes.Length);
            if (!stream.IsReadToEnd) return;
            Finished.Add(stream.Id.Value, now);
            stream.Release();
        }
    }
}
