using System.Diagnostics.CodeAnalysis;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Simulation;

/// <summary>What lets a run begin with early data: a server that issues tickets, and a session that the client earned from it over a perfect link.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its keys live as long as the run.")]
internal sealed class Resumption
{
    private static readonly DateTimeOffset Wall = DateTimeOffset.UnixEpoch.AddYears(60);

    private readonly World _world;
    private readonly TicketKeys _tickets;
    private ClientSession? _session;
    private bool _isEarning = true;

    public Resumption(World world)
    {
        _world = world;
        _tickets = new(CryptoProvider.Default, world.Server.Random.Fill);
        _tickets.Rotate(new byte[TicketKeys.SecretLength]);
        world.Server.Configure(options => options with
        {
            CreateServerHandshake = parameters =>
            {
                var handshake = new ServerHandshake(HandshakeOptions.Default, world.Server.Random.Fill, _tickets, Wall);
                handshake.SetTransportParameters(parameters.Span);
                return handshake;
            },
        });
    }

    /// <summary>What an end of the first connection does; null in every later one.</summary>
    public Node.IApplication? Application(Connection connection) => !_isEarning ? null : connection.Role == Role.Server ? new Issuer() : new Keeper(this);

    /// <summary>Connects once for a session.</summary>
    public void Earn()
    {
        var conditions = _world.Link.Conditions;
        _world.Link.Conditions = new();
        var connection = _world.Client.Connect(_world.Now, _world.Server, null, CreateClient);
        _world.RunUntil(() => _session is not null, TimeSpan.FromMinutes(1));
        connection.Close(_world.Now, 0);
        _world.RunUntil(() => _world.Client.Connections.Count + _world.Server.Connections.Count == 0, TimeSpan.FromMinutes(1));
        _world.Link.Conditions = conditions;
        _isEarning = false;
    }

    public Connection Connect() => _world.Client.Connect(_world.Now, _world.Server, new() { RememberedParameters = _session!.TransportParameters }, CreateClient);

    private TlsHandshake CreateClient(ReadOnlyMemory<byte> parameters) => new ClientHandshake(
        HandshakeOptions.Default,
        new()
        {
            ServerName = "h3.test",
            ApplicationProtocols = [TestTls.Protocol],
            TransportParameters = parameters,
            KeepsSessions = true,
            Session = _session,
            SendsEarlyData = true,
            Now = Wall + TimeSpan.FromSeconds(1),
        },
        _world.Client.Random.Fill);

    private sealed class Issuer : Node.IApplication
    {
        public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
        {
            if (connectionEvent.Kind != ConnectionEventKind.HandshakeCompleted) return;
            Assert.True(connection.Handshake.TryIssueTicket(Wall, [1, 2, 3], allowsEarlyData: true));
            connection.HandleAnswer(now);
        }
    }

    private sealed class Keeper(Resumption owner) : Node.IApplication
    {
        public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
        {
            if (connectionEvent.Kind != ConnectionEventKind.SessionReceived) return;
            Assert.True(connection.TryTakeSession(out var session));
            session.ReceivedAt = Wall;
            owner._session = session;
        }
    }
}
