using HyperGen.Http3;
using HyperGen.Quic;
using HyperGen.Tls;
using HyperGen.Transport.Udp;

namespace HyperGen.Transport.Shards;

/// <summary>
/// A thread with a socket, and all connections that lead to it. It turns datagrams, time and what other threads post into calls of the sans-I/O parts, and
/// what those have to send into datagrams.
/// </summary>
/// <remarks>
/// One turn: receive what is there, do what was posted, let timers expire; then drive each connection that any of it touched, once, so that the answers
/// to many requests share packets and system calls; then send. Nothing here blocks but the wait for the next turn. What has to do with posting,
/// <see cref="StopAsync"/> and <see cref="Usage"/> may be called from any thread, everything else only from its own.
/// </remarks>
internal sealed class Shard : IDisposable, IShardWork
{
    /// <summary>How often connections look after their timers while the socket has no room for what they have to send.</summary>
    private static readonly TimeSpan s_roomPause = TimeSpan.FromMilliseconds(10);

    /// <summary>How long the socket may take to have room for the last words to all connections.</summary>
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(1);

    private readonly ShardOptions _options;
    private readonly UdpSocket _socket;
    private readonly ReceiveBatch _incoming;
    private readonly SendBatch _outgoing;
    private readonly Waker _waker = new();
    private readonly Inbox<IShardWork> _inbox;
    private readonly TimerHeap _timers = new();
    private readonly Endpoint _endpoint;
    private readonly Func<Connection, IApplicationProtocol>? _accept;
    private readonly List<ShardConnection> _connections = [];
    private readonly List<ShardConnection> _touched = [];
    private readonly Loss? _loss;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _threadId;
    private Timestamp _stopBy = Timestamp.Never;
    private TimeSpan _patience;
    private int _isStopAsked;
    private bool _isStopping;
    private volatile bool _isHurried;
    private volatile bool _isOver;

    /// <param name="options">What it has in common with its siblings.</param>
    /// <param name="socket">Its socket, which it disposes.</param>
    /// <param name="index">Its place among them, which its connection IDs lead to.</param>
    /// <param name="count">How many they are.</param>
    public Shard(ShardOptions options, UdpSocket socket, int index, int count)
    {
        _options = options;
        _socket = socket;
        Index = index;
        _incoming = new ReceiveBatch(socket);
        _outgoing = new SendBatch(socket);
        _inbox = new Inbox<IShardWork>(options.InboxCapacity, _waker);
        _loss = options.LossShare > 0 ? new Loss(options.LossShare, options.LossSeed + index) : null;
        _accept = options.Accept?.Invoke(this);
        int maxConnections = (options.MaxConnections + count - 1) / count;
        _endpoint = new Endpoint(new EndpointOptions
        {
            Random = options.Random,
            Crypto = options.Crypto,
            ResetKey = options.ResetKey,
            TokenSecret = options.TokenSecret,
            UsedTokens = options.TokenSecret is null ? null : options.UsedTokens,
            Epoch = ShardClock.Epoch,
            Retry = options.Retry,
            Memory = options.Memory,
            MaxConnections = maxConnections,
            // Of each shard's share: a client chooses its first connection IDs, and with them the shard.
            MaxConnectionsPerSource = Math.Max(1, maxConnections / 4),
            Limits = options.Limits,
            CreateServerHandshake = options.CreateServerHandshake,
            Qlog = options.Qlog is { } folder ? folder.Open : null,
            DrawConnectionId = count == 1 ? null : id => Steering.Draw(id, index, count, options.Random),
        });
        _thread = new Thread(Run) { IsBackground = true, Name = $"HyperGen shard {index}" };
    }

    /// <summary>Its place among the shards of its port.</summary>
    public int Index { get; }

    /// <summary>What it holds for others. Other threads see an approximation while it works.</summary>
    public ShardUsage Usage => new(
        _endpoint.Count,
        _endpoint.HandshakeCount,
        _endpoint.ConnectionIdCount,
        _endpoint.PagesInUse,
        _endpoint.StreamsInUse,
        _timers.Count,
        _inbox.Reserved,
        _inbox.Count);

