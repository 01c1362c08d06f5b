using HyperGen.Quic;

namespace HyperGen.Testing;

/// <summary>Somebody with manners: who an endpoint has to be good for, whatever others did to it.</summary>
internal static class Honest
{
    private const int Rounds = 100;

    private static readonly NetworkAddress ServerAddress = NetworkAddress.FromIPv4(0x0A000002, 443);
    private static readonly TimeSpan HalfRoundTrip = TimeSpan.FromMilliseconds(15);

    /// <summary>An endpoint of clients.</summary>
    public static Endpoint Clients()
    {
        var random = new SeededRandom(0x4051);
        return new(new() { Random = random.Fill, ResetKey = new byte[32] });
    }

    /// <summary>An endpoint of a server.</summary>
    public static Endpoint Server()
    {
        var random = new SeededRandom(0x4052);
        return new(new() { Random = random.Fill, ResetKey = new byte[32], CreateServerHandshake = parameters => TestTls.Server(parameters, random) });
    }

    /// <summary>A client connects, says something, is answered, and leaves. Fails when it is not served.</summary>
    /// <param name="now">When it comes.</param>
    /// <param name="clients">The client's endpoint.</param>
    /// <param name="servers">The server's.</param>
    /// <param name="from">The client's address; default one that no attacker here has.</param>
    /// <returns>When it has gone.</returns>
    public static Timestamp Visit(Timestamp now, Endpoint clients, Endpoint servers, NetworkAddress from = default)
    {
        if (from == default) from = NetworkAddress.FromIPv4(0x0A000009, 40000);
        var random = new SeededRandom(0x4053);
        var (toServer, toClient) = (new NetworkPath(ServerAddress, from), new NetworkPath(from, ServerAddress));
        var client = clients.Connect(now, toServer, parameters => TestTls.Client(parameters, random));
        Connection? server = null;
        QuicStream? stream = null;
        var buffer = new byte[Transmit.MaxLength];
        for (var i = 0; i < Rounds && stream?.Peek().Length is not 5; i++)
        {
            now += HalfRoundTrip;
            server = Pass(now, client, servers, toClient, buffer) ?? server;
            while (server is not null && server.TryGetEvent(out var next))
            {
                if (next.Kind == ConnectionEventKind.HandshakeQuestion) Answer(now, server);
                if (next.Kind != ConnectionEventKind.StreamReadable) continue;
                next.Stream!.Write(next.Stream.Peek());
                next.Stream.Consume(next.Stream.Peek().Length);
            }

            now += HalfRoundTrip;
            if (server is not null) Pass(now, server, clients, toServer, buffer);
            while (servers.TryTransmit(buffer, out var answer))
            {
                if (answer.Path == toClient) clients.HandleDatagram(now, toServer, answer.Ecn, buffer.AsSpan(0, answer.Length));
            }

            while (client.TryGetEvent(out var next))
            {
                if (next.Kind == ConnectionEventKind.HandshakeQuestion) Answer(now, client);
                if (next.Kind == ConnectionEventKind.HandshakeCompleted) (stream = client.TryOpenStream())!.Write("hello"u8);
            }
        }

        Assert.True(stream?.Peek().SequenceEqual("hello"u8), $"an honest client is not served: {client.State}, {client.CloseReason}");
        client.Close(now, 0);
        Pass(now, client, servers, toClient, buffer);
        server!.Close(now, 0);
        foreach (var connection in new[] { client, server })
        {
            connection.HandleTimeout(now + TimeSpan.FromMinutes(5));
            Assert.Equal(ConnectionState.Drained, connection.State);
        }

        return now;
    }

    private static void Answer(Timestamp now, Connection connection)
    {
        TestTls.Answer(connection);
        connection.HandleAnswer(now);
    }

    private static Connection? Pass(Timestamp now, Connection from, Endpoint to, in NetworkPath path, byte[] buffer)
    {
        Connection? connection = null;
        if (from.NextTimeout <= now) from.HandleTimeout(now);
        while (from.TryTransmit(now, buffer, out var transmit)) connection = to.HandleBatch(now, path, transmit, buffer) ?? connection;
        return connection;
    }
}
