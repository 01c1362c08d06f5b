using HyperGen.Quic.Tokens;
using HyperGen.Quic.Wire;
using HyperGen.Tls;

namespace HyperGen.Quic.Simulation;

/// <summary>One scenario from its first datagram until nothing is left of it. The same seed gives the same datagrams at the same times with the same fates.</summary>
internal sealed class Run
{
    /// <summary>Far more than the slowest link of <see cref="Scenario" /> needs.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromHours(6);

    private static readonly NetworkAddress PreferredAddress = NetworkAddress.FromIPv4(0x0A000003, 4433);
    private static readonly NetworkAddress OtherAddress = NetworkAddress.FromIPv4(0x0A000063, 50000);

    private readonly Scenario _scenario;
    private readonly World _world;
    private readonly Trace _trace;
    private readonly Resumption? _resumption;
    private readonly Connection _client;
    private readonly Timestamp _started;
    private Traffic _atClient = null!;
    private Traffic? _atServer;
    private Connection? _server;

    private Run(Scenario scenario, bool asText)
    {
        _scenario = scenario;
        _world = new(scenario.Seed, scenario.Conditions, CreateAtClient, CreateAtServer, scenario.Limits);
        _trace = new(_world, asText);
        _world.Link.Watch = _trace.OnDatagram;
        _ = new Invariants(_world, scenario.Plan);
        if (scenario.PrefersAddress) _world.Server.Configure(static options => options with { PreferredIPv4 = PreferredAddress });
        if (scenario.EarlyData.IsSent)
        {
            _resumption = new(_world);
            _resumption.Earn();
            if (!scenario.EarlyData.IsRead) _world.Server.AdmitsEarlyData = static (_, _) => false;
        }

        if (scenario.Retries) _world.Server.Configure(static options => options with { Retry = RetryPolicy.Always });
        if (scenario.PrefersVersion2) _world.Client.Configure(static options => options with { Versions = [QuicVersion.V2, QuicVersion.V1] });
        Prepare();
        _started = _world.Now;
        _client = _resumption is null ? _world.Client.Connect(_world.Now, _world.Server) : _resumption.Connect();
        if (_client.CanSendEarlyData) _atClient.OnEvent(_client, _world.Now, new(ConnectionEventKind.StreamsAvailable));
    }

    /// <summary>Runs a seed. When something is wrong it runs again, to tell packet by packet how it came to that.</summary>
    public static (ulong Hash, Met Met) Execute(Scenario scenario)
    {
        try
        {
            return new Run(scenario, asText: false).Execute();
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Seed {scenario.Seed}: {exception.Message}\n{Retrace(scenario)}", exception);
        }
    }

    private static string Retrace(Scenario scenario)
    {
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
        if (_scenario.Restart is null) _world.RunUntil(() => IsDone, Limit);
        if (CameTooLate())
        {
            // Nothing was exchanged: the client has to begin again.
        }
        else if (_scenario.Restart is null)
        {
            Assert.Equal(default, _atClient.Closed);
            Assert.Equal(default, _atServer!.Closed);
            met |= What(_client) | What(_server!);
            if (_atClient.Aborted > 0) met |= Met.AbortedStream;
            if (_scenario.Plan.ReadInterval > TimeSpan.Zero) met |= Met.SlowReader;
            if (_server!.Path.Remote.Port != World.ClientAddress.Port) met |= Met.Migration;
            met |= Options();
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

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.2
    //= type=test
    //# Instead, the
    //# server SHOULD immediately close (Section 10.2) the connection with an
    //# INVALID_TOKEN error.

    /// <summary>Whether the client had no packet with a Retry's token reach the server before that expired.</summary>
    private bool CameTooLate() =>
        _atServer is null && _world.Now - _started > AddressTokens.RetryLifetime
        && _atClient.Closed is { Kind: CloseKind.ByPeerTransport, ErrorCode: (long)TransportErrorCode.InvalidToken };

    private bool IsDone => _atClient.Closed != default || _atServer is { Closed.Kind: not CloseKind.None }
        || (_atClient.IsComplete && _atServer is { IsComplete: true } && _client.StreamCount == 0 && _server!.StreamCount == 0);

    /// <summary>What of the options came about.</summary>
    private Met Options()
    {
        var met = Met.None;
        if (_world.Server.Endpoint.Statistics.Retries > 0) met |= Met.Retry;
        if (_client.EarlyData == EarlyDataState.Accepted) met |= Met.EarlyDataAccepted;
        if (_client.EarlyData == EarlyDataState.Rejected) met |= Met.EarlyDataRejected;
        if (_client.Version == QuicVersion.V2) met |= Met.Version2;
        if (_client.Path.Local.Address == OtherAddress.Address) met |= Met.ActiveMigration;
        if (_client.Path.Remote == PreferredAddress) met |= Met.PreferredAddress;
        if (_atClient.Datagrams > 0 && _atServer!.Datagrams > 0) met |= Met.Datagram;
        Assert.Equal(_client.Version, _server!.Version);
        if (_scenario.PrefersVersion2) Assert.Equal(QuicVersion.V2, _client.Version);
        return met;
    }

    private static Met What(Connection connection)
    {
        var met = Met.None;
        if (connection.Statistics.ProbeTimeouts > 0) met |= Met.ProbeTimeout;
        if (connection.Recovery.PersistentCongestions > 0) met |= Met.PersistentCongestion;
        if (connection.KeyUpdates > 0) met |= Met.KeyUpdate;
        if (connection.Statistics.CongestionMarks > 0) met |= Met.CongestionMark;
        return met;
    }

    private static void ExpectNothingLeft(Endpoint endpoint) => Assert.Equal(
        (0, 0, 0, 0, 0, 0),
        (endpoint.Count, endpoint.HandshakeCount, endpoint.ConnectionIdCount, endpoint.ResetTokens.Count, endpoint.PagesInUse, endpoint.StreamsInUse));

    private Node.IApplication CreateAtClient(Connection connection) => _resumption?.Application(connection) ?? (_atClient = new(_scenario.Plan, Role.Client));

    private Node.IApplication CreateAtServer(Connection connection)
    {
        if (_resumption?.Application(connection) is { } first) return first;
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
        if (_scenario.ActiveMigration is { } move) _world.At(start + move, Migrate);
        for (var i = 0; i < _scenario.Datagrams.Count; i++)
        {
            var length = 1 + (i * 29);
            _world.At(start + _scenario.Datagrams[i], () => SendDatagrams(length));
        }

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

    /// <summary>Has the client move to another address of its own; later, if it may not yet.</summary>
    private void Migrate()
    {
        if (_client.State is not (ConnectionState.Handshaking or ConnectionState.Established)) return;
        if (_client.TryMigrate(_world.Now, OtherAddress)) _trace.Write(_world.Now, "the client moves");
        else if (!_client.IsHandshakeConfirmed) _world.At(_world.Now + TimeSpan.FromMilliseconds(100), Migrate);
    }

    private void SendDatagrams(int length)
    {
        if (_client.State == ConnectionState.Established) _atClient.SendDatagram(_client, length);
        if (_server is { State: ConnectionState.Established }) _atServer!.SendDatagram(_server, length);
    }

    private void Change(Func<LinkConditions, LinkConditions> change)
    {
        _world.Link.Conditions = change(_world.Link.Conditions);
        _trace.Write(_world.Now, $"the link changes: {_world.Link.Conditions}");
    }
}