    /// <summary>Whether the caller is its thread.</summary>
    public bool IsCurrent => Environment.CurrentManagedThreadId == _threadId;

    /// <summary>The address of its socket.</summary>
    public NetworkAddress LocalAddress => _socket.LocalAddress;

    /// <summary>The time of this turn.</summary>
    public Timestamp Now { get; private set; }

    /// <summary>Begins to work.</summary>
    public void Start() => _thread.Start();

    /// <summary>
    /// Reserves a place in the inbox for something that will be posted, once or often but once at a time, until <see cref="Unreserve"/>; false when so much
    /// is under way that no more may begin.
    /// </summary>
    public bool TryReserve() => _inbox.TryReserve();

    /// <summary>Gives a reserved place back, when nothing posted there is still to be done.</summary>
    public void Unreserve() => _inbox.Unreserve();

    /// <summary>Has something done on its thread, in order, from any thread. It has a reserved place, so this never waits.</summary>
    public void Post(IShardWork work)
    {
        _inbox.Put(work);
        if (_isOver)
        {
            DoLeft();
        }
    }

    /// <summary>Has something done once that has no reserved place of its own; false when so much is under way that there is none for it.</summary>
    public bool TryPost(IShardWork work)
    {
        if (!TryReserve())
        {
            return false;
        }
        Post(new Once(this, work));
        return true;
    }

    /// <summary>Says that something was written to a connection, so that it is driven at the end of this turn.</summary>
    public void Touch(Connection connection)
    {
        if (connection.UserState is ShardConnection { IsTouched: false } owner)
        {
            owner.IsTouched = true;
            _touched.Add(owner);
        }
    }

    /// <summary>Begins a connection to a server.</summary>
    /// <param name="server">Where it is.</param>
    /// <param name="createHandshake">Makes the client's half of the handshake from our transport parameters.</param>
    /// <param name="session">The session that the handshake resumes with early data; null for none.</param>
    public Http3Connection Connect(in NetworkAddress server, Func<ReadOnlyMemory<byte>, TlsHandshake> createHandshake, ClientSession? session = null)
    {
        ClientStart start = session is null ? ClientStart.Fresh : new ClientStart { RememberedParameters = session.TransportParameters };
        Connection quic = _endpoint.Connect(Now, new NetworkPath(server), createHandshake, start);
        var http = new Http3Connection(quic, _options.Http3, source: null);
        if (session is not null)
        {
            http.Remember(session.ApplicationState.Span);
        }
        Adopt(quic, http);
        Touch(quic);
        return http;
    }

    /// <summary>Takes no more requests, lets those under way end, and then gives up thread and socket.</summary>
    /// <param name="patience">How long requests may still take. Zero ends the patience of an earlier call too.</param>
    public Task StopAsync(TimeSpan patience)
    {
        if (patience <= TimeSpan.Zero)
        {
            _isHurried = true;
            _waker.Wake();
        }
        if (Interlocked.Exchange(ref _isStopAsked, 1) == 0)
        {
            _patience = patience;
            Post(this);
        }
        return _stopped.Task;
    }

    /// <summary>Begins to stop: clients are told that no more requests are taken, and each connection is closed when it has nothing more to do.</summary>
    void IShardWork.Run()
    {
        _isStopping = true;
        _stopBy = Now + _patience;
        foreach (ShardConnection connection in _connections)
        {
            connection.Protocol.Shutdown(Now);
            Touch(connection.Quic);
        }
    }

    /// <summary>Gives up what it never began to use. A shard that was started is stopped instead.</summary>
    public void Dispose()
    {
        if (!_thread.IsAlive)
        {
            _socket.Dispose();
            _incoming.Dispose();
            _outgoing.Dispose();
            _waker.Dispose();
            _endpoint.Dispose();
        }
    }

