using System.Globalization;
using HyperGen.Testing;

namespace HyperGen.Interop.Tests;

/// <summary>samples/Bench has every client prove its address first, and clients of other projects do.</summary>
public sealed class RetryTests : IAsyncLifetime
{
    private readonly BenchServer _server = new() { Settings = "--server:retry=always" };

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("curl -s -4 -k --http3-only --max-time 20 https://127.0.0.1:{0}/users/42", """{"id":42,"name":"user-42"}""")]
    [InlineData("env GODEBUG=tlsmlkem=1 quic-go-client https://127.0.0.1:{0}/users/42", """{"id":42,"name":"user-42"}""")]
    [InlineData("gtlsclient --exit-on-all-streams-close 127.0.0.1 {0} https://127.0.0.1:{0}/users/42", ":status: 200")]
    public void Clients_prove_their_address_and_are_answered(string command, string expected)
    {
        using Peer peer = Peer.Start(string.Format(CultureInfo.InvariantCulture, command, _server.Port), seconds: 60);
        string output = peer.WaitForOutput();

        Assert.Contains(expected, output, StringComparison.Ordinal);

        // The others do not tell what they were asked.
        if (command.StartsWith("gtlsclient", StringComparison.Ordinal))
        {
            Assert.Contains("Retry", output, StringComparison.Ordinal);
        }
    }
}
