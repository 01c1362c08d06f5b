using HyperGen.Quic.Tests.Support;

namespace HyperGen.Quic.Tests;

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
