using HyperGen.Quic.Wire;
using HyperGen.Tls;

namespace HyperGen.Quic.Tests.Interop;

/// <summary>Our client with servers of other projects. What each of them can do is in tests/peers/README.md.</summary>
public sealed class OurClientTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(OtherServer.Gtlsserver)]
    [InlineData(OtherServer.QuicGo)]
    [InlineData(OtherServer.Aioquic)]
    public void Receives_more_than_a_window_of_the_congestion_controller(string program)
    {
        using var server = new OtherServer(program);
        var asker = new Asker($"/{OtherServer.LongPage}");
        using var client = new UdpDriver(asker);
        var connection = Connect(client, server, asker);
        Assert.True(asker.Bytes > OtherServer.LongPage, server.Peer.Output);

        // It updates its keys after the first hundred packets.
        if (program == OtherServer.QuicGo) Assert.Equal(1, connection.KeyUpdates);
    }

    /// <summary>It begins with one version and ends with another where the server prefers that; then it comes again with all that it was given.</summary>
    [Theory]
    [InlineData(OtherServer.Gtlsserver, "", 1, 1)]
    [InlineData(OtherServer.Gtlsserver, "", 2, 2)]
    [InlineData(OtherServer.Gtlsserver, "--preferred-versions=v2", 1, 2)]
    [InlineData(OtherServer.QuicGo, "", 1, 1)]
    [InlineData(OtherServer.QuicGo, "", 2, 2)]
    [InlineData(OtherServer.Aioquic, "", 1, 1)]
    [InlineData(OtherServer.Aioquic, "", 2, 1)]
    public void Comes_again_with_what_it_was_given_and_its_request_is_early(string program, string options, int first, int expected)
    {
        using var server = new OtherServer(program, options);
        var asker = new Asker();
        using var client = new UdpDriver(asker);
        var connection = Connect(client, server, asker, new() { Version = Version(first) });
        Assert.Equal(Version(expected), connection.Version);
        Assert.True(client.Run(() => asker.Session is not null, Limit), server.Peer.Output);
        connection.TryTakeToken(out var token);
        asker.Session!.ReceivedAt = DateTimeOffset.UtcNow;
        connection.Close(client.Now, 0x100);

        var again = client.Connect(server.Port, new() { Version = connection.Version, Token = token }, asker.Session);
        Assert.True(again.CanSendEarlyData);
        asker.Ask(again, begins: true);
        Assert.True(client.Run(() => asker.Answers == 2, Limit), server.Peer.Output);
        Assert.True(again.Handshake.IsResumed);
        Assert.Equal(EarlyDataState.Accepted, again.EarlyData);
    }

    [Theory]
    [InlineData(OtherServer.Gtlsserver, "--validate-addr")]
    [InlineData(OtherServer.QuicGo, "-retry")]
    [InlineData(OtherServer.Aioquic, "--retry")]
    [InlineData(OtherServer.Nginx, "")]
    public void Answers_a_Retry(string program, string options)
    {
        using var server = new OtherServer(program, options);
        var asker = new Asker();
        using var client = new UdpDriver(asker);
        Assert.True(Connect(client, server, asker).WasRetried);
    }

    /// <summary>The others speak both versions, and cannot be told not to.</summary>
    [Theory]
    [InlineData(OtherServer.QuicGo, "-v1")]
    [InlineData(OtherServer.Nginx, "")]
    public void Begins_again_when_the_server_does_not_speak_its_version(string program, string options)
    {
        using var server = new OtherServer(program, options);
        var asker = new Asker();
        using var client = new UdpDriver(asker);
        Assert.Equal(QuicVersion.V1, Connect(client, server, asker, new() { Version = QuicVersion.V2 }).Version);
    }

    [Theory]
    [InlineData(OtherServer.Gtlsserver)]
    [InlineData(OtherServer.QuicGo)]
    [InlineData(OtherServer.Aioquic)]
    public void Updates_the_keys_and_the_server_follows(string program)
    {
        using var server = new OtherServer(program);
        var asker = new Asker();
        using var client = new UdpDriver(asker);
        var connection = Connect(client, server, asker);
        Assert.True(client.Run(() => connection.TryUpdateKeys(), Limit), server.Peer.Output);
        asker.Ask(connection);
        Assert.True(client.Run(() => asker.Answers == 2, Limit), server.Peer.Output);

        // The next update is allowed once the server spoke under the new keys.
        Assert.True(client.Run(() => connection.TryUpdateKeys(), Limit), server.Peer.Output);
        asker.Ask(connection);
        Assert.True(client.Run(() => asker.Answers == 3, Limit), server.Peer.Output);
        Assert.True(connection.KeyUpdates >= 2);
    }

    [Theory]
    [InlineData(OtherServer.Gtlsserver)]
    [InlineData(OtherServer.QuicGo)]
    [InlineData(OtherServer.Aioquic)]
    public void Speaks_ChaCha20(string program)
    {
        using var server = new OtherServer(program);
        var asker = new Asker();
        using var client = new UdpDriver(asker, handshake: UdpDriver.OnlyChaCha20);
        Assert.Equal(CipherSuite.ChaCha20Poly1305Sha256, Connect(client, server, asker).Handshake.Suite);
    }

    [Theory]
    [InlineData(OtherServer.Gtlsserver)]
    [InlineData(OtherServer.QuicGo)]
    [InlineData(OtherServer.Aioquic)]
    public void Has_many_connections_at_once(string program)
    {
        const int Count = 20;
        using var server = new OtherServer(program);
        var asker = new Asker();
        using var client = new UdpDriver(asker);
        var connections = Enumerable.Range(0, Count).Select(_ => client.Connect(server.Port)).ToList();
        Assert.True(client.Run(() => asker.Answers == Count, Limit), server.Peer.Output);
        Assert.All(connections, static connection => Assert.Equal(ConnectionState.Established, connection.State));
    }

    [Theory]
    [InlineData(OtherServer.Gtlsserver)]
    [InlineData(OtherServer.QuicGo)]
    [InlineData(OtherServer.Aioquic)]
    public void Is_answered_where_a_NAT_put_it(string program)
    {
        using var server = new OtherServer(program);
        var asker = new Asker();
        using var client = new UdpDriver(asker);
        var connection = Connect(client, server, asker);
        Assert.True(client.Run(() => connection.IsHandshakeConfirmed, Limit), server.Peer.Output);
        var before = client.Port;
        client.Rebind();
        Assert.NotEqual(before, client.Port);
        asker.Ask(connection);
        Assert.True(client.Run(() => asker.Answers == 2, Limit), server.Peer.Output);
        Assert.Equal(ConnectionState.Established, connection.State);
    }

    [Fact]
    public void Moves_to_another_address_and_is_served_there()
    {
        using var server = new OtherServer(OtherServer.Gtlsserver);
        var asker = new Asker();
        using var client = new UdpDriver(asker);
        var connection = Connect(client, server, asker);
        var address = client.OpenAnother();
        Assert.True(client.Run(() => connection.TryMigrate(client.Now, address), Limit), "The server gave no connection ID for another path.");
        Assert.True(client.Run(() => connection.Path.Local == address, Limit), server.Peer.Output);

        asker.Ask(connection);
        Assert.True(client.Run(() => asker.Answers == 2, Limit), server.Peer.Output);
        Assert.Equal((ConnectionState.Established, address), (connection.State, connection.Path.Local));
    }

    [Fact]
    public void Stays_where_it_is_with_a_server_that_wants_that()
    {
        using var server = new OtherServer(OtherServer.QuicGo);
        var asker = new Asker();
        using var client = new UdpDriver(asker);
        var connection = Connect(client, server, asker);
        Assert.True(client.Run(() => connection.IsHandshakeConfirmed, Limit), server.Peer.Output);
        Assert.False(connection.TryMigrate(client.Now, client.OpenAnother()));

        asker.Ask(connection);
        Assert.True(client.Run(() => asker.Answers == 2, Limit), server.Peer.Output);
    }

    /// <summary>Connects as soon as the program listens, which a probe of the transport waits for, and is answered once.</summary>
    private static Connection Connect(UdpDriver client, OtherServer server, Asker asker, ClientStart? start = null)
    {
        var connection = client.Connect(server.Port, start);
        Assert.True(client.Run(() => asker.Answers == 1, Limit), $"{connection.State} {connection.CloseReason} {server.Peer.Output}");
        return connection;
    }

    private static QuicVersion Version(int number) => number == 1 ? QuicVersion.V1 : QuicVersion.V2;
}
