using System.Net;
using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using HyperGen.Http3;
using HyperGen.Http3.Frames;
using HyperGen.Http3.Qpack;
using HyperGen.Quic;
using HyperGen.Tls;
using HyperGen.Transport.Interop;
using HyperGen.Transport.Shards;

namespace HyperGen.Load;

/// <summary>One load: the connections, and the requests that go round on them. Everything but starting and waiting happens on its shard.</summary>
internal sealed class LoadRun : IDisposable, IShardWork
{
    private readonly LoadOptions _options;
    private readonly ShardGroup _group;
    private readonly byte[] _request;
    private readonly byte[]? _question;
    private readonly List<LoadConnection> _connections = [];
    private readonly Stack<LoadRequest> _idle = new();
    private readonly SortedDictionary<string, int> _failures = new(StringComparer.Ordinal);
    private readonly List<byte> _stats = [];
    private TaskCompletionSource _done = new();
    private long[] _latencies = [];
    private bool _asksForStats;
    private int _begun;
    private int _target;

    public LoadRun(LoadOptions options)
    {
        _options = options;
        _request = Encode(options, options.Url.PathAndQuery);
        _question = options.Stats is null ? null : Encode(options, options.Stats);
        bool isIPv6 = options.Server.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        var shard = new ShardOptions
        {
            EndPoint = new IPEndPoint(isIPv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, 0),
            Answer = static (shard, connection, question) =>
            {
                // A load tool measures the server, whoever it is.
                connection.Handshake.AnswerChain(question.Id);
                connection.HandleAnswer(shard.Now);
            },
            ResetKey = RandomNumberGenerator.GetBytes(32),
            // When all connections open at once, the last waits for the work of all others: only the round's own end is too late.
            Limits = ConnectionLimits.Default with { HandshakeTimeout = options.Timeout },
            LossShare = options.Drop,
            LossSeed = options.Seed,
        };
        _group = ShardGroup.Start(shard, 1);
    }

    /// <summary>Requests that were answered with 200.</summary>
    public int Answers { get; private set; }

    /// <summary>Requests that were answered otherwise, or certainly will not be.</summary>
    public int Failures { get; private set; }

    /// <summary>Handshakes that were completed.</summary>
    public int Handshakes { get; private set; }

    /// <summary>How many requests failed in which way.</summary>
    public IReadOnlyDictionary<string, int> FailureKinds => _failures;

    private Shard Shard => _group.Shards[0];

    /// <summary>Begins so many requests, in turn.</summary>
    public void Start(int count)
    {
        Reset(count);
        Shard.TryPost(this);
    }

    /// <summary>Whether all requests end in time.</summary>
    public async Task<bool> CompletesAsync() => await Task.WhenAny(_done.Task, Task.Delay(_options.Timeout)) == _done.Task;

