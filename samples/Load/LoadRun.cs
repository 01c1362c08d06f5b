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

namespace HyperGen.Load;

/// <summary>One load: the connections, and the requests that go round on them. Everything but starting and waiting happens on its shard.</summary>
internal sealed class LoadRun : IDisposable, IShardWork
{
    private readonly LoadOptions _options;
    private readonly ShardGroup _group;
    private readonly byte[] _request;
    private readonly List<Http3Connection> _connections = [];
    private readonly Stack<LoadRequest> _idle = new();
    private TaskCompletionSource _done = new();
    private long[] _latencies = [];
    private int _begun;
    private int _target;

    public LoadRun(LoadOptions options)
    {
        _options = options;
        _request = Encode(options.Url);
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
        };
        _group = ShardGroup.Start(shard, 1);
    }

    /// <summary>Requests that were answered with 200.</summary>
    public int Answers { get; private set; }

    /// <summary>Requests that were answered otherwise, or not at all.</summary>
    public int Failures { get; private set; }

    private Shard Shard => _group.Shards[0];

    /// <summary>Begins so many requests, in turn.</summary>
    public void Start(int count)
    {
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _latencies = new long[count];
        _target = count;
        _begun = 0;
        Answers = 0;
        Failures = 0;
        Shard.TryPost(this);
    }

    /// <summary>Whether all requests end in time.</summary>
    public async Task<bool> CompletesWithin(TimeSpan timeout) => await Task.WhenAny(_done.Task, Task.Delay(timeout)) == _done.Task;

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
            NetworkAddress server = SocketAddresses.FromEndPoint(_options.Server);
            Http3Connection connection = Shard.Connect(server, parameters => new ClientHandshake(
                HandshakeOptions.Default,
                new ClientOptions { ServerName = _options.Url.Host, ApplicationProtocols = [SslApplicationProtocol.Http3], TransportParameters = parameters },
                RandomNumberGenerator.Fill));
            connection.OnReady = Fill;
            _connections.Add(connection);
        }
        foreach (Http3Connection connection in _connections)
        {
            Fill(connection);
        }
    }

    /// <summary>A request has ended: the next takes its place.</summary>
    internal void OnDone(LoadRequest request, Http3Connection connection, int status, TimeSpan latency)
    {
        if (status == 200)
        {
            _latencies[Answers++] = latency.Ticks;
        }
        else
        {
            Failures++;
        }
        _idle.Push(request);
        if (Answers + Failures == _target)
        {
            _done.TrySetResult();
        }
        else
        {
            Fill(connection);
        }
    }

    private void Fill(Http3Connection connection)
    {
        while (_begun < _target && connection.RequestCount < _options.Streams)
        {
            LoadRequest request = _idle.TryPop(out LoadRequest? idle) ? idle : new LoadRequest(this);
            if (!connection.TryOpen(request))
            {
                _idle.Push(request);
                return;
            }
            _begun++;
            request.Send(_request);
            Shard.Touch(connection.Quic);
        }
    }

    private static byte[] Encode(Uri url)
    {
        var section = new byte[1024 + url.OriginalString.Length];
        int length = FieldSectionEncoder.WritePrefix(section);
        foreach ((string name, string value) in new[] { (":method", "GET"), (":scheme", "https"), (":authority", url.Authority), (":path", url.PathAndQuery), ("user-agent", "hypergen-load") })
        {
            length += FieldSectionEncoder.Write(section.AsSpan(length), Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(value), useHuffman: true);
        }
        var frame = new byte[FrameWriter.MaxHeaderLength + length];
        int header = FrameWriter.WriteHeader(frame, FrameType.Headers, (ulong)length);
        section.AsSpan(0, length).CopyTo(frame.AsSpan(header));
        return frame[..(header + length)];
    }
}
