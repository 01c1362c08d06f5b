using System.Collections.Concurrent;
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

    /// <summary>
    /// What takes long, or as long as a stranger likes, leaves the shard with its question still open, and comes back as work of its own; what is quick is
    /// answered there and then.
    /// </summary>
    [Fact]
    public async Task A_clients_proof_and_its_chain_are_not_judged_on_the_shard()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        var judges = new ConcurrentQueue<int>();
        var asked = new ConcurrentQueue<(string Question, bool IsOpen, int Thread)>();
        var verification = new ChainVerification
        {
            Validate = (_, _, _) =>
            {
                judges.Enqueue(Environment.CurrentManagedThreadId);
                return true;
            },
        };
        Credential rsa = TestKeys.Rsa(() => judges.Enqueue(Environment.CurrentManagedThreadId));
        var selection = new ServerSelection([Http3Connection.Protocol], [TestKeys.Ecdsa, rsa]) { ClientCertificates = ClientCertificates.Require };
        var credentials = new ServerCredentials(new NamedSelections(selection, []), verification: verification);
        await using var server = new TestServer(shards: 1, credentials, configure: options => options with
        {
            Answer = (shard, connection, question) =>
            {
                credentials.Answer(shard, connection, question);

                // Answers from elsewhere come through the inbox, which is this thread's: none can have come yet.
                asked.Enqueue((question.GetType().Name, ReferenceEquals(connection.Question, question), Environment.CurrentManagedThreadId));
            },
        });

        foreach (SignatureScheme[]? schemes in (SignatureScheme[]?[])[null, s_rsa])
        {
            Assert.Equal(["200 0x"], await new TestClient(server.EndPoint, "x", count: 1, parallel: 1, schemes) { Credentials = [TestKeys.Ecdsa] }.RunAsync());
        }

        // What is asked of a quick answer is asked within it.
        Assert.Equal(
            [
                (nameof(SelectCredentialsQuestion), false), (nameof(SignQuestion), false), (nameof(VerifySignatureQuestion), true), (nameof(VerifyChainQuestion), true),
                (nameof(SelectCredentialsQuestion), false), (nameof(SignQuestion), true), (nameof(VerifySignatureQuestion), true), (nameof(VerifyChainQuestion), true),
            ],
            asked.Select(static question => (question.Question, question.IsOpen)));
        int shard = Assert.Single(asked.Select(static question => question.Thread).Distinct());
        Assert.Equal(3, judges.Count);
        Assert.DoesNotContain(shard, judges);
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
