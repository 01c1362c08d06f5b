using HyperGen.Transport.Udp;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Tests.Http3;

/// <summary>What the log says of handshakes that succeed.</summary>
public sealed class HandshakeLogTests
{
    [Theory]
    [InlineData("Debug", 1)]
    [InlineData("Information", 0)]
    public async Task A_log_for_debugging_says_what_each_handshake_has_come_to(string level, int lines)
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        FixtureApp app = new FixtureApp().Map("GET", "/", static async context => await TestHost.Text(context, "here"));
        await using TestHost host = await TestHost.StartAsync(app, null, null, "--server:port=0", $"--Logging:LogLevel:HyperGen.Server={level}");
        await using Http3TestClient client = await Http3TestClient.ConnectAsync(host.Https!.Port);

        Assert.Equal("here", (await client.GetAsync("GET", "/")).Text);

        string[] told = [.. host.Logs.Entries.Where(static entry => entry.Level == LogLevel.Debug).Select(static entry => entry.Message).Where(static message => message.Contains("established", StringComparison.Ordinal))];
        Assert.Equal(lines, told.Length);
        Assert.All(told, static line => Assert.Matches("^A QUIC connection is established: TLS_AES_128_GCM_SHA256, X25519(MlKem768)?, localhost$", line));
    }
}
