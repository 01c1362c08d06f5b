using System.Buffers;
using HyperGen.Quic.Admission;
using HyperGen.Quic.Protection;

namespace HyperGen.Quic.Tests.Support;

/// <summary>
/// Two endpoints joined without a network or copies kept for it: what one transmits the other handles at once. For measuring the transport alone.
/// </summary>
internal sealed class DirectPair
{
    private readonly byte[] _buffer = new byte[Transmit.MaxLength];
    private long _ticks = 10_000;

    public DirectPair(
        ConnectionLimits? limits = null, Func<Role, ConnectionId, IBufferWriter<byte>?>? qlog = null, AeadLimits? keyLimits = null,
        MemoryBudget? serverMemory = null)
    {
        var random = new SeededRandom(1);
        ClientEndpoint = new(new() { Random = random.Fill, ResetKey = new byte[32], Limits = limits ?? ConnectionLimits.Default, Qlog = qlog, KeyLimits = keyLimits });
        ServerEndpoint = new(new()
        {
            Random = random.Fill,
            ResetKey = new byte[32],
            Limits = limits ?? ConnectionLimits.Default,
            CreateServerHandshake = parameters => TestTls.Server(parameters, random),
            Qlog = qlog,
            Memory = serverMemory,
            KeyLimits = keyLimits,
        });
        Client = ClientEndpoint.Connect(Now, ToServer, parameters => TestTls.Client(parameters, random));
        Exchange();
        while (Client.State == ConnectionState.Handshaking || Server is null or { State: ConnectionState.Handshaking })
        {
            Answer(Client);
            if (Server is not null) Answer(Server);
            Exchange();
        }

        Exchange();
    }

    public NetworkPath ToServer { get; } = new(NetworkAddress.FromIPv4(2, 443), NetworkAddress.FromIPv4(1, 50000));

    public NetworkPath ToClient { get; } = new(NetworkAddress.FromIPv4(1, 50000), NetworkAddress.FromIPv4(2, 443));

    public Endpoint ClientEndpoint { get; }

    public Endpoint ServerEndpoint { get; }

    public Connection Client { get; }

    public Connection Server { get; private set; } = null!;

    public Timestamp Now => new(_ticks);

    /// <summary>Sends in both directions until neither end has anything to say, 20 µs at a time.</summary>
    public void Exchange()
    {
        bool any;
        do
        {
            _ticks += 200;
            any = Deliver(Client, ServerEndpoint, ToClient);
            if (Server is not null) any |= Deliver(Server, ClientEndpoint, ToServer);
        }
        while (any);
    }

    /// <summary>Whether what the client sends is lost.</summary>
    public bool DropsToServer { get; set; }

    /// <summary>Sends one batch each way, or lets a millisecond pass when there is none.</summary>
    public void ExchangeOnce()
    {
        _ticks += 200;
        var any = DeliverOne(Client, ServerEndpoint, ToClient) | DeliverOne(Server, ClientEndpoint, ToServer);
        if (any) return;
        _ticks += TimeSpan.TicksPerMillisecond;
        Client.HandleTimeout(Now);
        Server.HandleTimeout(Now);
    }

    /// <summary>Lets time pass, and nothing else.</summary>
    public void Pass(TimeSpan time) => _ticks += time.Ticks;

    /// <summary>Lets time pass and timers fire.</summary>
    public void Advance(TimeSpan time)
    {
        _ticks += time.Ticks;
        Client.HandleTimeout(Now);
        Server.HandleTimeout(Now);
        Exchange();
    }

    private bool Deliver(Connection from, Endpoint to, in NetworkPath path)
    {
        var any = false;
        while (DeliverOne(from, to, path)) any = true;
        return any;
    }

    private bool DeliverOne(Connection from, Endpoint to, in NetworkPath path)
    {
        if (!from.TryTransmit(Now, _buffer, out var transmit)) return false;
        if (from == Client && DropsToServer) return true;
        for (var start = 0; start < transmit.Length; start += transmit.SegmentSize)
        {
            var length = Math.Min(transmit.SegmentSize, transmit.Length - start);
            var connection = to.HandleDatagram(Now, path, transmit.Ecn, _buffer.AsSpan(start, length));
            if (connection is { Role: Role.Server }) Server = connection;
        }

        return true;
    }

    private void Answer(Connection connection)
    {
        while (connection.TryGetEvent(out var next))
        {
            if (next.Kind != ConnectionEventKind.HandshakeQuestion) continue;
            TestTls.Answer(connection);
            connection.HandleAnswer(Now);
        }
    }
}
