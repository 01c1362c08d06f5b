using System.Net.Sockets;
using HyperGen.Quic;
using HyperGen.Quic.Admission;
using HyperGen.Testing;
using HyperGen.Tls;
using HyperGen.Transport.Shards;
using HyperGen.Transport.Udp;

namespace HyperGen.Transport.Tests.Shards;

/// <summary>How shards end: their clients are told, and nothing stays behind.</summary>
public sealed class StoppingTests
{
    [Fact]
    public async Task However_often_a_server_is_started_and_stopped_nothing_is_left_of_it()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        var memory = new MemoryBudget(64 << 20);
        var crypto = new CountingCrypto();
        for (int round = 0; round < 10; round++)
        {
            // Some are stopped while nothing is under way, some with answers that nobody will ever give.
            bool answers = round % 2 == 0;
            var credentials = new ServerCredentials([TestKeys.Ecdsa], options: new HandshakeOptions { Crypto = crypto });
            var server = new TestServer(
                shards: 2, credentials, answers: answers, configure: options => options with { Memory = memory, Crypto = crypto, TokenSecret = new byte[32] });
            var stays = new TestClient(server.EndPoint, "stays", count: 20, parallel: 20);
            Task<CloseReason> told = stays.RunToEndAsync();
            await server.HoldsAsync(static usage => usage is { Connections: 1, Handshakes: 0 } && usage.Streams > 1);
            Assert.NotEqual(0, memory.Leased);
            Assert.NotEqual(0, crypto.Held);

            await server.StopAsync(TimeSpan.Zero);
            credentials.Dispose();

            Assert.Equal(default, server.Usage);
            Assert.Equal(0, memory.Leased);
            Assert.Equal(0, crypto.Held);
            CloseReason reason = await told;
            Assert.Equal((CloseKind.ByPeerApplication, (long)Http3.ErrorCode.NoError), (reason.Kind, reason.ErrorCode));
            Assert.True(stays.IsGoingAway);

            // Nobody else can have the port while any socket of the shards is open.
            using var next = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            next.Bind(server.EndPoint);
        }
    }

    [Fact]
    public async Task An_answer_that_is_on_its_way_arrives_whole()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using var server = new TestServer(shards: 1);
        string body = new('x', 3_000_000);
        Task<List<string>> answers = new TestClient(server.EndPoint, body, count: 1, parallel: 1).RunAsync();
        await server.HoldsAsync(static usage => usage.Streams >= 3);

        Task stopping = server.StopAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(body.Length + 5, Assert.Single(await answers).Length);
        await stopping;
        Assert.Equal(default, server.Usage);
    }

    [Fact]
    public async Task Patience_ends_when_it_is_told_to()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using var server = new TestServer(shards: 2, answers: false);
        var client = new TestClient(server.EndPoint, "", count: 1, parallel: 1);
        Task<CloseReason> told = client.RunToEndAsync();
        await server.HoldsAsync(static usage => usage.Streams >= 3);

        Task patient = server.StopAsync(TimeSpan.FromHours(1));
        Assert.False(patient.IsCompleted);
        await server.StopAsync(TimeSpan.Zero);

        await patient;
        Assert.Equal(CloseKind.ByPeerApplication, (await told).Kind);
    }

    [Fact]
    public async Task Who_comes_while_the_server_stops_is_sent_away_at_once()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using var server = new TestServer(shards: 1, answers: false);
        var first = new TestClient(server.EndPoint, "", count: 1, parallel: 1);
        Task<CloseReason> told = first.RunToEndAsync();
        await server.HoldsAsync(static usage => usage.Streams >= 3);
        Task stopping = server.StopAsync(TimeSpan.FromHours(1));
        await first.GoesAwayAsync();

        CloseReason reason = await new TestClient(server.EndPoint, "", count: 1, parallel: 1).RunToEndAsync();

        Assert.NotEqual(CloseKind.TimedOut, reason.Kind);
        await server.StopAsync(TimeSpan.Zero);
        await stopping;
        await told;
    }

    [Fact]
    public async Task No_more_questions_are_answered_at_a_time_than_there_are_processors()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        int processors = Environment.ProcessorCount;
        int clients = 2 * processors + 1;
        int inside = 0;
        int most = 0;
        using var mayGoOn = new ManualResetEventSlim();
        Credential slow = TestKeys.Rsa(() =>
        {
            int count = Interlocked.Increment(ref inside);
            lock (mayGoOn)
            {
                most = Math.Max(most, count);
            }
            mayGoOn.Wait();
            Interlocked.Decrement(ref inside);
        });
        await using var server = new TestServer(shards: 1, new ServerCredentials([slow]));
        Task<List<string>>[] held = [.. Enumerable.Range(0, clients).Select(_ => new TestClient(server.EndPoint, "", count: 1, parallel: 1).RunAsync())];
        await server.HoldsAsync(usage => usage.Places == clients);

        // Each question is in the hands of the desk: more threads would be at it than there may be.
        await server.HoldsAsync(_ => Volatile.Read(ref inside) == processors);
        mayGoOn.Set();

        await Task.WhenAll(held);
        Assert.Equal(processors, most);
    }
}
