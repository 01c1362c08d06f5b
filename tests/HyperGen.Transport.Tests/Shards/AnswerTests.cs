using HyperGen.Http3;
using HyperGen.Quic;
using HyperGen.Testing;
using HyperGen.Tls;
using HyperGen.Transport.Shards;
using HyperGen.Transport.Udp;

namespace HyperGen.Transport.Tests.Shards;

/// <summary>Questions of handshakes that are not answered at once, or never.</summary>
public sealed class AnswerTests
{
    private static readonly SignatureScheme[] s_rsa = [SignatureScheme.RsaPssRsaeSha256];

    [Fact]
    public async Task A_key_that_blocks_holds_up_nobody_else()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        using var isAsked = new SemaphoreSlim(0);
        using var mayGoOn = new ManualResetEventSlim();
        Credential slow = TestKeys.Rsa(() =>
        {
            isAsked.Release();
            mayGoOn.Wait();
        });
        await using var server = new TestServer(shards: 1, new ServerCredentials([TestKeys.Ecdsa, slow]));
        Task<List<string>>[] held = [.. Enumerable.Range(0, 10).Select(_ => new TestClient(server.EndPoint, "held", count: 1, parallel: 1, s_rsa).RunAsync())];
        Assert.True(await isAsked.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        List<string> answers = await new TestClient(server.EndPoint, "hello", count: 100, parallel: 10).RunAsync();

        Assert.Equal(100, answers.Count);
        Assert.DoesNotContain(held, static client => client.IsCompleted);
        mayGoOn.Set();
        foreach (Task<List<string>> client in held)
        {
            Assert.Equal(["200 0held"], await client);
        }
    }

    [Fact]
    public async Task A_question_without_an_answer_ends_its_connection_and_leaves_nothing_behind()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        using var mayGoOn = new ManualResetEventSlim();
        await using var server = new TestServer(
            shards: 1, new ServerCredentials([TestKeys.Rsa(mayGoOn.Wait)]), ConnectionLimits.Default with { AnswerTimeout = TimeSpan.FromMilliseconds(100) });

        CloseReason reason = await new TestClient(server.EndPoint, "", count: 1, parallel: 1).RunToEndAsync();

        Assert.Equal(CloseKind.ByPeerTransport, reason.Kind);
        Assert.Equal(0x100 + (long)TlsAlert.InternalError, reason.ErrorCode);
        mayGoOn.Set();
        await server.HoldsNothingAsync();
    }

    [Fact]
    public async Task A_key_that_fails_refuses_the_handshake()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using var server = new TestServer(shards: 1, new ServerCredentials([TestKeys.Rsa(static () => throw new InvalidOperationException("no token"))]));

        CloseReason reason = await new TestClient(server.EndPoint, "", count: 1, parallel: 1).RunToEndAsync();

        Assert.Equal(0x100 + (long)TlsAlert.InternalError, reason.ErrorCode);
        await server.HoldsNothingAsync();
    }

    [Fact]
    public async Task Credentials_may_be_looked_up_while_others_are_served()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        var found = new TaskCompletionSource<ServerSelection>(TaskCreationOptions.RunContinuationsAsynchronously);
        int count = 0;
        var credentials = new ServerCredentials((_, _) =>
            Interlocked.Increment(ref count) == 1 ? new ValueTask<ServerSelection>(found.Task) : new(new ServerSelection([Http3Connection.Protocol], [TestKeys.Ecdsa])));
        await using var server = new TestServer(shards: 1, credentials);
        Task<List<string>> first = new TestClient(server.EndPoint, "first", count: 1, parallel: 1).RunAsync();
        while (Volatile.Read(ref count) == 0)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.Single(await new TestClient(server.EndPoint, "second", count: 1, parallel: 1).RunAsync());

        Assert.False(first.IsCompleted);
        found.SetResult(new ServerSelection([Http3Connection.Protocol], [TestKeys.Ecdsa]));
        Assert.Equal(["200 0first"], await first);
    }
}
