namespace HyperGen.Tls.Tests;

public sealed class ExporterTests
{
    [Theory]
    [ClassData(typeof(Providers))]
    public void Both_ends_export_the_same(string provider)
    {
        foreach (var suite in HandshakeOptions.Default.CipherSuites.Where(suite => Providers.Get(provider).IsSupported(suite.Aead)))
        {
            var options = new HandshakeOptions { Crypto = Providers.Get(provider), CipherSuites = [suite] };
            using var handshake = new Handshake(options, options);
            Assert.False(handshake.Client.Tls.TryExport("label"u8, [], new byte[1]));
            handshake.Run();
            handshake.AssertComplete();
            var first = Export(handshake.Client, "EXPORTER-test", "one", 100);
            Assert.Equal(first, Export(handshake.Server, "EXPORTER-test", "one", 100));
            Assert.NotEqual(first, Export(handshake.Server, "EXPORTER-test", "two", 100));
            Assert.NotEqual(first, Export(handshake.Server, "EXPORTER-other", "one", 100));
            Assert.NotEqual(first[..50], Export(handshake.Server, "EXPORTER-test", "one", 50));
        }
    }

    [Fact]
    public void A_failed_or_disposed_handshake_exports_nothing()
    {
        using var handshake = new Handshake();
        handshake.Run();
        handshake.Client.Tls.HandleInput(EncryptionLevel.OneRtt, [99, 0, 0, 0]);
        Assert.False(handshake.Client.Tls.TryExport("label"u8, [], new byte[1]));
        handshake.Server.Tls.Dispose();
        Assert.False(handshake.Server.Tls.TryExport("label"u8, [], new byte[1]));
    }

    private static byte[] Export(Peer peer, string label, string context, int length)
    {
        var output = new byte[length];
        Assert.True(peer.Tls.TryExport(System.Text.Encoding.ASCII.GetBytes(label), System.Text.Encoding.ASCII.GetBytes(context), output));
        return output;
    }
}
