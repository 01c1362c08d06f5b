using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using HyperGen.Http3;
using HyperGen.Http3.Frames;
using HyperGen.Http3.Messages;
using HyperGen.Http3.Qpack;
using HyperGen.Http3.Streams;
using HyperGen.Quic;
using HyperGen.Tls;
using HyperGen.Transport.Interop;
using HyperGen.Transport.Shards;

namespace HyperGen.Testing;

/// <summary>A client shard with one connection, which sends a number of requests, some at a time, and gathers the answers.</summary>
internal sealed class TestClient : IShardWork
{
    private readonly ShardGroup _group;
    private readonly IPEndPoint _server;
    private readonly string _body;
    private readonly string _path;
    private readonly int _count;
    private readonly int _parallel;
    private readonly HandshakeOptions _options = HandshakeOptions.Default;
    private readonly TaskCompletionSource<CloseReason> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<List<string>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ClientSession> _session = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _answers = [];
    private Http3Connection? _connection;
    private byte[] _request = [];
    private int _begun;

    public TestClient(IPEndPoint server, string body, int count, int parallel, IReadOnlyList<SignatureScheme>? schemes = null, string path = "/")
    {
        if (schemes is not null)
        {
            _options = new HandshakeOptions { SignatureSchemes = schemes };
        }
        _server = server;
        _body = body;
        _path = path;
        _count = count;
        _parallel = parallel;
        _group = ShardGroup.Start(
            new ShardOptions
            {
                EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
                ResetKey = new byte[32],
                Answer = static (shard, connection, question) =>
                {
                    if (question is SignQuestion sign)
                    {
                        connection.Handshake.AnswerSignature(sign.Id, sign.Credential.Sign(sign.Scheme, sign.Content.Span));
                    }
                    else
                    {
                        connection.Handshake.AnswerChain(question.Id);
                    }
                    connection.HandleAnswer(shard.Now);
                },
            },
            count: 1);
    }

    /// <summary>The method of all requests.</summary>
    public string Method { get; init; } = "POST";

    /// <summary>When positive, only each such request is finished; all others are reset after half of their bytes.</summary>
    public int ResetsAllBut { get; init; }

    /// <summary>Whether each request is left unfinished.</summary>
    public bool LeavesUnfinished { get; init; }

    /// <summary>Headers of all requests beside those that every request has.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Whether a ticket is asked for: see <see cref="EarnAsync"/>.</summary>
    public bool KeepsSession { get; init; }

    /// <summary>What the client proves who it is with, when it is asked.</summary>
    public IReadOnlyList<Credential> Credentials { get; init; } = [];

    /// <summary>The session to resume: requests then go with the first datagrams, as far as the session allows. Null for none.</summary>
    public ClientSession? Session { get; init; }

    /// <summary>Whether the server has said that it takes no more requests.</summary>
    public bool IsGoingAway => _connection!.IsGoingAway;

