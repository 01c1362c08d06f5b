using System.Net.Security;

namespace HyperGen.Tls.Tests;

/// <summary>A client and a server in memory, whose bytes a test can cut and change on their way.</summary>
internal sealed class Handshake : IDisposable
{
    public static readonly byte[] ClientParameters = [1, 2, 3];
    public static readonly byte[] ServerParameters = [4, 5, 6, 7];

    public Handshake(
        HandshakeOptions? clientOptions = null,
        HandshakeOptions? serverOptions = null,
        int seed = 1,
        ServerSelection? selection = null,
        TicketKeys? tickets = null,
        DateTimeOffset now = default,
        ClientOptions? client = null)
    {
        var random = new Random(seed);
        Server = new Peer(new ServerHandshake(serverOptions ?? HandshakeOptions.Default, random.NextBytes, tickets, now), selection ?? Selection());
        Server.Tls.SetTransportParameters(ServerParameters);
        Client = new Peer(new ClientHandshake(clientOptions ?? HandshakeOptions.Default, client ?? Options(), random.NextBytes), null);
    }

    public Peer Client { get; }

    public Peer Server { get; }

    /// <summary>Changes or cuts bytes on their way: who sends, at which level, the bytes.</summary>
    public Func<Peer, EncryptionLevel, byte[], IEnumerable<byte[]>> Deliver { get; set; } = static (_, _, bytes) => [bytes];

    public static ClientOptions Options(params Credential[] credentials) => new()
    {
        ServerName = "h3.test",
        ApplicationProtocols = [SslApplicationProtocol.Http3],
        TransportParameters = ClientParameters,
        KeepsSessions = true,
        Credentials = credentials,
    };

    public static ServerSelection Selection(params Credential[] credentials) =>
        new([SslApplicationProtocol.Http3], credentials.Length == 0 ? [TestCredentials.Ecdsa] : credentials);

    public static HandshakeOptions With(string provider) => new() { Crypto = Providers.Get(provider) };

    /// <summary>Carries bytes both ways until neither side has any.</summary>
    public void Run()
    {
        for (var moved = true; moved;)
        {
            moved = Carry(Client, Server) | Carry(Server, Client);
        }
    }

    /// <summary>Asserts that both ends have the same keys and know the same of each other.</summary>
    public void AssertComplete()
    {
        Assert.Null(Client.Tls.Error?.Reason);
        Assert.Null(Server.Tls.Error?.Reason);
        Assert.True(Client.Tls.IsComplete);
        Assert.True(Server.Tls.IsComplete);
        foreach (var level in (EncryptionLevel[])[EncryptionLevel.Handshake, EncryptionLevel.OneRtt])
        {
            Assert.Equal(Client.WriteSecrets[level], Server.ReadSecrets[level]);
            Assert.Equal(Server.WriteSecrets[level], Client.ReadSecrets[level]);
            Assert.NotEqual(Client.WriteSecrets[level], Server.WriteSecrets[level]);
        }

        Assert.Equal(ClientParameters, Server.PeerParameters);
        Assert.Equal(ServerParameters, Client.PeerParameters);
        Assert.Equal("h3.test", Server.Tls.ServerName);
        Assert.Equal(SslApplicationProtocol.Http3, Server.Tls.ApplicationProtocol);
        Assert.Equal(SslApplicationProtocol.Http3, Client.Tls.ApplicationProtocol);
        Assert.Same(Client.Tls.Suite, Server.Tls.Suite);
        Assert.Equal(Client.Tls.Group, Server.Tls.Group);
    }

    public void Dispose()
    {
        Client.Tls.Dispose();
        Server.Tls.Dispose();
    }

    private bool Carry(Peer from, Peer to)
    {
        var moved = false;
        from.Drain();
        while (from.Tls.TryGetOutput(out var level, out var bytes))
        {
            foreach (var piece in Deliver(from, level, bytes.ToArray()))
            {
                to.Tls.HandleInput(level, piece);
                to.Drain();
            }

            moved = true;
        }

        return moved;
    }
}