    /// <summary>Asks the server what it has to tell of itself; null when it does not answer.</summary>
    public async Task<string?> ReadStatsAsync()
    {
        Reset(1);
        _asksForStats = true;
        Shard.TryPost(this);
        bool isComplete = await CompletesAsync();
        _asksForStats = false;
        return isComplete && Answers == 1 ? Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_stats)) : null;
    }

    /// <summary>The latency in milliseconds that a share of the answers did not exceed.</summary>
    public double Latency(double share)
    {
        if (Answers == 0)
        {
            return 0;
        }
        long[] sorted = _latencies[..Answers];
        Array.Sort(sorted);
        return TimeSpan.FromTicks(sorted[Math.Min(Answers - 1, (int)(Answers * share))]).TotalMilliseconds;
    }

    public Task StopAsync() => _group.StopAsync(TimeSpan.Zero);

    public void Dispose()
    {
        while (_idle.TryPop(out LoadRequest? request))
        {
            request.Dispose();
        }
    }

    void IShardWork.Run()
    {
        while (_connections.Count < _options.Connections)
        {
            Open();
        }
        for (int index = 0; index < _connections.Count; index++)
        {
            Fill(_connections[index]);
        }
    }

    /// <summary>A request has ended: the next takes its place.</summary>
    internal void OnDone(LoadRequest request, LoadConnection connection, int status, ErrorCode code, TimeSpan latency)
    {
        _idle.Push(request);
        if (status == 200)
        {
            _latencies[Answers++] = latency.Ticks;
        }
        else
        {
            Fail(status > 0 ? $"status {status}" : $"request cancelled: {code}");
        }
        if (connection is { IsDone: false, Http.RequestCount: 0 } && connection.Begun == _options.PerConnection)
        {
            connection.IsDone = true;
            connection.Http.Quic.Close(Shard.Now, (long)ErrorCode.NoError);
            Replace(connection);
        }
        if (!EndIfDone())
        {
            Fill(connection);
        }
    }

    private void Reset(int count)
    {
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _latencies = new long[count];
        _target = count;
        _begun = 0;
        Answers = 0;
        Failures = 0;
        Handshakes = 0;
        _failures.Clear();
        _stats.Clear();
    }

    private void Open()
    {
        Http3Connection http = Shard.Connect(SocketAddresses.FromEndPoint(_options.Server), parameters => new ClientHandshake(
            HandshakeOptions.Default,
            new ClientOptions
            {
                ServerName = _options.ServerName ?? _options.Url.Host,
                ApplicationProtocols = [SslApplicationProtocol.Http3],
                TransportParameters = parameters,
            },
            RandomNumberGenerator.Fill));
        var connection = new LoadConnection(http);
        http.OnReady = _ => OnReady(connection);
        http.OnEnded = _ => OnEnded(connection);
        _connections.Add(connection);
    }

    private void OnReady(LoadConnection connection)
    {
        if (!connection.IsReady)
        {
            connection.IsReady = true;
            Handshakes++;
        }
        Fill(connection);
    }

    private void OnEnded(LoadConnection connection)
    {
        if (connection.IsDone)
        {
            return;
        }
        connection.IsDone = true;
        if (!connection.IsReady && _begun < _target)
        {
            // A connection that never came about stands for the request it was made for, so that a server that is not there ends the run.
            _begun++;
            Fail($"no connection: {connection.Http.Quic.CloseReason.Reason ?? connection.Http.Quic.CloseReason.Kind.ToString()}");
        }
        Replace(connection);
        EndIfDone();
    }

    private void Replace(LoadConnection connection)
    {
        _connections.Remove(connection);
        if (_begun < _target)
        {
            Open();
        }
    }

    private void Fail(string kind)
    {
        Failures++;
        _failures[kind] = _failures.GetValueOrDefault(kind) + 1;
    }

    private bool EndIfDone() => Answers + Failures >= _target && (_done.TrySetResult() || true);

    private void Fill(LoadConnection connection)
    {
        while (_begun < _target && !connection.IsDone && connection.Http.RequestCount < _options.Streams && connection.Begun < _options.PerConnection)
        {
            LoadRequest request = _idle.TryPop(out LoadRequest? idle) ? idle : new LoadRequest(this);
            if (!connection.Http.TryOpen(request))
            {
                _idle.Push(request);
                return;
            }
            _begun++;
            connection.Begun++;
            request.Send(connection, _asksForStats ? _question! : _request, _asksForStats ? _stats : null);
            Shard.Touch(connection.Http.Quic);
        }
    }

    private static byte[] Encode(LoadOptions options, string path)
    {
        string authority = options.ServerName is null ? options.Url.Authority : $"{options.ServerName}:{options.Url.Port}";
        var section = new byte[1024 + options.Url.OriginalString.Length + authority.Length + path.Length];
        int length = FieldSectionEncoder.WritePrefix(section);
        foreach ((string name, string value) in new[] { (":method", "GET"), (":scheme", "https"), (":authority", authority), (":path", path), ("user-agent", "hypergen-load") })
        {
            length += FieldSectionEncoder.Write(section.AsSpan(length), Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(value), useHuffman: true);
        }
        var frame = new byte[FrameWriter.MaxHeaderLength + length];
        int header = FrameWriter.WriteHeader(frame, FrameType.Headers, (ulong)length);
        section.AsSpan(0, length).CopyTo(frame.AsSpan(header));
        return frame[..(header + length)];
    }
}
