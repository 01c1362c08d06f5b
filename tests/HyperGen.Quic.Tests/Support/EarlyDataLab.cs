using System.Diagnostics.CodeAnalysis;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Parameters;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Wire;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Tests.Support;

/// <summary>A client and a server that keep sessions.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its keys live as long as the test.")]
internal sealed class EarlyDataLab
{
    private static readonly DateTimeOffset Wall = DateTimeOffset.UnixEpoch.AddYears(60);

    private readonly TicketKeys _tickets;
    private Node.IApplication? _client;
    private ClientSession? _offered;

    public EarlyDataLab(ulong seed)
    {
        var random = new SeededRandom(seed);
        _tickets = new(CryptoProvider.Default, random.Fill);
        _tickets.Rotate(new byte[TicketKeys.SecretLength]);
        World = new(seed, new(), _ => new Watcher(this), _ => new Server(this));
        Restart(ConnectionLimits.Default);
    }

    public World World { get; }

    public ConnectionLimits Limits { init => Restart(value); }

    /// <summary>Of each request that the server answered, whether it was early.</summary>
    public List<bool> Early { get; } = [];

    public List<ConnectionEventKind> ClientEvents { get; } = [];

    /// <summary>Puts something before the client's handshakes.</summary>
    public Func<TlsHandshake, TlsHandshake> Wrap { get; set; } = static handshake => handshake;

    public void Restart(ConnectionLimits limits) => World.Server.Configure(options => options with
    {
        Limits = limits,
        CreateServerHandshake = parameters =>
        {
            var handshake = new ServerHandshake(HandshakeOptions.Default, World.Server.Random.Fill, _tickets, Wall);
            handshake.SetTransportParameters(parameters.Span);
            return handshake;
        },
    });

    /// <summary>Connects once for a session.</summary>
    public ClientSession Earn()
    {
        var requests = new Requests(1, 100, 1);
        var connection = Connect(null, requests);
        World.RunUntil(() => requests.Completed == 1 && ClientEvents.Contains(ConnectionEventKind.SessionReceived), TimeSpan.FromSeconds(10));
        Assert.True(connection.TryTakeSession(out var session));
        session.ReceivedAt = Wall;
        return session;
    }

    public Connection Connect(ClientSession? session, Requests application)
    {
        if (session is not null) Early.Clear();
        _client = application;
        _offered = session;
        var connection = World.Client.Connect(World.Now, World.Server, new() { RememberedParameters = session?.TransportParameters ?? default }, CreateClient);
        Assert.Equal(session is not null, connection.CanSendEarlyData);

        // An application that has requests to send does not wait for the handshake when it need not.
        if (connection.CanSendEarlyData) application.OnEvent(connection, World.Now, new(ConnectionEventKind.StreamsAvailable));
        return connection;
    }

    /// <summary>Sends a ClientHello and, in a valid early packet, frames that no client of ours would.</summary>
    public void SendEarly(ClientSession session, byte[] frames)
    {
        _offered = session;
        byte[] source = [0xC1, 0xC2], destination = [1, 2, 3, 4, 5, 6, 7, 8];
        var parameters = new byte[TransportParameters.MaxEncodedLength];
        var tls = CreateClient(parameters.AsMemory(0, new TransportParameters { InitialSourceConnectionId = new(source) }.Write(parameters)));
        Assert.True(tls.TryGetEvent(out var early) && early.Level == EncryptionLevel.EarlyData);
        Assert.True(tls.TryGetOutput(out _, out var hello));
        var crypto = new byte[hello.Length + 10];
        var writer = new WireWriter(crypto);
        CryptoFrame.WriteHeader(ref writer, 0, hello.Length);
        writer.WriteBytes(hello.Span);
        var initial = Packet(
            PacketType.Initial, InitialSecrets.Derive(CryptoProvider.Default, QuicVersion.V1, destination).Client, crypto[..writer.Position], 1150);
        var keys = new DirectionKeys(CryptoProvider.Default, QuicVersion.V1, early.Secret.Suite, early.Secret.Bytes);
        byte[] datagram = [.. initial, .. Packet(PacketType.ZeroRtt, keys, frames, 50)];
        World.Link.Send(World.Now, toServer: true, World.ClientAddress, World.ServerAddress, EcnCodepoint.NotEct, datagram);

        byte[] Packet(PacketType type, DirectionKeys keys, byte[] payload, int length)
        {
            var packet = new byte[length];
            var writer = new WireWriter(packet);
            PacketHeader.WriteLong(ref writer, QuicVersion.V1, type, destination, source, default, 1);
            var offset = writer.Position;
            writer.WriteByte(0);
            writer.WriteBytes(payload);
            VarInt.WriteTwoBytes(packet.AsSpan(offset - 2), length - offset);
            keys.Packet.Seal(new(0), packet, offset + 1);
            keys.Header.Protect(packet, offset, 1);
            return packet;
        }
    }

    private TlsHandshake CreateClient(ReadOnlyMemory<byte> parameters) => Wrap(new ClientHandshake(
        HandshakeOptions.Default,
        new()
        {
            ServerName = "h3.test",
            ApplicationProtocols = [TestTls.Protocol],
            TransportParameters = parameters,
            KeepsSessions = true,
            Session = _offered,
            SendsEarlyData = true,
            Now = Wall + TimeSpan.FromSeconds(1),
        },
        World.Client.Random.Fill));

    private sealed class Watcher(EarlyDataLab lab) : Node.IApplication
    {
        private readonly Node.IApplication _application = lab._client!;

        public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
        {
            lab.ClientEvents.Add(connectionEvent.Kind);
            _application.OnEvent(connection, now, connectionEvent);
        }
    }

    private sealed class Server(EarlyDataLab lab) : Node.IApplication
    {
        private readonly Echo _echo = new();

        public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
        {
            if (connectionEvent.Kind == ConnectionEventKind.HandshakeCompleted)
            {
                Assert.True(connection.Handshake.TryIssueTicket(Wall, [1, 2, 3], allowsEarlyData: true));
                connection.HandleAnswer(now);
            }

            if (connectionEvent.Kind == ConnectionEventKind.StreamOpened) lab.Early.Add(connectionEvent.Stream!.IsEarly);
            _echo.OnEvent(connection, now, connectionEvent);
        }
    }
}
