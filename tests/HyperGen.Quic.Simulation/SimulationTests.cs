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

    /// <summary>Run with another first seed (HYPERGEN_SEED) or number of them (HYPERGEN_SEEDS) to look for more.</summary>
    [Fact]
    public void Every_byte_arrives_over_a_link_that_loses_reorders_duplicates_and_corrupts()
    {
        var first = Setting("HYPERGEN_SEED", 1);
        for (var seed = first; seed < first + Setting("HYPERGEN_SEEDS", 100); seed++) RunSeed(seed);
    }

    /// <summary>Finished was lost while 1-RTT packets filled the window: nothing could be sent, and nothing could be acknowledged, ever.</summary>
    [Fact]
    public void A_lost_Finished_is_sent_again_although_the_window_is_full() => RunSeed(87);

    [Theory]
    [InlineData(0.3)]
    public void Heavy_loss_delays_and_does_not_prevent(double loss)
    {
        var (world, requests) = Create(4, new() { Loss = loss }, count: 20, size: 20_000, concurrency: 10);
        world.RunUntil(() => requests.Completed == 20, TimeSpan.FromMinutes(30));
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

    private static ulong Setting(string name, ulong fallback) => ulong.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : fallback;

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
}
