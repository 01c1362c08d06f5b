using HyperGen.Quic;
using HyperGen.Testing;
using HyperGen.Transport.Shards;
using HyperGen.Transport.Udp;

namespace HyperGen.Transport.Tests.Shards;

/// <summary>However connections come and go, afterwards a server holds nothing for them.</summary>
public sealed class LeaseTests
{
    /// <summary>Long enough for a busy machine to bring all clients so far that they are seen together, and no longer than a test may last.</summary>
    private static readonly ConnectionLimits s_impatient = ConnectionLimits.Default with
    {
        IdleTimeout = TimeSpan.FromSeconds(5),
        HandshakeTimeout = TimeSpan.FromSeconds(5),
    };

    [Theory]
    [InlineData("--connections 1 --per-connection 1 --count 1000")]
    [InlineData("--connections 1000 --count 1000")]
    public async Task A_thousand_connections_leave_nothing_behind(string load)
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using var server = new TestServer(shards: 2);

        string output = await LoadProcess.RunAsync($"--url https://{server.EndPoint}/ {load}");

        Assert.Contains("1000 handshakes", output, StringComparison.Ordinal);
        await server.HoldsNothingAsync();
    }

    [Fact]
    public async Task Clients_that_die_in_their_handshake_are_forgotten()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        using var mayGoOn = new ManualResetEventSlim();
        await using var server = new TestServer(shards: 2, new ServerCredentials([TestKeys.Rsa(mayGoOn.Wait)]), s_impatient);
        using (LoadProcess.Start($"--url https://{server.EndPoint}/ --connections 50 --count 50"))
        {
            await server.HoldsAsync(static usage => usage.Handshakes == 50 && usage.Places == 50);
        }
        mayGoOn.Set();
        await server.HoldsNothingAsync();
    }

    [Fact]
    public async Task Clients_that_die_while_they_wait_for_an_answer_are_forgotten()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using var server = new TestServer(shards: 2, limits: s_impatient, answers: false);
        using (LoadProcess.Start($"--url https://{server.EndPoint}/ --connections 10 --streams 10 --count 100"))
        {
            await server.HoldsAsync(static usage => usage.Connections == 10 && usage.Streams >= 100);
        }
        await server.HoldsNothingAsync();
    }

    [Fact]
    public async Task Clients_that_say_nothing_more_are_forgotten()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using var server = new TestServer(shards: 2, limits: s_impatient);
        using (LoadProcess.Start($"--url https://{server.EndPoint}/ --connections 50 --count 500 --hold 60"))
        {
            await server.HoldsAsync(static usage => usage is { Connections: 50, Handshakes: 0 });
            await server.HoldsNothingAsync();
        }
    }

    [Fact]
    public async Task Requests_that_are_reset_leave_nothing_behind()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using var server = new TestServer(shards: 1);

        List<string> answers = await new TestClient(server.EndPoint, "hello", count: 300, parallel: 30) { ResetsAllBut = 3 }.RunAsync();

        Assert.Equal(100, answers.Count(static answer => answer == "200 0hello"));
        await server.HoldsNothingAsync();
    }

    [Fact]
    public async Task One_datagram_in_fifty_may_be_lost_each_way()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using var server = new TestServer(shards: 2);

        await LoadProcess.RunAsync($"--url https://{server.EndPoint}/ --connections 8 --streams 8 --count 4000 --drop 0.02 --seed 1");
        await LoadProcess.RunAsync($"--url https://{server.EndPoint}/ --connections 8 --per-connection 1 --count 200 --drop 0.02 --seed 2");

        await server.HoldsNothingAsync();
    }
}
