using HyperGen.Quic.Tokens;
using HyperGen.Quic.Wire;
using HyperGen.Tls;

namespace HyperGen.Quic.Tests.Interop;

/// <summary>Retry, tokens, versions, resumption and early data with programs of others, in both roles.</summary>
public sealed class EndpointInteropTests
{
    private const string Aioquic = "aioquic-client --insecure -v https://127.0.0.1:{0}/";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("gtlsclient --exit-on-all-streams-close 127.0.0.1 {0} https://h3.test/")]
    [InlineData("curl -s -4 -k --http3-only --max-time 10 https://127.0.0.1:{0}/")]
    [InlineData("env GODEBUG=tlsmlkem=1 quic-go-client https://127.0.0.1:{0}/")]
    [InlineData(Aioquic)]
    public void A_client_of_another_project_answers_a_Retry(string command)
    {
        var application = new Answerer();
        using var server = new UdpDriver(application, static options => options with { Retry = RetryPolicy.Always });
        using var peer = Peer.Start(Command(command, server.Port));
        Assert.True(server.Run(() => application.Requests > 0, Limit), peer.Output);
        Assert.True(server.Transport.Statistics.Retries > 0);
        Assert.Equal(0, server.Transport.Statistics.InvalidTokens);
    }

    [Theory]
    [InlineData("gtlsclient --exit-on-all-streams-close -v v2 127.0.0.1 {0} https://h3.test/")]
    [InlineData("gtlsclient --exit-on-all-streams-close --preferred-versions=v2,v1 --available-versions=v2,v1 127.0.0.1 {0} https://h3.test/")]
    [InlineData("env GODEBUG=tlsmlkem=1 quic-go-client -v2 https://127.0.0.1:{0}/")]
    public void A_client_of_another_project_speaks_version_2(string command)
    {
        var application = new Answerer();
        using var server = new UdpDriver(application);
        using var peer = Peer.Start(Command(command, server.Port));
        Assert.True(server.Run(() => application.Requests > 0, Limit), peer.Output);
        Assert.Equal(QuicVersion.V2, application.Version);
    }

    [Fact]
    public void A_client_of_another_project_sends_early_data_with_our_ticket()
    {
        var file = $"/share/hypergen-session-{Environment.ProcessId}";
        var application = new Answerer();
        using var server = new UdpDriver(application);
        var command = Command("gtlsclient --exit-on-all-streams-close --session-file=FILE --tp-file=FILE.tp 127.0.0.1 {0} https://h3.test/", server.Port).Replace("FILE", file, StringComparison.Ordinal);
        try
        {
            using (var first = Peer.Start(command.Replace("gtlsclient", "gtlsclient --wait-for-ticket", StringComparison.Ordinal)))
            {
                Assert.True(server.Run(() => application.Closed > 0, Limit), first.Output);
            }

            Assert.Equal(0, application.Early);
            using var second = Peer.Start(command);
            Assert.True(server.Run(() => application.Requests > 1 && application.EarlyData != EarlyDataState.None, Limit), second.Output);
            Assert.Equal((1, EarlyDataState.Accepted), (application.Early, application.EarlyData));
        }
        finally
        {
            File.Delete(Path.Combine(Peer.Share, Path.GetFileName(file)));
            File.Delete(Path.Combine(Peer.Share, Path.GetFileName(file)) + ".tp");
        }
    }

    [Fact]
    public void quic_go_sends_early_data_with_our_ticket()
    {
        var application = new Answerer();
        using var server = new UdpDriver(application);

        // It sends early what it has to say before the handshake is over, which on this machine is a race it may lose: then it comes again.
        for (var attempt = 1; attempt <= 10 && application.Early == 0; attempt++)
        {
            using var peer = Peer.Start(Command("env GODEBUG=tlsmlkem=1 quic-go-client -0rtt https://127.0.0.1:{0}/", server.Port));
            Assert.True(server.Run(() => application.Requests >= 2 * attempt, Limit), peer.Output);
        }

        Assert.NotEqual(0, application.Early);
    }

    [Theory]
    [InlineData("gtlsserver -q -d {1} 127.0.0.1 {0} {1}/key.pem {1}/cert.pem", 1, 1)]
    [InlineData("gtlsserver -q -d {1} 127.0.0.1 {0} {1}/key.pem {1}/cert.pem", 2, 2)]
    [InlineData("gtlsserver -q --preferred-versions=v2 -d {1} 127.0.0.1 {0} {1}/key.pem {1}/cert.pem", 1, 2)]
    [InlineData("gtlsserver -q --validate-addr -d {1} 127.0.0.1 {0} {1}/key.pem {1}/cert.pem", 1, 1)]
    [InlineData("quic-go-server -addr 127.0.0.1:{0} -cert {1}/cert.pem -key {1}/key.pem -root {1}", 1, 1)]
    [InlineData("quic-go-server -addr 127.0.0.1:{0} -cert {1}/cert.pem -key {1}/key.pem -root {1}", 2, 2)]
    public void Our_client_is_served_comes_again_with_what_it_was_given_and_its_request_is_early(string command, int first, int expected)
    {
        using var served = new Served(command);
        var asker = new Asker();
        using var client = new UdpDriver(asker);
        var version = first == 1 ? QuicVersion.V1 : QuicVersion.V2;
        var connection = served.Until(client, new() { Version = version }, null, () => asker.Answers == 1);
        Assert.Equal(expected == 1 ? QuicVersion.V1 : QuicVersion.V2, connection.Version);
        Assert.True(client.Run(() => asker.Session is not null, Limit), served.Peer.Output);
        connection.TryTakeToken(out var token);
        asker.Session!.ReceivedAt = DateTimeOffset.UtcNow;
        connection.Close(client.Now, 0x100);

        var again = client.Connect(served.Port, new() { Version = connection.Version, Token = token }, asker.Session);
        Assert.True(again.CanSendEarlyData);
        Asker.Ask(again);
        Assert.True(client.Run(() => asker.Answers == 2, Limit), served.Peer.Output);
        Assert.True(again.Handshake.IsResumed);
        Assert.Equal(EarlyDataState.Accepted, again.EarlyData);
    }

    [Fact]
    public void Our_client_moves_to_another_address_and_is_served_there()
    {
        using var served = new Served("gtlsserver -q -d {1} 127.0.0.1 {0} {1}/key.pem {1}/cert.pem");
        var asker = new Asker();
        using var client = new UdpDriver(asker);
        var connection = served.Until(client, ClientStart.Fresh, null, () => asker.Answers == 1);
        var address = client.OpenAnother();
        Assert.True(client.Run(() => connection.TryMigrate(client.Now, address), Limit), "The server gave no connection ID for another path.");
        Assert.True(client.Run(() => connection.Path.Local == address, Limit), served.Peer.Output);

        Asker.Ask(connection, begins: false);
        Assert.True(client.Run(() => asker.Answers == 2, Limit), served.Peer.Output);
        Assert.Equal((ConnectionState.Established, address), (connection.State, connection.Path.Local));
    }

    [Fact]
    public void Our_client_stays_where_it_is_with_a_server_that_wants_that()
    {
        using var served = new Served("quic-go-server -addr 127.0.0.1:{0} -cert {1}/cert.pem -key {1}/key.pem -root {1}");
        var asker = new Asker();
        using var client = new UdpDriver(asker);
        var connection = served.Until(client, ClientStart.Fresh, null, () => asker.Answers == 1);
        Assert.True(client.Run(() => connection.IsHandshakeConfirmed, Limit), served.Peer.Output);
        Assert.False(connection.TryMigrate(client.Now, client.OpenAnother()));

        Asker.Ask(connection, begins: false);
        Assert.True(client.Run(() => asker.Answers == 2, Limit), served.Peer.Output);
    }

    [Fact]
    public void Our_client_answers_the_Retry_of_nginx()
    {
        using var served = new Served("nginx -c {1}/nginx.conf", nginx: true);
        var asker = new Asker();
        using var client = new UdpDriver(asker);
        var connection = served.Until(client, ClientStart.Fresh, null, () => asker.Answers == 1);
        Assert.True(connection.WasRetried);
    }

    private static string Command(string command, int port) => string.Format(System.Globalization.CultureInfo.InvariantCulture, command, port);

    /// <summary>A server of another project with our test certificate and a file to serve.</summary>
    private sealed class Served : IDisposable
    {
        private readonly string _folder = Path.Combine(Peer.Share, $"hypergen-endpoint-{Environment.ProcessId}-{Guid.NewGuid():N}");

        public Served(string command, bool nginx = false)
        {
            var (key, certificate) = TestTls.Pem;
            Directory.CreateDirectory(_folder);
            File.WriteAllText(Path.Combine(_folder, "key.pem"), key);
            File.WriteAllText(Path.Combine(_folder, "cert.pem"), certificate);
            File.WriteAllText(Path.Combine(_folder, "index.html"), "Hello");
            Port = UdpDriver.FindFreePort();
            var inside = $"/share/{Path.GetFileName(_folder)}";
            if (nginx)
            {
                File.WriteAllText(Path.Combine(_folder, "nginx.conf"), $$"""
                    daemon off; master_process off; pid {{inside}}/nginx.pid; error_log {{inside}}/error.log; events {}
                    http {
                        access_log off;
                        server {
                            listen 127.0.0.1:{{Port}} quic; quic_retry on; root {{inside}};
                            ssl_certificate {{inside}}/cert.pem; ssl_certificate_key {{inside}}/key.pem;
                        }
                    }
                    """);
            }

            Peer = Peer.Start(string.Format(System.Globalization.CultureInfo.InvariantCulture, command, Port, inside), seconds: 60);
        }

        public int Port { get; }

        public Peer Peer { get; }

        /// <summary>Connects as soon as the program listens; a probe of the transport repeats what came too early.</summary>
        public Connection Until(UdpDriver client, ClientStart start, ClientSession? session, Func<bool> done)
        {
            var connection = client.Connect(Port, start, session);
            Assert.True(client.Run(done, Limit), Peer.Output);
            return connection;
        }

        public void Dispose()
        {
            Peer.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Asks for / in HTTP/3, in bytes written by hand.</summary>
    private sealed class Asker : Node.IApplication
    {
        // HEADERS: :method GET, :scheme https, :path / from the static table, :authority h3.test.
        private static readonly byte[] Request = [0x01, 0x0e, 0x00, 0x00, 0xd1, 0xd7, 0xc1, 0x50, 0x07, .. "h3.test"u8];

        public int Answers { get; private set; }

        public ClientSession? Session { get; private set; }

        /// <param name="connection">The connection.</param>
        /// <param name="begins">Whether it is the first request, before which goes the control stream.</param>
        public static void Ask(Connection connection, bool begins = true)
        {
            if (begins) connection.TryOpenStream(unidirectional: true)!.Write([0x00, 0x04, 0x00]);
            var stream = connection.TryOpenStream()!;
            stream.Write(Request);
            stream.Finish();
        }

        public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
        {
            switch (connectionEvent.Kind)
            {
                case ConnectionEventKind.HandshakeCompleted when connection.EarlyData == EarlyDataState.None:
                    Ask(connection);
                    break;
                case ConnectionEventKind.SessionReceived:
                    connection.TryTakeSession(out var session);
                    Session = session;
                    break;
                case ConnectionEventKind.StreamReadable:
                    var stream = connectionEvent.Stream!;
                    stream.Consume(stream.Peek().Length);
                    if (!stream.Id.IsUnidirectional && stream.IsReadToEnd) Answers++;
                    break;
            }
        }
    }

    /// <summary>Answers every request with 200 and no content, in bytes written by hand.</summary>
    private sealed class Answerer : Node.IApplication
    {
        public int Requests { get; private set; }

        public int Early { get; private set; }

        public int Closed { get; private set; }

        public EarlyDataState EarlyData { get; private set; }

        public QuicVersion? Version { get; private set; }

        public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
        {
            switch (connectionEvent.Kind)
            {
                case ConnectionEventKind.HandshakeCompleted:
                    Version = connection.Version;
                    EarlyData = connection.EarlyData;
                    connection.TryOpenStream(unidirectional: true)!.Write([0x00, 0x04, 0x00]);
                    break;
                case ConnectionEventKind.StreamReadable:
                    var stream = connectionEvent.Stream!;
                    stream.Consume(stream.Peek().Length);
                    if (stream.Id.IsUnidirectional || !stream.IsReadToEnd) return;
                    Requests++;
                    if (stream.IsEarly) Early++;

                    // HEADERS: :status 200 from the static table.
                    stream.Write([0x01, 0x03, 0x00, 0x00, 0xd9]);
                    stream.Finish();
                    stream.Release();
                    break;
                case ConnectionEventKind.Closed:
                    Closed++;
                    break;
            }
        }
    }
}
