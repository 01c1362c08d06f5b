using System.Diagnostics;
using System.Globalization;
using HyperGen.Testing;

namespace HyperGen.Interop.Tests;

/// <summary>The hybrid of X25519 and ML-KEM-768 with those who offer it: the answer arrives, and the server says which group it came under.</summary>
public sealed class MlKemTests(MlKemServer server) : IClassFixture<MlKemServer>, IAsyncLifetime
{
    private const string Hybrid = "X25519MlKem768";
    private const string User = """{"id":42,"name":"user-42"}""";

    private string Url => string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{server.Port}/users/42");

    public async ValueTask InitializeAsync() => await server.StartAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>OpenSSL's client offers it by itself, and when it is to offer nothing else.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("--curves X25519MLKEM768")]
    public async Task Curl_is_answered_under_the_hybrid(string options) =>
        Assert.Equal(Hybrid, await GroupOfAsync($"curl -s -4 -k --http3-only --max-time 60 {options} {Url}"));

    [Theory]
    [InlineData("")]
    [InlineData("-group mlkem")]
    public async Task Quic_go_is_answered_under_the_hybrid(string options) =>
        Assert.Equal(Hybrid, await GroupOfAsync($"env GODEBUG=tlsmlkem=1 quic-go-client {options} {Url}"));

    [Fact]
    public async Task Who_does_not_offer_it_is_answered_without() =>
        Assert.Equal("X25519", await GroupOfAsync($"quic-go-client -group x25519 {Url}"));

    [Fact]
    public async Task Chromium_is_answered_under_the_hybrid()
    {
        Material.Require(File.Exists("/usr/bin/chromium"), "Chromium is not installed: see tests/peers/README.md.");
        ProcessStartInfo start = new("bash", [Path.Combine(Peer.Folder, "chromium"), server.Port.ToString(CultureInfo.InvariantCulture), "/users/42", server.Certificate])
        {
            RedirectStandardOutput = true,
        };
        Assert.Equal(Hybrid, await server.GroupOfAsync(async () =>
        {
            using Process chromium = Process.Start(start)!;
            string dom = await chromium.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await chromium.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Contains(User, dom, StringComparison.Ordinal);
        }));
    }

    private Task<string> GroupOfAsync(string command) => server.GroupOfAsync(() =>
    {
        using Peer client = Peer.Start(command, seconds: 90);
        Assert.Contains(User, client.WaitForOutput(), StringComparison.Ordinal);
        return Task.CompletedTask;
    });
}
