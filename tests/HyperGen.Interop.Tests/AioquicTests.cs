using System.Globalization;
using HyperGen.Testing;

namespace HyperGen.Interop.Tests;

/// <summary>The tests with which aioquic looks at servers of others, against samples/Bench: a letter for each feature that works.</summary>
public sealed class AioquicTests(BenchServer server) : IClassFixture<BenchServer>
{
    /// <summary>
    /// Version negotiation, handshake, data, close, resumption, 0-RTT, Retry, a ClientHello of several packets; other connection IDs, a NAT that
    /// rebinds, another address, a key update. What is left of its letters: the spin bit, which we do not spin.
    /// </summary>
    [Fact]
    public async Task Aioquic_finds_every_feature_it_looks_for()
    {
        await using BenchServer retrying = new() { Settings = "--server:retry=always" };
        await retrying.InitializeAsync();

        // It has less patience than a busy machine may need: then it looks again.
        string output = "";
        for (int attempt = 0; attempt < 3 && !output.Contains("VHDCRZSQ MBAU", StringComparison.Ordinal); attempt++)
        {
            using Peer peer = Peer.Start(
                string.Create(CultureInfo.InvariantCulture, $"aioquic-features {server.Port} {retrying.Port} /plaintext"), seconds: 180);
            output = peer.WaitForOutput();
        }

        Assert.Contains("VHDCRZSQ MBAU", output, StringComparison.Ordinal);
    }
}
