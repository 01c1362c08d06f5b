using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Threading.Tasks.Sources;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Kestrel;

/// <content>What Kestrel sees of the stream, on any thread.</content>
internal sealed partial class QuicStreamContext :
    IDuplexPipe,
    IThreadPoolWorkItem,
    IValueTaskSource,
    IConnectionIdFeature,
    IConnectionItemsFeature,
    IConnectionTransportFeature,
    IMemoryPoolFeature,
    IPersistentStateFeature,
    IProtocolErrorCodeFeature,
    IStreamIdFeature,
    IStreamDirectionFeature,
    IStreamClosedFeature
{
    private readonly StreamInput _reader;
    private readonly StreamOutput _writer;
    private readonly Lock _sync = new();
    private readonly List<(Action<object?> Callback, object? State)> _onClosed = [];
    private ManualResetValueTaskSourceCore<bool> _disposal;
    private readonly FeatureCollection _features;
    private int _featuresRevision;
    private StreamLease _lease;
    private string? _connectionId;
    private IDictionary<object, object?>? _items;
    private IDictionary<object, object?>? _persistentState;
    private CancellationTokenSource? _closedSource;
    private CancellationToken? _replacedToken;
    private (long Code, Exception Reason) _readAbort;
    private (long Code, Exception Reason) _writeAbort;
    private long _error = -1;
    private bool _isBroken;
    private bool _isTelling;
    private bool _isTold;
    private bool _isDetached;

    /// <inheritdoc/>
    public override string ConnectionId
    {
        get => _connectionId ??= string.Create(CultureInfo.InvariantCulture, $"{_connection.ConnectionId}:{StreamId:X8}");
        set => _connectionId = value;
    }

    /// <inheritdoc/>
    public override IFeatureCollection Features => _features;

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    /// <inheritdoc/>
    public override IDuplexPipe Transport { get; set; }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint
    {
        get => _connection.LocalEndPoint;
        set => throw new NotSupportedException("The addresses of a stream are its connection's.");
    }

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint
    {
        get => _connection.RemoteEndPoint;
        set => throw new NotSupportedException("The addresses of a stream are its connection's.");
    }

    /// <inheritdoc/>
    public override CancellationToken ConnectionClosed
    {
        get
        {
            lock (_sync)
            {
                if (_replacedToken is { } replaced)
                {
                    return replaced;
                }
                return _isTelling ? new CancellationToken(canceled: true) : (_closedSource ??= new CancellationTokenSource()).Token;
            }
        }
        set => _replacedToken = value;
    }

    /// <inheritdoc/>
    public long StreamId { get; private set; }

    /// <inheritdoc/>
    public bool CanRead { get; private set; }

    /// <inheritdoc/>
    public bool CanWrite { get; private set; }

    /// <inheritdoc/>
    public long Error
    {
        get => Volatile.Read(ref _error);
        set => Volatile.Write(ref _error, value);
    }

    PipeReader IDuplexPipe.Input => _reader;

    PipeWriter IDuplexPipe.Output => _writer;

    MemoryPool<byte> IMemoryPoolFeature.MemoryPool => MemoryPool<byte>.Shared;

    IDictionary<object, object?> IPersistentStateFeature.State => _persistentState ??= new ConnectionItems();

    /// <inheritdoc/>
    public override void Abort() => Abort(new ConnectionAbortedException("The application has aborted the stream."));

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason) => Abort(_lease, abortReason);

    /// <summary>Breaks off both directions, unless the lease has ended.</summary>
    internal void Abort(StreamLease lease, ConnectionAbortedException abortReason)
    {
        long code = Error < 0 ? 0 : Error;
        lock (_sync)
        {
            if (_isDetached || lease != _lease)
            {
                return;
            }
            if (_readAbort.Reason is null)
            {
                _readAbort = (code, abortReason);
            }
            if (_writeAbort.Reason is null)
            {
                _writeAbort = (code, abortReason);
            }
            _isBroken = true;
        }
        Signal(Signals.AbortRead | Signals.AbortWrite);
    }

    /// <summary>Tells of the end of the stream; of a lease that has ended there is no more to tell.</summary>
    internal CancellationToken GetClosed(StreamLease lease)
    {
        lock (_sync)
        {
            return lease == _lease ? ConnectionClosed : new CancellationToken(canceled: true);
        }
    }

    internal void SetClosed(StreamLease lease, CancellationToken token)
    {
        lock (_sync)
        {
            if (lease == _lease)
            {
                ConnectionClosed = token;
            }
        }
    }

    /// <summary>Breaks off what the peer sends, unless the lease has ended: then the stream may be another by now.</summary>
    internal void AbortRead(StreamLease lease, long errorCode, ConnectionAbortedException abortReason)
    {
        lock (_sync)
        {
            if (_isDetached || lease != _lease || _readAbort.Reason is not null)
            {
                return;
            }
            _readAbort = (errorCode, abortReason);
            _isBroken = true;
        }
        Signal(Signals.AbortRead);
    }

    /// <summary>Breaks off what is sent to the peer, unless the lease has ended.</summary>
    internal void AbortWrite(StreamLease lease, long errorCode, ConnectionAbortedException abortReason)
    {
        lock (_sync)
        {
            if (_isDetached || lease != _lease || _writeAbort.Reason is not null)
            {
                return;
            }
            _writeAbort = (errorCode, abortReason);
            _isBroken = true;
        }
        Signal(Signals.AbortWrite);
    }

    void IStreamClosedFeature.OnClosed(Action<object?> callback, object? state)
    {
        lock (_sync)
        {
            if (!_isTelling)
            {
                _onClosed.Add((callback, state));
                return;
            }
        }
        callback(state);
    }

    /// <summary>Ends both pipes, and returns when the peer has all that was written, or it is certain that it will not.</summary>
    [SuppressMessage("Usage", "CA2215", Justification = "The base class has nothing to dispose.")]
    public override ValueTask DisposeAsync()
    {
        _reader.Complete();
        _writer.Complete();
        Signal(Signals.Release);
        return new ValueTask(this, _disposal.Version);
    }

    /// <summary>Makes the context ready for another stream, if this one ended well. Kestrel calls it after <see cref="DisposeAsync"/>, when it holds nothing of it.</summary>
    public void Dispose()
    {
        if (_isBroken || !_isDetached || !CanRead || !CanWrite || _reader.HasFailed || _features.Revision != _featuresRevision)
        {
            return;
        }
        _input.Reset();
        _output.Reset();
        _reader.Reset();
        _disposal.Reset();
        _onClosed.Clear();
        _closedSource = null;
        _replacedToken = null;
        _connectionId = null;
        _items = null;
        Transport = this;
        Error = -1;
        _isTelling = _isTold = _isDetached = false;
        _isInputPaused = _isInputEnded = _isOutputEnded = _isDelivered = _isClosed = _isReleased = false;
        lock (_sync)
        {
            _lease = Lend();
        }
        _connection.Return(this);
    }

    void IValueTaskSource.GetResult(short token) => _disposal.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _disposal.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _disposal.OnCompleted(continuation, state, token, flags);

    /// <summary>Tells whoever wants to know that the stream is closed, and ends <see cref="DisposeAsync"/> once it is detached too.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        // It runs a second time only if the first had ended when the stream was detached.
        if (!_isTold)
        {
            CancellationTokenSource? source;
            lock (_sync)
            {
                _isTelling = true;
                source = _closedSource;
            }
            Tell(source);
            lock (_sync)
            {
                _isTold = true;
                if (!_isDetached)
                {
                    return;
                }
            }
        }
        _disposal.SetResult(true);
    }

    /// <summary>The shard has given the stream up: when it closed, or after that.</summary>
    private void Detach(bool isClosing)
    {
        bool isTold;
        lock (_sync)
        {
            _isDetached = true;
            isTold = _isTold;
        }
        if (isClosing || isTold)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>The peer, or the end of the connection, has broken the stream off.</summary>
    private void Break(long code)
    {
        if (code >= 0)
        {
            Error = code;
        }
        _isBroken = true;
    }

    private void Tell(CancellationTokenSource? source)
    {
        foreach ((Action<object?> callback, object? state) in _onClosed)
        {
            try
            {
                callback(state);
            }
            catch (Exception failure)
            {
                _connection.Logger.LogError(failure, "Something that was to run when a stream closed has failed");
            }
        }
        try
        {
            source?.Cancel();
        }
        catch (AggregateException failure)
        {
            _connection.Logger.LogError(failure, "Something that was to run when a stream closed has failed");
        }
    }

    /// <summary>Puts a lease of its own among the features of each stream. Kestrel looks there anew for each request.</summary>
    private StreamLease Lend()
    {
        var lease = new StreamLease(this);
        _features.Set<IConnectionLifetimeFeature>(lease);
        _features.Set<IStreamAbortFeature>(lease);
        _featuresRevision = _features.Revision;
        return lease;
    }

    private FeatureCollection CreateFeatures()
    {
        var features = new FeatureCollection(_connection.Features);
        features.Set<IConnectionIdFeature>(this);
        features.Set<IConnectionItemsFeature>(this);
        features.Set<IConnectionTransportFeature>(this);
        features.Set<IMemoryPoolFeature>(this);
        features.Set<IPersistentStateFeature>(this);
        features.Set<IProtocolErrorCodeFeature>(this);
        features.Set<IStreamIdFeature>(this);
        features.Set<IStreamDirectionFeature>(this);
        features.Set<IStreamClosedFeature>(this);
        return features;
    }
}
