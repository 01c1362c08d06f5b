
namespace HyperGen.Quic.Tests.Interop;

/// <summary>Programs of others complete handshakes with this transport, send their requests, and take what it answers at the transport's level.</summary>
public sealed class InteropTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("gtlsclient --exit-on-all-streams-close 127.0.0.1 {0} https://h3.test/")]
    [InlineData("gtlsclient --ciphers=NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+CHACHA20-POLY1305 127.0.0.1 {0} https://h3.test/")]
    [InlineData("gtlsclient -t 0.1 -r 0.1 127.0.0.1 {0} https://h3.test/")]
    [InlineData("curl -s -4 -k --http3-only --max-time 10 https://127.0.0.1:{0}/")]
    public void A_client_of_another_project_completes_the_handshake_and_sends_its_request(string command)
    {
        var application = new Recorder();
        using var server = new UdpDriver(application);
        using var peer = Peer.Start(string.Format(System.Globalization.CultureInfo.InvariantCulture, command, server.Port));
        var done = server.Run(() => application.RequestBytes > 0, Limit);
        Assert.True(done && application.Handshakes > 0, peer.Output);
    }

    [Fact]
    public void A_client_of_an_unknown_version_is_told_of_version_1()
    {
        using var server = new UdpDriver(new Recorder());
        using var peer = Peer.Start($"gtlsclient -v 0x1a2a3a4a 127.0.0.1 {server.Port} https://h3.test/");
        Assert.True(server.Run(() => peer.Output.Contains("VN v=0x00000001", StringComparison.Ordinal), Limit), peer.Output);
    }

    [Fact]
    public void A_key_update_that_the_client_starts_is_followed()
    {
        var application = new Recorder();
        using var server = new UdpDriver(application);
        using var peer = Peer.Start($"gtlsclient --key-update=50ms --delay-stream=300ms 127.0.0.1 {server.Port} https://h3.test/");
        var done = server.Run(() => application.RequestBytes > 0, Limit);
        Assert.True(done && server.Connections.Any(static c => c.KeyUpdates > 0), peer.Output);
    }

    [Theory]
    [InlineData("--change-local-addr=50ms")]
    [InlineData("--change-local-addr=50ms --nat-rebinding")]
    public void A_client_that_moves_is_followed(string move)
    {
        var application = new Recorder();
        using var server = new UdpDriver(application);
        using var peer = Peer.Start($"gtlsclient {move} --delay-stream=300ms 127.0.0.1 {server.Port} https://h3.test/");
        var done = server.Run(() => application.RequestBytes > 0, Limit);
        Assert.True(done, peer.Output);
        Assert.NotEqual(application.FirstPath, application.RequestPath);
    }

    [Fact]
    public void A_server_of_another_project_answers_our_client()
    {
        var (key, certificate) = TestTls.Pem;
        var folder = Path.Combine(Peer.Share, $"hypergen-quic-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        try
        {
            File.WriteAllText(Path.Combine(folder, "key.pem"), key);
            File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate);
            File.WriteAllText(Path.Combine(folder, "index.html"), "Hello");
            var inside = $"/share/{Path.GetFileName(folder)}";
            var application = new Asker();
            var port = UdpDriver.FindFreePort();
            using var client = new UdpDriver(application);
            using var peer = Peer.Start($"gtlsserver -q -d {inside} 127.0.0.1 {port} {inside}/key.pem {inside}/cert.pem");
            client.Connect(port);
            Assert.True(client.Run(() => application.AnswerBytes > 0, Limit), peer.Output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Asks for / in HTTP/3, in bytes written by hand.</summary>
    private sealed class Asker : Node.IApplication
    {
        // HEADERS: :method GET, :scheme https, :path / from the static table, :authority h3.test.
        private static readonly byte[] Request = [0x01, 0x0e, 0x00, 0x00, 0xd1, 0xd7, 0xc1, 0x50, 0x07, .. "h3.test"u8];

        public int AnswerBytes { get; private set; }

        public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
        {
            switch (connectionEvent.Kind)
            {
                case ConnectionEventKind.HandshakeCompleted:
                    connection.TryOpenStream(unidirectional: true)!.Write([0x00, 0x04, 0x00]);
                    var stream = connection.TryOpenStream()!;
                    stream.Write(Request);
                    stream.Finish();
                    break;
                case ConnectionEventKind.StreamReadable:
                    var bytes = connectionEvent.Stream!.Peek();
                    if (!connectionEvent.Stream.Id.IsUnidirectional) AnswerBytes += bytes.Length;
                    connectionEvent.Stream.Consume(bytes.Length);
                    break;
            }
        }
    }

    /// <summary>Notes what arrives on the first bidirectional stream, which is a request in any version of HTTP over QUIC.</summary>
    private sealed class Recorder : Node.IApplication
    {
        public int Handshakes { get; private set; }

        public int RequestBytes { get; private set; }

        public NetworkPath FirstPath { get; private set; }

        public NetworkPath RequestPath { get; private set; }

        public void OnEvent(Connection connection, Timestamp now, in ConnectionEvent connectionEvent)
        {
            switch (connectionEvent.Kind)
            {
                case ConnectionEventKind.HandshakeCompleted:
                    Handshakes++;
                    FirstPath = connection.Path;

                    // An HTTP/3 control stream with an empty SETTINGS frame: clients want to see one before they ask.
                    connection.TryOpenStream(unidirectional: true)!.Write([0x00, 0x04, 0x00]);
                    break;
                case ConnectionEventKind.StreamReadable:
                    var stream = connectionEvent.Stream!;
                    var bytes = stream.Peek();
                    if (!stream.Id.IsUnidirectional)
                    {
                        RequestBytes += bytes.Length;
                        RequestPath = connection.Path;
                    }

                    stream.Consume(bytes.Length);
                    break;
            }
        }
    }
}
