using System.Globalization;
using HyperGen.Quic.Tokens;
using HyperGen.Quic.Wire;
using HyperGen.Tls;

namespace HyperGen.Quic.Tests.Interop;

/// <summary>Clients of other projects with our server. What each of them can do is in tests/peers/README.md, and the rest of aioquic's in HyperGen.Interop.Tests.</summary>
public sealed class OurServerTests
{
    private const string Gtlsclient = "gtlsclient --exit-on-all-streams-close {1} 127.0.0.1 {0} https://h3.test/";
    private const string Curl = "curl -s -4 -k --http3-only --max-time 50 -w \\nanswered:%{{http_code}}:%{{size_download}}\\n {1} https://127.0.0.1:{0}/";
    private const string QuicGo = "env GODEBUG=tlsmlkem=1 quic-go-client {1} https://127.0.0.1:{0}/";
    private const string Aioquic = "aioquic-client --insecure -v {1} https://127.0.0.1:{0}/";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(Gtlsclient, "")]
    [InlineData(Gtlsclient, "-t 0.1 -r 0.1")]
    [InlineData(Curl, "")]
    [InlineData(QuicGo, "")]
    [InlineData(Aioquic, "")]
    public void Answers_with_more_than_a_window_of_the_congestion_controller(string program, string options)
    {
        var application = new Answerer(200_000);
        using var server = new UdpDriver(application);
        using var peer = Start(program, server, options);
        Assert.True(server.Run(() => !peer.IsRunning, Limit), peer.Output);
        Assert.Equal(1, application.Requests);
        if (program != Gtlsclient) Assert.Contains("200000", peer.WaitForOutput(), StringComparison.Ordinal);
        else Assert.Contains(":status: 200", peer.WaitForOutput(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Gtlsclient)]
    [InlineData(Curl)]
    [InlineData(QuicGo)]
    [InlineData(Aioquic)]
    public void Sends_a_Retry_that_is_answered(string program)
    {
        var application = new Answerer();
        using var server = new UdpDriver(application, static options => options with { Retry = RetryPolicy.Always });
        using var peer = Start(program, server);
        Assert.True(server.Run(() => application.Requests > 0, Limit), peer.Output);
        Assert.True(server.Transport.Statistics.Retries > 0);
        Assert.Equal(0, server.Transport.Statistics.InvalidTokens);
    }

    [Theory]
    [InlineData(Gtlsclient, "-v v2")]
    [InlineData(Gtlsclient, "--preferred-versions=v2,v1 --available-versions=v2,v1")]
    [InlineData(QuicGo, "-v2")]
    [InlineData(Aioquic, "--negotiate-v2")]
    public void Speaks_version_2(string program, string options)
    {
        var application = new Answerer();
        using var server = new UdpDriver(application);
        using var peer = Start(program, server, options);
        Assert.True(server.Run(() => application.Requests > 0, Limit), peer.Output);
        Assert.Equal(QuicVersion.V2, application.Version);
    }

    [Fact]
    public void Tells_a_client_of_an_unknown_version_which_it_speaks()
    {
        using var server = new UdpDriver(new Answerer());
        using var peer = Start(Gtlsclient, server, "-v 0x1a2a3a4a");
        Assert.True(server.Run(() => peer.Output.Contains("VN v=0x00000001", StringComparison.Ordinal), Limit), peer.Output);
    }

    [Fact]
    public void Tells_a_client_of_a_version_it_does_not_speak_and_the_client_begins_again()
    {
        var application = new Answerer();
        using var server = new UdpDriver(application, static options => options with { Versions = [QuicVersion.V2] });
        using var peer = Start(QuicGo, server, "-both");
        Assert.True(server.Run(() => application.Requests > 0, Limit), peer.Output);
        Assert.Equal(QuicVersion.V2, application.Version);
        Assert.NotEqual(0, server.Transport.Statistics.VersionNegotiations);
    }

    /// <summary>As the client's only choice, and as the server's with clients that cannot be told.</summary>
    [Theory]
    [InlineData(Gtlsclient, "--ciphers=NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+CHACHA20-POLY1305", false)]
    [InlineData(Curl, "--tls13-ciphers TLS_CHACHA20_POLY1305_SHA256", false)]
    [InlineData(Aioquic, "--cipher-suites CHACHA20_POLY1305_SHA256", false)]
    [InlineData(QuicGo, "", true)]
    public void Speaks_ChaCha20(string program, string options, bool asServersChoice)
    {
        var application = new Answerer();
        CipherSuite? suite = null;
        application.Asked = connection => suite = connection.Handshake.Suite;
        using var server = new UdpDriver(application, handshake: asServersChoice ? UdpDriver.OnlyChaCha20 : null);
        using var peer = Start(program, server, options);
        Assert.True(server.Run(() => application.Requests > 0, Limit), peer.Output);
        Assert.Equal(CipherSuite.ChaCha20Poly1305Sha256, suite);
    }

    /// <summary>One after a while, the other after the first hundred packets of a connection: the answer has more.</summary>
    [Theory]
    [InlineData(Gtlsclient, "--key-update=50ms --delay-stream=300ms")]
    [InlineData(QuicGo, "")]
    public void Follows_a_key_update_that_the_client_starts(string program, string options)
    {
        var application = new Answerer(250_000);
        using var server = new UdpDriver(application);
        using var peer = Start(program, server, options);
        var isUpdated = false;
        Assert.True(server.Run(() => (isUpdated |= server.Connections.Exists(static c => c.KeyUpdates > 0)) && application.Requests > 0, Limit), peer.Output);
    }

    /// <summary>In the middle of an answer, whose rest then comes under other keys, and is acknowledged under other keys.</summary>
    [Theory]
    [InlineData(Curl, "200:200000")]
    [InlineData(QuicGo, "200 200000")]
    [InlineData(Aioquic, "200000")]
    [InlineData(Gtlsclient, ":status: 200")]
    public void Updates_the_keys_and_the_client_follows(string program, string expected)
    {
        var application = new Answerer(200_000);
        Connection? asked = null;
        application.Asked = connection => asked = connection;
        using var server = new UdpDriver(application);
        using var peer = Start(program, server);
        Assert.True(server.Run(() => asked?.TryUpdateKeys() is true, Limit), peer.Output);
        Assert.True(server.Run(() => !peer.IsRunning, Limit), peer.Output);
        Assert.Contains(expected, peer.WaitForOutput(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--change-local-addr=50ms")]
    [InlineData("--change-local-addr=50ms --nat-rebinding")]
    public void Follows_a_client_that_moves(string move)
    {
        var application = new Answerer();
        using var server = new UdpDriver(application);
        using var peer = Start(Gtlsclient, server, $"{move} --delay-stream=300ms");
        Assert.True(server.Run(() => application.Requests > 0, Limit), peer.Output);
        Assert.NotEqual(application.FirstPath, application.RequestPath);
    }

    /// <summary>Clients that know nothing of it: between their two requests a NAT, played by the driver, gives them another port.</summary>
    [Theory]
    [InlineData(Curl, "https://127.0.0.1:{0}/first")]
    [InlineData(QuicGo, "-n 2")]
    public void Follows_a_client_that_a_NAT_moves(string program, string options)
    {
        var application = new Answerer();
        using var server = new UdpDriver(application);
        application.Asked = _ => server.IsRebound = true;
        using var peer = Start(program, server, string.Format(CultureInfo.InvariantCulture, options, server.Port));
        Assert.True(server.Run(() => application.Requests == 2, Limit), peer.Output);
        Assert.Equal(1, application.Handshakes);
        Assert.NotEqual(application.FirstPath, application.RequestPath);
    }

    [Fact]
    public void Serves_clients_of_all_projects_at_once()
    {
        const int OfEach = 3;
        string[] programs = [Gtlsclient, Curl, QuicGo, Aioquic];
        var application = new Answerer(1000);
        using var server = new UdpDriver(application);
        var peers = programs.SelectMany(static program => Enumerable.Repeat(program, OfEach)).Select(program => Start(program, server)).ToList();
        try
        {
            Assert.True(
                server.Run(() => application.Requests == peers.Count, Limit),
                $"{application.Requests} of {peers.Count} requests\n{string.Join('\n', peers.Where(static peer => peer.IsRunning).Select(static peer => peer.Output))}");
            Assert.Equal(peers.Count, application.Handshakes);
        }
        finally
        {
            peers.ForEach(static peer => peer.Dispose());
        }
    }

    [Fact]
    public void Reads_early_data_of_gtlsclient_with_our_ticket()
    {
        var file = $"/share/hypergen-session-{Guid.NewGuid():N}";
        var application = new Answerer();
        using var server = new UdpDriver(application);
        var options = $"--session-file={file} --tp-file={file}.tp";
        try
        {
            using (var first = Start(Gtlsclient, server, $"--wait-for-ticket {options}"))
            {
                Assert.True(server.Run(() => application.Closed > 0, Limit), first.Output);
            }

            Assert.Equal(0, application.Early);
            using var second = Start(Gtlsclient, server, options);
            Assert.True(server.Run(() => application.Requests > 1 && application.EarlyData != EarlyDataState.None, Limit), second.Output);
            Assert.Equal((1, 1, EarlyDataState.Accepted), (application.Resumed, application.Early, application.EarlyData));
        }
        finally
        {
            File.Delete(Path.Combine(Peer.Share, Path.GetFileName(file)));
            File.Delete(Path.Combine(Peer.Share, Path.GetFileName(file)) + ".tp");
        }
    }

    [Fact]
    public void Reads_early_data_of_quic_go_with_our_ticket()
    {
        var application = new Answerer();
        using var server = new UdpDriver(application);

        // It sends early what it has to say before the handshake is over, which on this machine is a race it may lose: then it comes again.
        for (var attempt = 1; attempt <= 10 && application.Early == 0; attempt++)
        {
            using var peer = Start(QuicGo, server, "-0rtt");

            // An early request comes before its handshake is over.
            Assert.True(server.Run(() => application.Requests >= 2 * attempt && application.Handshakes >= 2 * attempt, Limit), peer.Output);
        }

        Assert.NotEqual(0, application.Early);
        Assert.NotEqual(0, application.Resumed);
    }

    private static Peer Start(string program, UdpDriver server, string options = "") =>
        Peer.Start(string.Format(CultureInfo.InvariantCulture, program, server.Port, options), seconds: 60);
}
