namespace HyperGen.Quic.Tests.Hostile;

/// <summary>
/// A test of what somebody without manners may try. Three things are asserted here for each endpoint that is attacked, so that no test can forget one:
/// <list type="number">
/// <item>somebody with manners is served before the attack and after it;</item>
/// <item>when all connections have ended, their memory, streams, connection IDs, reset tokens, shares of sources and timers are gone too;</item>
/// <item>nothing was thrown, not even something that was caught.</item>
/// </list>
/// The RFC's error code, or that there is none, is the test's own to assert.
/// </summary>
public abstract class HostileTest : IDisposable
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(5);

    private readonly List<Action> _aftermaths = [];
    private ThrownExceptions? _thrown;
    private int _thrownBefore;

    /// <summary>Has a server attacked by a client of which the test decides every frame.</summary>
    internal RawClient Attack(RawClient client)
    {
        client.Now = Honest.Visit(client.Now, Honest.Clients(), client.ServerEndpoint);
        Begin(() =>
        {
            client.Now = Honest.Visit(client.Now, Honest.Clients(), client.ServerEndpoint);
            client.Connections.ForEach(connection => End(connection, client.Now));
            ExpectNothingLeft(client.ServerEndpoint);
        });
        return client;
    }

    /// <summary>Has a client attacked by a server of which the test decides every frame.</summary>
    internal RawServer Attack(RawServer server)
    {
        server.Now = Honest.Visit(server.Now, server.ClientEndpoint, Honest.Server());
        Begin(() =>
        {
            server.Now = Honest.Visit(server.Now, server.ClientEndpoint, Honest.Server());
            End(server.Client, server.Now);
            ExpectNothingLeft(server.ClientEndpoint);
        });
        return server;
    }

    /// <summary>Has both ends of a link attacked by whatever the test puts on it.</summary>
    internal World Attack(World world)
    {
        world.Now = Honest.Visit(world.Now, Honest.Clients(), world.Server.Endpoint);
        Begin(() =>
        {
            world.Link.Drop = null;
            world.Now = Honest.Visit(world.Now, Honest.Clients(), world.Server.Endpoint);
            foreach (var connection in world.Client.Connections.Concat(world.Server.Connections)) connection.Close(world.Now, 0);
            world.RunFor(LongEnough);
            Assert.Empty(world.Client.Connections);
            Assert.Empty(world.Server.Connections);
            ExpectNothingLeft(world.Client.Endpoint);
            ExpectNothingLeft(world.Server.Endpoint);
        });
        return world;
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);

        // A test that attacked nothing has asserted nothing.
        Assert.NotNull(_thrown);
        Assert.Equal(_thrownBefore, _thrown.Count);
        var (thrown, before) = (ThrownExceptions.OnThisThread, ThrownExceptions.OnThisThread.Count);
        _aftermaths.ForEach(static aftermath => aftermath());
        Assert.Equal(before, thrown.Count);
    }

    private void Begin(Action aftermath)
    {
        if (_thrown is null) (_thrown, _thrownBefore) = (ThrownExceptions.OnThisThread, ThrownExceptions.OnThisThread.Count);
        _aftermaths.Add(aftermath);
    }

    private static void End(Connection connection, Timestamp now)
    {
        connection.Close(now, 0);
        connection.HandleTimeout(now + LongEnough);
        Assert.Equal(ConnectionState.Drained, connection.State);
        Assert.True(connection.NextTimeout.IsNever);
    }

    private static void ExpectNothingLeft(Endpoint endpoint)
    {
        Assert.Equal((0, 0, 0, 0), (endpoint.Count, endpoint.HandshakeCount, endpoint.ConnectionIdCount, endpoint.ResetTokens.Count));
        Assert.Equal((0, 0, 0, 0L), (endpoint.SourceCount, endpoint.StreamsInUse, endpoint.PagesInUse, endpoint.Pages.InUse));
    }
}
