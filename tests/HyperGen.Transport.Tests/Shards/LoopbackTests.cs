using HyperGen.Testing;
using HyperGen.Transport.Udp;

namespace HyperGen.Transport.Tests.Shards;

/// <summary>Client and server over real sockets.</summary>
public sealed class LoopbackTests
{
    [Fact]
    public async Task More_requests_than_streams_are_ever_open_are_answered_on_one_connection()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using var server = new TestServer(shards: 1);
        List<string> answers = await new TestClient(server.EndPoint, "hello", count: 1_000, parallel: 50).RunAsync();
        Assert.Equal(1_000, answers.Count);
        Assert.All(answers, static answer => Assert.Equal("200 0hello", answer));
    }

    [Fact]
    public async Task Bodies_larger_than_the_windows_go_both_ways()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using var server = new TestServer(shards: 1);
        string body = new('x', 2_000_000);
        List<string> answers = await new TestClient(server.EndPoint, body, count: 2, parallel: 2).RunAsync();
        Assert.All(answers, answer => Assert.Equal(body.Length + 5, answer.Length));
    }

    [Fact]
    public async Task Every_connection_stays_with_the_shard_it_began_on()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using var server = new TestServer(shards: 3);
        Assert.Equal(3, server.Shards.Count);
        var seen = new HashSet<string>();
        for (int connection = 0; connection < 24; connection++)
        {
            List<string> answers = await new TestClient(server.EndPoint, "", count: 20, parallel: 5).RunAsync();
            seen.Add(Assert.Single(answers.Distinct()));
        }

        // 24 connections that all miss a shard: once in 5,000 runs for any of the three, were it not for the other two.
        Assert.InRange(seen.Count, 2, 3);
    }
}
