using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using HyperGen.Testing;

namespace HyperGen.Interop.Tests;

/// <summary>HTTP/3 clients of other projects get their answers from samples/Bench over UDP.</summary>
public sealed class Http3Tests(BenchServer server) : IClassFixture<BenchServer>
{
    [Theory]
    [InlineData("/plaintext", 200, "Hello, World!")]
    [InlineData("/json", 200, """{"message":"Hello, World!"}""")]
    [InlineData("/users/42", 200, """{"id":42,"name":"user-42"}""")]
    [InlineData("/gh/repos/a/b/stargazers", 200, "ok")]
    [InlineData("/delay/5", 204, "")]
    [InlineData("/delay/-1", 400, "A delay is not negative.")]
    [InlineData("/users/none", 404, "Not Found")]
    public void Curl_is_answered(string path, int status, string body)
    {
        string output = Run($"curl -s -4 -k --http3-only --max-time 20 -w \\nh%{{http_version}}:%{{http_code}} https://127.0.0.1:{server.Port}{path}");

        Assert.Contains(body, output, StringComparison.Ordinal);
        Assert.Contains($"h3:{status}", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Curl_downloads_more_than_a_window()
    {
        string output = Run($"curl -s -4 -k --http3-only --max-time 20 -o /dev/null -w h%{{http_version}}:%{{http_code}}:%{{size_download}} https://127.0.0.1:{server.Port}/bytes/5000000");

        Assert.Contains("h3:200:5000000", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10_000, "")]
    [InlineData(500, "-t 0.02 -r 0.02")]
    public void Gtlsclient_is_answered_each_time_on_one_connection(int requests, string loss)
    {
        string output = Run(string.Create(CultureInfo.InvariantCulture,
            $"gtlsclient --exit-on-all-streams-close --no-quic-dump {loss} -n {requests} 127.0.0.1 {server.Port} https://127.0.0.1:{server.Port}/plaintext"));

        Assert.Equal(requests, Regex.Count(output, @":status: 200"));
    }

    /// <summary>It believes the marks when those of its own packets are counted as they were sent, and ours arrive as we set them.</summary>
    [Fact]
    public void Gtlsclient_finds_the_path_capable_of_ECN()
    {
        string output = Run($"gtlsclient --exit-on-all-streams-close 127.0.0.1 {server.Port} https://127.0.0.1:{server.Port}/bytes/200000");

        Assert.Contains(":status: 200", output, StringComparison.Ordinal);
        Assert.Contains("path is ECN capable", output, StringComparison.Ordinal);
        Assert.DoesNotContain("path is not ECN capable", output, StringComparison.Ordinal);
        Assert.Matches(@"Received packet: .* ecn=0x2 ", output);
    }

    [Fact]
    public async Task Chromium_is_answered_over_h3()
    {
        string script = Path.Combine(Peer.Folder, "chromium");
        Material.Require(File.Exists("/usr/bin/chromium"), "Chromium is not installed: see tests/peers/README.md.");

        ProcessStartInfo start = new("bash", [script, server.Port.ToString(CultureInfo.InvariantCulture), "/users/42", server.Certificate])
        {
            RedirectStandardOutput = true,
        };
        using Process chromium = Process.Start(start)!;
        string dom = await chromium.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await chromium.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains("""{"id":42,"name":"user-42"}""", dom, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_answer_arrives_though_one_datagram_in_fifty_is_lost()
    {
        string output = await LoadProcess.RunAsync(string.Create(CultureInfo.InvariantCulture, $"--url https://127.0.0.1:{server.Port}/plaintext --connections 4 --streams 8 --count 3000 --drop 0.02 --seed 1"));

        Assert.Contains("answers 3000 of 3000", output, StringComparison.Ordinal);
    }

    /// <summary>
    /// Windows of requests on the same connections: pools may still grow in some of them, and the runtime does what it likes, but not in all. One object of
    /// 24 bytes for each request would be 120,000 bytes in every window.
    /// </summary>
    [Theory]
    [InlineData("/plaintext")]
    [InlineData("/gh/repos/a/b/stargazers")]
    public async Task A_request_allocates_nothing(string path)
    {
        string output = await LoadProcess.RunAsync(string.Create(CultureInfo.InvariantCulture,
            $"--url https://127.0.0.1:{server.Port}{path} --connections 8 --streams 16 --warmup 100000 --count 5000 --rounds 60 --stats /stats"));

        long[] allocated = [.. Regex.Matches(output, @"allocated: (-?\d+) bytes").Select(static match => long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];
        Assert.Equal(60, allocated.Length);
        Assert.True(allocated.Min() == 0, output);
    }

    private static string Run(string arguments)
    {
        using Peer peer = Peer.Start(arguments, seconds: 120);
        return peer.WaitForOutput();
    }
}
