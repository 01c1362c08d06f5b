namespace HyperGen.Quic.Simulation;

/// <summary>One scenario from its first datagram until nothing is left of it. The same seed gives the same datagrams at the same times with the same fates.</summary>
internal sealed class Run
{
    /// <summary>Far more than the slowest link of <see cref="Scenario" /> needs.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromHours(6);

    private readonly Scenario _scenario;
    private readonly World _world;
    private readonly Trace _trace;
    private readonly Connection _client;
    private Traffic _atClient = null!;
    private Traffic? _atServer;
    private ConnectionStatistics _clientStatistics;
    private Connection? _server;

    private Run(Scenario scenario, bool asText)
    {
        _scenario = scenario;
        _world = new(scenario.Seed, scenario.Conditions, _ => _atClient = new(scenario.Plan, Role.Client), CreateAtServer, scenario.Limits);
        _trace = new(_world, asText);
        _world.Link.Watch = _trace.OnDatagram;
        _ = new Invariants(_world, scenario.Plan);
        Prepare();
        _client = _world.Client.Connect(_world.Now, _world.Server);
        _clientStatistics = _client.Statistics;
    }

    /// <summary>Runs a seed. When something is wrong it runs again, to tell packet by packet how it came to that.</summary>
    public static (ulong Hash, Met Met) Execute(ulong seed)
    {
        try
        {
            return new Run(Scenario.Draw(seed), asText: false).Execute();
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Seed {seed}: {exception.Message}\n{Retrace(seed)}", exception);
        }
    }

    private static string Retrace(ulong seed)
    {
        var scenario = Scenario.Draw(seed);
        var run = new Run(scenario, asText: true);
        try
        {
            run.Execute();
            return "It did not happen again: something besides the seed decides.";
        }
        catch (Exception exception)
        {
            return $"{scenario}\n{run._trace}\n{exception}";
        }
    }

    private (ulong Hash, Met Met) Execute()
    {
        var met = Met.None;
        if (_scenario.Restart is null)
        {
            _world.RunUntil(() => IsDone, Limit);
            Assert.Equal(default, _atClient.Closed);
            Assert.Equal(default, _atServer!.Closed);
            met |= What(_client) | What(_server!);
            if (_atClient.Aborted > 0) met |= Met.AbortedStream;
            if (_scenario.Plan.ReadInterval > TimeSpan.Zero) met |= Met.SlowReader;
            if (_server!.Path.Remote != World.ClientAddress) met |= Met.Migration;
            _client.Close(_world.Now, 0x100);
        }
        else
        {
            // Either it was done before, or the new process says that it knows nothing of the connection, or no packet got there any more.
            _world.RunUntil(() => IsDone || _atClient.Closed != default, Limit);
            if (_atClient.Closed.Kind == CloseKind.StatelessReset) met |= Met.StatelessReset;
            else Assert.Contains(_atClient.Closed.Kind, new[] { CloseKind.None, CloseKind.TimedOut });
            _client.Close(_world.Now, 0x100);
        }

        _world.RunUntil(() => _world.Client.Connections.Count + _world.Server.Connections.Count == 0, TimeSpan.FromHours(6));
        ExpectNothingLeft(_world.Client.Endpoint);
        ExpectNothingLeft(_world.Server.Endpoint);
        _trace.Add((ulong)_client.Statistics.PacketsSent);
        _trace.Add((ulong)_client.Statistics.PacketsReceived);
        return (_trace.Hash, met | _trace.Met);
    }

    private bool IsDone => _atClient.Closed != default || _atServer is { Closed.Kind: not CloseKind.None }
        || (_atClient.IsComplete && _atServer is { IsComplete: true } && _client.StreamCount == 0 && _server!.StreamCount == 0);

    private static Met What(Connection connection)
    {
        var met = Met.None;
        if (connection.Statistics.ProbeTimeouts > 0) met |= Met.ProbeTimeout;
        if (connection.Recovery.PersistentCongestions > 0) met |= Met.PersistentCongestion;
        if (connection.KeyUpdates > 0) met |= Met.KeyUpdate;
        return met;
    }

    private static void ExpectNothingLeft(Endpoint endpoint) => Assert.Equal(
        (0, 0, 0, 0, 0, 0),
        (endpoint.Count, endpoint.HandshakeCount, endpoint.ConnectionIdCount, endpoint.ResetTokens.Count, endpoint.PagesInUse, endpoint.StreamsInUse));

    private Traffic CreateAtServer(Connection connection)
    {
        _server = connection;
        return _atServer = new(_scenario.Plan, Role.Server);
    }

    private void Prepare()
    {
        var start = _world.Now;
        var port = World.ClientAddress.Port;
        foreach (var at in _scenario.Rebindings)
        {
            var outer = World.ClientAddress with { Port = ++port };
            _world.At(start + at, () => Rebind(outer));
        }

        foreach (var (at, atClient) in _scenario.KeyUpdates) _world.At(start + at, () => (atClient ? _client : _server)?.TryUpdateKeys());
        if (_scenario.BlackHole is { } hole)
        {
            _world.At(start + hole.From, () => Change(c => c with { IsBlackHole = true }));
            _world.At(start + hole.To, () => Change(c => c with { IsBlackHole = false }));
        }

        if (_scenario.MtuChange is { } change) _world.At(start + change.At, () => Change(c => c with { Mtu = change.Mtu }));
        if (_scenario.Restart is { } restart) _world.At(start + restart, _world.Server.Restart);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9
    //= type=test
    //# An endpoint MUST
    //# NOT initiate connection migration before the handshake is confirmed

    /// <summary>Gives the client another address; later, if the handshake is not confirmed: no connection survives a move before that.</summary>
    private void Rebind(NetworkAddress outer)
    {
        if (_client.IsHandshakeConfirmed)
        {
            _world.Rebind(World.ClientAddress, outer);
            _trace.Write(_world.Now, $"the client's address is {outer} now");
        }
        else
        {
            _world.At(_world.Now + TimeSpan.FromMilliseconds(100), () => Rebind(outer));
        }
    }

    private void Change(Func<LinkConditions, LinkConditions> change)
    {
        _world.Link.Conditions = change(_world.Link.Conditions);
        _trace.Write(_world.Now, $"the link changes: {_world.Link.Conditions}");
    }
}