    private void Run()
    {
        _threadId = Environment.CurrentManagedThreadId;
        while (!IsDone())
        {
            Now = ShardClock.Now;
            bool isBusy = Receive();
            isBusy |= DoPosted();
            isBusy |= ExpireTimers();
            DriveTouched();
            SendAnswers();
            _outgoing.Flush();
            if (!isBusy)
            {
                Sleep();
            }
        }
        CloseAll();
        _threadId = 0;
        _socket.Dispose();
        _incoming.Dispose();
        _outgoing.Dispose();
        _waker.Dispose();
        _endpoint.Dispose();
        _isOver = true;
        Interlocked.MemoryBarrier();
        DoLeft();
        _stopped.SetResult();
    }

    private bool Receive()
    {
        int count = _incoming.Receive();
        for (int index = 0; index < count; index++)
        {
            ReceivedMessage message = _incoming[index];
            Span<byte> rest = message.Data;
            while (!rest.IsEmpty)
            {
                Span<byte> datagram = rest[..Math.Min(message.SegmentSize, rest.Length)];
                rest = rest[datagram.Length..];
                if (_loss is not null && _loss.TakesNext())
                {
                    continue;
                }
                if (_endpoint.HandleDatagram(Now, message.Path, message.Ecn, datagram) is { } connection)
                {
                    if (connection.UserState is null)
                    {
                        Adopt(connection, _accept!(connection));
                        if (_isStopping)
                        {
                            connection.Close(Now, (long)ErrorCode.NoError);
                        }
                    }
                    Touch(connection);
                }
            }
        }
        return count > 0;
    }

    private bool DoPosted()
    {
        // What is posted meanwhile waits for the next turn: the shard also has to receive.
        bool any = false;
        for (int budget = _options.InboxCapacity; budget > 0 && _inbox.TryTake(out IShardWork? work); budget--)
        {
            work.Run();
            any = true;
        }
        return any;
    }

    private bool ExpireTimers()
    {
        bool any = false;
        while (_timers.TakeDue(Now) is ShardConnection connection)
        {
            connection.Quic.HandleTimeout(Now);
            Touch(connection.Quic);
            any = true;
        }
        return any;
    }

    private void Adopt(Connection quic, IApplicationProtocol protocol)
    {
        var owner = new ShardConnection(quic, protocol) { Place = _connections.Count };
        quic.UserState = owner;
        _connections.Add(owner);
    }

    private void DriveTouched()
    {
        // Driving one connection may touch others: the list grows meanwhile. Those stay in it for which the socket has no room.
        int waiting = 0;
        for (int index = 0; index < _touched.Count; index++)
        {
            ShardConnection connection = _touched[index];
            Drive(connection);
            if (connection.IsTouched)
            {
                _touched[waiting++] = connection;
            }
        }
        _touched.RemoveRange(waiting, _touched.Count - waiting);
    }

    private void Drive(ShardConnection connection)
    {
        Connection quic = connection.Quic;
        TakeEvents(connection);
        Transmit(connection);
        if (_isStopping && !connection.IsTouched && !connection.Protocol.IsBusy)
        {
            //= https://www.rfc-editor.org/rfc/rfc9114#section-5.2
            //# An endpoint that completes a graceful shutdown SHOULD use the H3_NO_ERROR error code when closing the connection.
            quic.Close(Now, (long)ErrorCode.NoError);
            TakeEvents(connection);
            Transmit(connection);
        }
        Timestamp due = quic.NextTimeout;

        // What is due only because it cannot be sent does not keep the shard from its sleep.
        _timers.Set(connection, connection.IsTouched && due < Now + s_roomPause ? Now + s_roomPause : due);
        if (quic.State == ConnectionState.Drained)
        {
            Forget(connection);
        }
    }

    private void TakeEvents(ShardConnection connection)
    {
        Connection quic = connection.Quic;
        while (quic.TryGetEvent(out ConnectionEvent next))
        {
            if (next.Kind == ConnectionEventKind.HandshakeQuestion)
            {
                _options.Answer(this, quic, quic.Question!);
            }
            else
            {
                if (next.Kind == ConnectionEventKind.HandshakeCompleted && quic.Role == Role.Server)
                {
                    _options.Established?.Invoke(this, quic);
                }
                connection.Protocol.Handle(Now, next);
            }
        }
    }

