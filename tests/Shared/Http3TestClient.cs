using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using HyperGen.Http3;
using HyperGen.Http3.Frames;
using HyperGen.Http3.Qpack;
using HyperGen.Quic;
using HyperGen.Tls;
using HyperGen.Transport.Interop;
using HyperGen.Transport.Shards;

namespace HyperGen.Testing;

/// <summary>One HTTP/3 connection of our own client role over a real socket, with control of what it sends and when it reads.</summary>
internal sealed class Http3TestClient : IAsyncDisposable
{
    private readonly ShardGroup _group;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<TestRequest> _waiting = new();
    private Http3Connection? _connection;
    private bool _floods;

    private Http3TestClient(double loss) => _group = ShardGroup.Start(
        new ShardOptions
        {
            EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            ResetKey = new byte[32],
            LossShare = loss,
            Answer = static (_, connection, question) =>
            {
                if (question is SignQuestion sign)
                {
                    connection.Handshake.AnswerSignature(sign.Id, sign.Credential.Sign(sign.Scheme, sign.Content.Span));
                }
                else
                {
                    connection.Handshake.AnswerChain(question.Id);
                }
                connection.HandleAnswer(ShardClock.Now);
            },
        },
        count: 1);

    public Http3Connection Connection => _connection!;

    /// <summary>Ends with the connection.</summary>
    public Task Ended => _ended.Task;

    private Shard Shard => _group.Shards[0];

    public static async Task<Http3TestClient> ConnectAsync(
        int port, string name = "localhost", double loss = 0, IReadOnlyList<Credential>? credentials = null, ClientSession? session = null)
    {
        var client = new Http3TestClient(loss);
        await client.DoAsync(() =>
        {
            NetworkAddress server = SocketAddresses.FromEndPoint(new IPEndPoint(IPAddress.Loopback, port));
            client._connection = client.Shard.Connect(server, parameters => new ClientHandshake(
                HandshakeOptions.Default,
                new ClientOptions
                {
                    ServerName = name,
                    ApplicationProtocols = [SslApplicationProtocol.Http3],
                    TransportParameters = parameters,
                    Credentials = credentials ?? [],
                    KeepsSessions = true,
                    Session = session,
                    Now = DateTimeOffset.UtcNow,
                },
                RandomNumberGenerator.Fill));
            client._connection.OnReady = _ =>
            {
                client._ready.TrySetResult();
                client.OpenWaiting();
                client.ResetAllowed();
            };
            client._connection.OnEnded = _ => client._ended.TrySetResult();
        });
        return client;
    }

    /// <summary>Waits until the handshake is complete, or the connection has ended without it.</summary>
    public async Task<bool> IsReadyAsync()
    {
        // The state of the connection is another thread's, and changes before anybody is told.
        await Task.WhenAny(_ready.Task, _ended.Task).WaitAsync(TestContext.Current.CancellationToken);
        return _ready.Task.IsCompleted;
    }

    /// <summary>Waits for a session to resume later.</summary>
    public async Task<ClientSession> SessionAsync()
    {
        ClientSession? session = null;
        while (session is null)
        {
            await DoAsync(() => Connection.Quic.TryTakeSession(out session));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
        session.ReceivedAt = DateTimeOffset.UtcNow;
        return session;
    }

    /// <summary>Begins a request. It goes out as soon as the server allows another stream.</summary>
    public async Task<TestRequest> SendAsync(
        string method, string path, byte[]? body = null, bool isEnd = true, bool isPaused = false, byte[]? trailers = null, params (string Name, string Value)[] fields)
    {
        var request = new TestRequest(this, Encode(method, path, body, trailers, fields), isEnd) { IsPaused = isPaused };
        await DoAsync(() =>
        {
            _waiting.Enqueue(request);
            OpenWaiting();
        });
        return request;
    }

    /// <summary>From now on opens as many requests as the server allows, whenever it allows any, and resets each at once.</summary>
    public Task FloodAsync() => DoAsync(() =>
    {
        _floods = true;
        ResetAllowed();
    });

    /// <summary>Sends a request and waits for its response.</summary>
    public async Task<TestRequest> GetAsync(string method, string path, byte[]? body = null, params (string Name, string Value)[] fields)
    {
        TestRequest request = await SendAsync(method, path, body, fields: fields);
        await request.Ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        return request;
    }

    /// <summary>Does something on the thread of the connection.</summary>
    public Task DoAsync(Action action)
    {
        var work = new Work(action);
        Assert.True(Shard.TryPost(work));
        return work.Done;
    }

    /// <summary>Closes the connection without a word about its requests.</summary>
    public Task CloseAsync() => DoAsync(() =>
    {
        Connection.Quic.Close(Shard.Now, (long)ErrorCode.NoError);
        Shard.Touch(Connection.Quic);
    });

    public async ValueTask DisposeAsync() => await _group.StopAsync(TimeSpan.Zero);

    /// <summary>A frame with a header section.</summary>
    public static byte[] Headers(params (string Name, string Value)[] fields)
    {
        var section = new byte[4096];
        int length = FieldSectionEncoder.WritePrefix(section);
        foreach ((string name, string value) in fields)
        {
            length += FieldSectionEncoder.Write(section.AsSpan(length), Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(value));
        }
        return [.. Frame(FrameType.Headers, section.AsSpan(0, length))];
    }

    public static byte[] Frame(FrameType type, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[16 + payload.Length];
        int header = FrameWriter.WriteHeader(frame, type, (ulong)payload.Length);
        payload.CopyTo(frame.AsSpan(header));
        return frame[..(header + payload.Length)];
    }

    /// <summary>Has what was written to the connection sent.</summary>
    internal void Touch() => Shard.Touch(Connection.Quic);

    private static byte[] Encode(string method, string path, byte[]? body, byte[]? trailers, params (string Name, string Value)[] fields) =>
    [
        .. Headers([(":method", method), (":scheme", "https"), (":authority", "localhost"), (":path", path), .. fields]),
        .. body is null ? [] : Frame(FrameType.Data, body),
        .. trailers ?? [],
    ];

    private void OpenWaiting()
    {
        while (_waiting.TryPeek(out TestRequest? request) && Connection.TryOpen(request))
        {
            _waiting.Dequeue();
            request.Send();
            Touch();
        }
    }

    private void ResetAllowed()
    {
        while (_floods)
        {
            var request = new TestRequest(this, Encode("GET", "/", null, null), isEnd: true);
            if (!Connection.TryOpen(request))
            {
                return;
            }
            request.Send();
            request.ResetNow();
            Touch();
        }
    }

    private sealed class Work(Action action) : IShardWork
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        public void Run()
        {
            try
            {
                action();
                _done.SetResult();
            }
            catch (Exception failure)
            {
                _done.SetException(failure);
            }
        }
    }
}
