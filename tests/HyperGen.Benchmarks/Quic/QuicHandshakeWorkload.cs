using HyperGen.Quic;

namespace HyperGen.Benchmarks.Quic;

/// <summary>A connection from its first datagram to its end, both sides: X25519, ECDSA on P-256, AES-128-GCM, and all packets that carry them.</summary>
internal sealed class QuicHandshakeWorkload
{
    private static readonly NetworkPath s_toServer = new(NetworkAddress.FromIPv4(2, 443), NetworkAddress.FromIPv4(1, 50000));
    private static readonly NetworkPath s_toClient = new(NetworkAddress.FromIPv4(1, 50000), NetworkAddress.FromIPv4(2, 443));

    private readonly SeededRandom _random = new(1);
    private readonly byte[] _buffer = new byte[Transmit.MaxLength];
    private readonly Endpoint _clients;
    private readonly Endpoint _servers;
    private Timestamp _now = new(TimeSpan.TicksPerSecond);

    public QuicHandshakeWorkload()
    {
        _clients = new(new() { Random = _random.Fill, ResetKey = new byte[32] });
        _servers = new(new() { Random = _random.Fill, ResetKey = new byte[32], CreateServerHandshake = parameters => TestTls.Server(parameters, _random) });
    }

    public void Run()
    {
        Connection client = _clients.Connect(_now, s_toServer, parameters => TestTls.Client(parameters, _random));
        Connection? server = null;
        for (int i = 0; i < 20 && !client.IsHandshakeConfirmed; i++)
        {
            _now += TimeSpan.FromMilliseconds(1);
            server = Pass(client, _servers, s_toClient) ?? server;
            Answer(server!);
            Pass(server!, _clients, s_toServer);
            Answer(client);
        }
        if (!client.IsHandshakeConfirmed)
        {
            throw new InvalidOperationException("The handshake failed.");
        }
        client.Close(_now, 0);
        Pass(client, _servers, s_toClient);
        _now += TimeSpan.FromMinutes(1);
        client.HandleTimeout(_now);
        server!.HandleTimeout(_now);
    }

    private void Answer(Connection connection)
    {
        while (connection.TryGetEvent(out ConnectionEvent next))
        {
            if (next.Kind == ConnectionEventKind.HandshakeQuestion)
            {
                TestTls.Answer(connection);
                connection.HandleAnswer(_now);
            }
        }
    }

    private Connection? Pass(Connection from, Endpoint to, in NetworkPath path)
    {
        Connection? connection = null;
        while (from.TryTransmit(_now, _buffer, out Transmit transmit))
        {
            connection = to.HandleBatch(_now, path, transmit, _buffer) ?? connection;
        }
        return connection;
    }
}