    /// <summary>Sends what the connection has to send; it stays touched when the socket has no room for it.</summary>
    private void Transmit(ShardConnection connection)
    {
        Connection quic = connection.Quic;
        connection.IsTouched = false;
        while (true)
        {
            if (!_outgoing.TryGetMemory(out Span<byte> memory))
            {
                connection.IsTouched = quic.State != ConnectionState.Drained;
                break;
            }
            if (!quic.TryTransmit(Now, memory, out Transmit transmit))
            {
                break;
            }
            int length = _loss is null ? transmit.Length : _loss.Thin(memory[..transmit.Length], transmit.SegmentSize);
            if (length > 0)
            {
                _outgoing.Add(length, transmit.SegmentSize, transmit.Path, transmit.Ecn);
            }
        }
    }

    private void Forget(ShardConnection connection)
    {
        connection.Quic.UserState = null;
        ShardConnection last = _connections[^1];
        _connections[connection.Place] = last;
        last.Place = connection.Place;
        _connections.RemoveAt(_connections.Count - 1);
    }

    /// <summary>Sends what answers datagrams of no connection.</summary>
    private void SendAnswers()
    {
        while (_outgoing.TryGetMemory(out Span<byte> memory) && _endpoint.TryTransmit(memory, out Transmit transmit))
        {
            _outgoing.Add(transmit.Length, transmit.SegmentSize, transmit.Path, transmit.Ecn);
        }
    }

    private void Sleep()
    {
        _waker.PrepareToSleep();
        if (!_inbox.IsEmpty || (_isHurried && _isStopping))
        {
            _waker.StayAwake();
            return;
        }
        Timestamp next = Timestamp.Min(_timers.Next, _stopBy);
        TimeSpan timeout = next.IsNever ? Timeout.InfiniteTimeSpan : next - ShardClock.Now;
        _waker.Sleep(_socket.Descriptor, _outgoing.IsBlocked, timeout < TimeSpan.Zero && !next.IsNever ? TimeSpan.Zero : timeout);
    }

    private bool IsDone()
    {
        if (!_isStopping)
        {
            return false;
        }
        return _isHurried || ShardClock.Now >= _stopBy || !_connections.Exists(static connection => connection.Protocol.IsBusy);
    }

    /// <summary>Closes what is left, and says so as far as the socket takes it. Then nobody is there any more, and nothing is held for anyone.</summary>
    private void CloseAll()
    {
        Now = ShardClock.Now;
        Timestamp end = Now + s_farewell;
        foreach (ShardConnection connection in _connections)
        {
            connection.Quic.Close(Now, (long)ErrorCode.NoError);
            Touch(connection.Quic);
        }
        while (true)
        {
            DriveTouched();
            SendAnswers();
            _outgoing.Flush();
            if ((_touched.Count == 0 && !_outgoing.IsBlocked) || Now >= end)
            {
                break;
            }
            _waker.Sleep(_socket.Descriptor, waitsForRoom: true, s_roomPause);
            Now = ShardClock.Now;
        }
        foreach (ShardConnection connection in _connections)
        {
            _timers.Set(connection, Timestamp.Never);
            connection.Quic.UserState = null;
        }
        _connections.Clear();
    }

    /// <summary>Does what was posted too late for the thread: whoever comes last does it, so that nobody waits for ever.</summary>
    private void DoLeft()
    {
        lock (_inbox)
        {
            while (_inbox.TryTake(out IShardWork? work))
            {
                work.Run();
            }
        }
    }

    /// <summary>Something posted without a place of its own.</summary>
    private sealed class Once(Shard shard, IShardWork work) : IShardWork
    {
        public void Run()
        {
            shard.Unreserve();
            work.Run();
        }
    }
}
