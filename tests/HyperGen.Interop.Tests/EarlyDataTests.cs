using System.Globalization;
using System.Text.RegularExpressions;
using HyperGen.Testing;

namespace HyperGen.Interop.Tests;

/// <summary>Clients of other projects come again to samples/Bench, and their requests go with the first packets.</summary>
public sealed class EarlyDataTests(BenchServer server) : IClassFixture<BenchServer>, IDisposable
{
    private readonly string _session = $"hypergen-session-{Guid.NewGuid():N}";

    /// <summary>Where there are no peers this skips the test, before there is anything to clean up.</summary>
    private readonly string _share = Peer.Share;

    public void Dispose()
    {
        foreach (string file in Directory.EnumerateFiles(_share, $"{_session}*"))
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Quic_go_is_answered_before_the_handshake_is_over()
    {
        // It sends early what it has to say before the handshake is over, which on a busy machine is a race it may lose: then it comes again.
        string output = "";
        for (int attempt = 0; attempt < 10 && !output.Contains("resumed=true early", StringComparison.Ordinal); attempt++)
        {
            output = Run($"env GODEBUG=tlsmlkem=1 quic-go-client -0rtt https://127.0.0.1:{server.Port}/early");
            Assert.Equal(2, Regex.Count(output, "HTTP/3.0 200"));
        }

        Assert.Contains("resumed=false late", output, StringComparison.Ordinal);
        Assert.Contains("resumed=true early", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Quic_go_is_answered_by_an_endpoint_that_waits_for_the_handshake()
    {
        string output = Run($"env GODEBUG=tlsmlkem=1 quic-go-client -0rtt https://127.0.0.1:{server.Port}/json");

        Assert.Equal(2, Regex.Count(output, """HTTP/3.0 200 .*{"message":"Hello, World!"}"""));
    }

    [Fact]
    public void Gtlsclient_is_answered_before_the_handshake_is_over()
    {
        string first = Run($"gtlsclient --wait-for-ticket {Gtlsclient("/early")}");
        Assert.Contains(":status: 200", first, StringComparison.Ordinal);
        Assert.DoesNotContain("early", Body(first), StringComparison.Ordinal);

        string second = Run($"gtlsclient {Gtlsclient("/early")}");

        Assert.Contains("early", Body(second), StringComparison.Ordinal);
        Assert.DoesNotContain("not ECN capable", second, StringComparison.Ordinal);
    }

    [Fact]
    public void An_upload_of_gtlsclient_in_early_data_arrives_whole_after_the_handshake()
    {
        File.WriteAllBytes(Path.Combine(_share, $"{_session}.body"), new byte[5000]);
        Assert.Contains(":status: 200", Run($"gtlsclient --wait-for-ticket {Gtlsclient("/json")}"), StringComparison.Ordinal);

        string output = Run($"gtlsclient -m POST -d /share/{_session}.body {Gtlsclient("/upload")}");

        Assert.Contains("0RTT STREAM", output, StringComparison.Ordinal);
        Assert.Contains("""{"bytes":5000}""", Body(output), StringComparison.Ordinal);
    }

    private string Gtlsclient(string path) => string.Create(
        CultureInfo.InvariantCulture,
        $"--exit-on-all-streams-close --session-file=/share/{_session} --tp-file=/share/{_session}.tp 127.0.0.1 {server.Port} https://h3.test:{server.Port}{path}");

    /// <summary>The printable halves of the lines in which it dumps content.</summary>
    private static string Body(string output) => string.Concat(Regex.Matches(output, @"\|(.*)\|\s*$", RegexOptions.Multiline).Select(static match => match.Groups[1].Value));

    private static string Run(string arguments)
    {
        using Peer peer = Peer.Start(arguments, seconds: 60);
        return peer.WaitForOutput();
    }
}
