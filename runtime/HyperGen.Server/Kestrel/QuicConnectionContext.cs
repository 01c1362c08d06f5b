using HyperGen.Http3;
using HyperGen.Quic;
using HyperGen.Transport.Interop;
using HyperGen.Transport.Shards;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Kestrel;

/// <summary>One connection, between the shard that owns it and Kestrel, whose HTTP/3 runs over it.</summary>
/// <remarks>
/// The shard calls <see cref="Handle"/> and <see cref="IShardWork.Run"/>; what is public besides is Kestrel's. Whatever Kestrel wants done, of the connection
/// or of one of its streams, goes through the one place that the connection has in the shard's inbox: streams with signals form a list, and the shard is
/// woken once for all of them. When the connection has ended the shard gives every stream up, and nothing is posted any more.
/// </remarks>
internal sealed partial class QuicConnectionContext : MultiplexedConnectionContext, IApplicationProtocol, IShardWork
{
    private const int Idle = 0;
    private const int Posted = 1;
    private const int Over = 2;

    private readonly QuicListener _listener;
    private readonly Shard _shard;
    private readonly Connection _quic;
    private readonly List<QuicStreamContext> _streams = [];
    private GlitchBudget _glitches;
    private QuicStreamContext? _signalled;
    private int _mail;
    private int _isCloseWanted;

    public QuicConnectionContext(QuicListener listener, Shard shard, Connection quic)
    {
        _listener = listener;
        _shard = shard;
        _quic = quic;
        if (!shard.TryReserve())
        {
            // So much is under way that nobody could say what is to happen with one connection more.
            _mail = Over;
            quic.Close(shard.Now, (long)ErrorCode.ExcessiveLoad, "The server is too busy.");
        }
        _features = CreateFeatures();
        _closed = new CancellationTokenSource();
        ConnectionClosed = _closed.Token;
        LocalEndPoint = listener.EndPoint;
        RemoteEndPoint = SocketAddresses.ToEndPoint(quic.Path.Remote);
    }

    /// <summary>Is told of what should not happen.</summary>
    internal ILogger Logger => _listener.Logger;

    bool IApplicationProtocol.IsBusy => _streams.Count > 0 || _quic.IsDelivering;

    /// <inheritdoc/>
    public void Handle(Timestamp now, in ConnectionEvent next)
    {
        switch (next.Kind)
        {
            case ConnectionEventKind.HandshakeCompleted:
                if (!_listener.TryOffer(this))
                {
                    _quic.Close(now, (long)ErrorCode.NoError);
                }
                break;
            case ConnectionEventKind.StreamsAvailable:
                OpenStreams();
                break;
            case ConnectionEventKind.StreamOpened:
                QuicStreamContext context = Rent(next.Stream!);
                Add(context, next.Stream!);
                _accepted.Writer.TryWrite(context);
                break;
            case ConnectionEventKind.Closed:
                OnClosed();
                break;
            default:
                HandleStream(now, next, (QuicStreamContext?)next.Stream?.State);
                break;
        }
    }

    /// <summary>Closes the connection: Kestrel has had its time to end what was under way.</summary>
    public void Shutdown(Timestamp now) => _quic.Close(now, (long)ErrorCode.NoError);

    /// <summary>Does what Kestrel wants done, on the shard.</summary>
    void IShardWork.Run()
    {
        // What is signalled from here on is posted anew.
        Volatile.Write(ref _mail, Idle);
        QuicStreamContext? stream = Interlocked.Exchange(ref _signalled, null);
        OpenStreams();
        while (stream is not null)
        {
            QuicStreamContext? next = stream.NextSignalled;
            stream.NextSignalled = null;
            stream.Act();
            stream = next;
        }
        if (Volatile.Read(ref _isCloseWanted) != 0)
        {
            _quic.Close(_shard.Now, _closeCode);
        }
        _shard.Touch(_quic);
        TryEnd();
    }

    /// <summary>A stream has something for the shard.</summary>
    internal void OnSignalled(QuicStreamContext stream)
    {
        QuicStreamContext? first = Volatile.Read(ref _signalled);
        while (true)
        {
            stream.NextSignalled = first;
            QuicStreamContext? seen = Interlocked.CompareExchange(ref _signalled, stream, first);
            if (seen == first)
            {
                break;
            }
            first = seen;
        }
        Post();
    }

