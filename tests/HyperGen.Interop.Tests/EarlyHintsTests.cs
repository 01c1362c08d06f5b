using System.Diagnostics;
using System.Globalization;
using HyperGen.Testing;

namespace HyperGen.Interop.Tests;

/// <summary>Clients of other projects are told ahead of a page what they will need (103 Early Hints, RFC 8297).</summary>
public sealed class EarlyHintsTests(BenchServer server) : IClassFixture<BenchServer>
{
    private const string Link = "link: </page.css>; rel=preload; as=style";

    [Theory]
    [InlineData("navigate", true)]
    [InlineData("no-cors", false)]
    public void Curl_prints_the_hint_before_the_response(string mode, bool isHinted)
    {
        using Peer peer = Peer.Start($"curl -s -i -4 -k --http3-only --max-time 20 -H sec-fetch-mode:{mode} https://127.0.0.1:{server.Port}/page/1", seconds: 60);
        string output = peer.WaitForOutput().ReplaceLineEndings("\n");

        int final = output.IndexOf("HTTP/3 200", StringComparison.Ordinal);
        Assert.True(final >= 0, output);
        Assert.Equal(isHinted, output[..final].Contains($"HTTP/3 103 \n{Link}\n", StringComparison.Ordinal));
        Assert.Contains(Link, output[final..], StringComparison.Ordinal);
    }

    /// <summary>The page is answered when its style sheet has been asked for, which only a browser does that has acted on the hint.</summary>
    [Fact]
    public async Task Chromium_asks_for_the_style_sheet_before_it_has_the_page()
    {
        Material.Require(File.Exists("/usr/bin/chromium"), "Chromium is not installed: see tests/peers/README.md.");
        ProcessStartInfo start = new(
            "bash", [Path.Combine(Peer.Folder, "chromium"), server.Port.ToString(CultureInfo.InvariantCulture), "/page/45000", server.Certificate])
        {
            RedirectStandardOutput = true,
        };
        using Process chromium = Process.Start(start)!;
        string dom = await chromium.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await chromium.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains("style sheet first: True", dom, StringComparison.Ordinal);
    }
}