    /// <summary>Waits until it has.</summary>
    public async Task GoesAwayAsync()
    {
        while (_connection is not { IsGoingAway: true })
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>What became of early data, once a request was answered after the handshake.</summary>
    public EarlyDataState EarlyData => _connection!.Quic.EarlyData;

    /// <summary>Begins all requests, and leaves by closing the connection when <paramref name="isTime"/> says so.</summary>
    public async Task LeaveAsync(Task isTime)
    {
        Assert.True(_group.Shards[0].TryPost(this));
        await isTime.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await _group.StopAsync(TimeSpan.Zero);
    }

    /// <summary>Sends all requests and returns the answers: status and body.</summary>
    public async Task<List<string>> RunAsync()
    {
        Assert.True(_group.Shards[0].TryPost(this));
        List<string> answers = await _done.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await _group.StopAsync(TimeSpan.Zero);
        return answers;
    }

    /// <summary>Sends all requests, and returns the session that the server gave.</summary>
    public async Task<ClientSession> EarnAsync()
    {
        Assert.True(_group.Shards[0].TryPost(this));
        await _done.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        ClientSession session = await _session.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await _group.StopAsync(TimeSpan.Zero);
        return session;
    }

    /// <summary>Connects and waits for the connection's end, which the server brings about.</summary>
    public async Task<CloseReason> RunToEndAsync()
    {
        Assert.True(_group.Shards[0].TryPost(this));
        CloseReason reason = await _ended.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await _group.StopAsync(TimeSpan.Zero);
        return reason;
    }

    void IShardWork.Run()
    {
        _request = Encode();
        _connection = _group.Shards[0].Connect(SocketAddresses.FromEndPoint(_server), parameters => new ClientHandshake(
            _options,
            new ClientOptions
            {
                ServerName = "test",
                ApplicationProtocols = [SslApplicationProtocol.Http3],
                TransportParameters = parameters,
                Credentials = Credentials,
                KeepsSessions = KeepsSession,
                Session = Session,
                SendsEarlyData = Session is not null,
                Now = DateTimeOffset.UtcNow,
            },
            RandomNumberGenerator.Fill), Session);
        _connection.OnReady = _ => Fill();
        _connection.OnEnded = connection => _ended.TrySetResult(connection.Quic.CloseReason);
        _connection.OnSession = session =>
        {
            session.ReceivedAt = DateTimeOffset.UtcNow;
            _session.TrySetResult(session);
        };
        if (_connection.Quic.CanSendEarlyData)
        {
            Fill();
        }
    }

    private byte[] Encode()
    {
        var section = new byte[256 + _path.Length];
        int length = FieldSectionEncoder.WritePrefix(section);
        (string, string)[] fields = [(":method", Method), (":scheme", "https"), (":authority", "test"), (":path", _path), .. Headers];
        foreach ((string name, string value) in fields)
        {
            length += FieldSectionEncoder.Write(section.AsSpan(length), Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(value));
        }
        var frames = new byte[768 + _path.Length + _body.Length];
        int written = FrameWriter.WriteHeader(frames, FrameType.Headers, (ulong)length);
        section.AsSpan(0, length).CopyTo(frames.AsSpan(written));
        written += length;
        if (_body.Length > 0)
        {
            written += FrameWriter.WriteHeader(frames.AsSpan(written), FrameType.Data, (ulong)_body.Length);
            written += Encoding.ASCII.GetBytes(_body, frames.AsSpan(written));
        }
        return frames[..written];
    }

    private void Fill()
    {
        while (_begun < _count && _connection!.RequestCount < _parallel)
        {
            var request = new Request(this);
            if (!_connection.TryOpen(request))
            {
                return;
            }
            _begun++;
            _group.Shards[0].Touch(_connection.Quic);
            if (ResetsAllBut > 0 && _begun % ResetsAllBut != 0)
            {
                request.Abandon(_request.AsSpan(0, _request.Length / 2));
                Add("reset");
            }
            else
            {
                request.Send(_request, isWhole: !LeavesUnfinished);
            }
        }
    }

    private void OnAnswer(string answer)
    {
        Add(answer);
        Fill();
    }

    private void Add(string answer)
    {
        _answers.Add(answer);
        if (_answers.Count == _count)
        {
            _done.TrySetResult(_answers);
        }
    }

    private sealed class Request(TestClient client) : RequestStream(isServer: false, new Http3Options())
    {
        private readonly StringBuilder _answer = new();

        public void Send(byte[] request, bool isWhole)
        {
            Write(request);
            if (isWhole)
            {
                Finish();
            }
        }

        public void Abandon(ReadOnlySpan<byte> part)
        {
            Write(part);
            Reset(ErrorCode.RequestCancelled);
            Retire();
        }

        protected override void OnHead(FieldSection fields, in MessageHead head) => _answer.Append(head.Status).Append(' ');

        protected override void OnOversizedHead()
        {
        }

        protected override int OnContent(ReadOnlySpan<byte> content)
        {
            _answer.Append(Encoding.ASCII.GetString(content));
            return content.Length;
        }

        protected override void OnEnd()
        {
        }

        protected override void OnReceived()
        {
            if (IsReceived)
            {
                Retire();
                client.OnAnswer(_answer.ToString());
            }
        }

        protected override void OnCancelled(ErrorCode code)
        {
            Retire();
            client.OnAnswer($"cancelled {code}");
        }

        protected override void OnWritable()
        {
        }
    }
}