    /// <summary>Both the peer and Kestrel are done with a stream.</summary>
    internal void OnDetached(QuicStreamContext stream)
    {
        QuicStreamContext last = _streams[^1];
        _streams[stream.Place] = last;
        last.Place = stream.Place;
        _streams.RemoveAt(_streams.Count - 1);
    }

    private void Post()
    {
        if (Interlocked.CompareExchange(ref _mail, Posted, Idle) == Idle)
        {
            _shard.Post(this);
        }
    }

    /// <summary>Gives the place in the inbox back once the connection has ended, unless something is there now. Nothing is posted after that.</summary>
    private void TryEnd()
    {
        if (_hasEnded && Interlocked.CompareExchange(ref _mail, Over, Idle) == Idle)
        {
            _shard.Unreserve();
        }
    }

    private void HandleStream(Timestamp now, in ConnectionEvent next, QuicStreamContext? stream)
    {
        switch (next.Kind)
        {
            case ConnectionEventKind.StreamReadable:
                stream?.OnReadable();
                break;
            case ConnectionEventKind.StreamWritable:
                stream?.OnWritable();
                break;
            case ConnectionEventKind.StreamFinished:
                stream?.OnDelivered();
                break;
            case ConnectionEventKind.StreamReset:
                stream?.OnReset(next.ErrorCode);
                Charge(now);
                break;
            case ConnectionEventKind.StreamStopSending:
                stream?.OnStopped(next.ErrorCode);
                Charge(now);
                break;
        }
    }

    /// <summary>Opening and resetting streams in a row costs a client little and Kestrel much (CVE-2023-44487).</summary>
    private void Charge(Timestamp now)
    {
        if (!_glitches.TrySpend(now.Ticks / 10))
        {
            _quic.Close(now, (long)ErrorCode.ExcessiveLoad, "Too many streams were reset.");
        }
    }

    private void Add(QuicStreamContext context, QuicStream stream)
    {
        context.Place = _streams.Count;
        _streams.Add(context);
        context.Attach(stream);
    }

    /// <summary>Opens the streams that Kestrel has asked for, as far as the peer allows.</summary>
    private void OpenStreams()
    {
        while (_opening.TryPeek(out Opening? opening) && _quic.TryOpenStream(opening.IsUnidirectional) is { } stream)
        {
            _opening.TryDequeue(out _);
            var context = new QuicStreamContext(this);
            Add(context, stream);
            if (opening.IsUnidirectional)
            {
                // Kestrel's only one is the control stream: what it carries waits behind no response.
                stream.SetPriority(0, incremental: false);
            }
            if (!opening.Task.TrySetResult(context))
            {
                // Whoever asked no longer waits.
                _ = context.DisposeAsync().AsTask();
            }
        }
    }

    private void OnClosed()
    {
        (long code, Exception reason) = Explain(_quic.CloseReason);
        if (code >= 0)
        {
            Error = code;
        }
        _closeException = reason;
        _hasEnded = true;
        foreach (QuicStreamContext stream in _streams)
        {
            stream.OnConnectionClosed(code, reason);
        }
        _streams.Clear();
        _accepted.Writer.TryComplete();
        while (_opening.TryDequeue(out Opening? opening))
        {
            opening.Task.TrySetException(reason);
        }
        _ended.SetResult();

        // What is registered there is Kestrel's: it does not run on the shard.
        ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.TellClosed(), this, preferLocal: false);
        TryEnd();
    }

    /// <summary>What Kestrel is told of the end: only the error code of an application is one that it knows.</summary>
    private (long Code, Exception Reason) Explain(in CloseReason reason) => reason.Kind switch
    {
        CloseKind.ByApplication => (-1, _abortReason ?? new ConnectionAbortedException(reason.Reason is { Length: > 0 } text ? text : "The connection was closed.")),
        CloseKind.ByPeerApplication => (reason.ErrorCode, new ConnectionResetException($"The client has closed the connection with code 0x{reason.ErrorCode:x}.")),
        CloseKind.TimedOut => (-1, new ConnectionResetException("Nothing was heard of the client for too long.")),
        CloseKind.ByTransport => (-1, new ConnectionAbortedException($"The client broke the rules of QUIC: {reason.Reason}")),
        _ => (-1, new ConnectionResetException($"The client has closed the connection: {reason.Kind}.")),
    };
}
