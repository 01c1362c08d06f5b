using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using HyperGen.Http3;
using HyperGen.Quic;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Kestrel;

/// <content>What Kestrel sees of the connection, on any thread.</content>
internal sealed partial class QuicConnectionContext :
    IConnectionEndPointFeature,
    IConnectionIdFeature,
    IConnectionItemsFeature,
    IConnectionLifetimeFeature,
    IMemoryPoolFeature,
    IProtocolErrorCodeFeature,
    ITlsConnectionFeature,
    ITlsHandshakeFeature
{
    /// <summary>Idle stream contexts kept, as many as a client may have streams.</summary>
    private const int MaxIdleStreams = 100;

    /// <summary>Heartbeats, one a second, after which idle contexts that nobody needed are let go: with what Kestrel keeps in it one holds some 30 KB.</summary>
    private const int HeartbeatsToTrim = 5;

    private static long _lastId = DateTime.UtcNow.Ticks;

    private readonly FeatureCollection _features;
    private readonly CancellationTokenSource _closed;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _sync = new();
    private readonly ConcurrentQueue<Opening> _opening = new();
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly Stack<QuicStreamContext> _idle = new();
    private ConnectionAbortedException? _abortReason;
    private Exception? _closeException;
    private volatile bool _hasEnded;
    private long _closeCode;
    private long _error = -1;
    private bool _hasHeartbeat;
    private int _heartbeats;
    private int _fewestIdle;

    /// <inheritdoc/>
    public override string ConnectionId { get; set; } = Interlocked.Increment(ref _lastId).ToString("X16", System.Globalization.CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override IFeatureCollection Features => _features;

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    /// <inheritdoc/>
    public override CancellationToken ConnectionClosed { get; set; }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint { get; set; }

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint { get; set; }

    /// <inheritdoc/>
    public long Error
    {
        get => Volatile.Read(ref _error);
        set => Volatile.Write(ref _error, value);
    }

    MemoryPool<byte> IMemoryPoolFeature.MemoryPool => MemoryPool<byte>.Shared;

    /// <summary>None: clients are not asked for certificates.</summary>
    X509Certificate2? ITlsConnectionFeature.ClientCertificate { get; set; }

    SslProtocols ITlsHandshakeFeature.Protocol => SslProtocols.Tls13;

    TlsCipherSuite? ITlsHandshakeFeature.NegotiatedCipherSuite => (TlsCipherSuite?)_quic.Handshake.Suite?.Id;

    string ITlsHandshakeFeature.HostName => _quic.Handshake.ServerName ?? "";

#pragma warning disable SYSLIB0058 // Obsolete in .NET 10, required by the interface in both: the suite says it all.
    CipherAlgorithmType ITlsHandshakeFeature.CipherAlgorithm => CipherAlgorithmType.None;

    int ITlsHandshakeFeature.CipherStrength => 0;

    HashAlgorithmType ITlsHandshakeFeature.HashAlgorithm => HashAlgorithmType.None;

    int ITlsHandshakeFeature.HashStrength => 0;

    ExchangeAlgorithmType ITlsHandshakeFeature.KeyExchangeAlgorithm => ExchangeAlgorithmType.None;

    int ITlsHandshakeFeature.KeyExchangeStrength => 0;
#pragma warning restore SYSLIB0058

    Task<X509Certificate2?> ITlsConnectionFeature.GetClientCertificateAsync(CancellationToken cancellationToken) =>
        Task.FromResult(((ITlsConnectionFeature)this).ClientCertificate);

    /// <summary>Waits for the next stream of the client.</summary>
    /// <returns>The stream; null when the wait was cancelled, which is how Kestrel begins to end a connection.</returns>
    /// <exception cref="ConnectionResetException">The client has closed the connection, or is gone.</exception>
    /// <exception cref="ConnectionAbortedException">This side has closed it.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _accepted.Reader.ReadAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return _abortReason is null ? null : throw _abortReason;
        }
        catch (ChannelClosedException)
        {
            throw _closeException!;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<ConnectionContext> ConnectAsync(IFeatureCollection? features = null, CancellationToken cancellationToken = default)
    {
        var opening = new Opening(features?.Get<IStreamDirectionFeature>() is { CanRead: false });
        _opening.Enqueue(opening);
        if (_hasEnded)
        {
            // It ended before it could see this.
            opening.Task.TrySetException(_closeException!);
        }
        Post();
        using (cancellationToken.UnsafeRegister(static (opening, token) => ((Opening)opening!).Task.TrySetCanceled(token), opening))
        {
            return await opening.Task.Task;
        }
    }

    /// <inheritdoc/>
    public override void Abort() => Abort(new ConnectionAbortedException("The application has aborted the connection."));

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason) => Close(Error < 0 ? 0 : Error, abortReason);

    /// <summary>Closes the connection, if that has not been done, and returns when nothing uses it any more.</summary>
    public override async ValueTask DisposeAsync()
    {
        Close((long)ErrorCode.NoError, reason: null);
        await _ended.Task;
        await base.DisposeAsync();
    }

    /// <summary>Takes a stream context back that Kestrel has done with.</summary>
    internal void Return(QuicStreamContext stream)
    {
        lock (_idle)
        {
            if (!_hasHeartbeat)
            {
                // Kestrel adds its heartbeat when it has accepted the connection. Without one nothing would ever shrink the stack.
                if (Features.Get<IConnectionHeartbeatFeature>() is not { } heartbeat)
                {
                    return;
                }
                _hasHeartbeat = true;
                heartbeat.OnHeartbeat(static connection => ((QuicConnectionContext)connection!).Trim(), this);
            }
            if (_idle.Count < MaxIdleStreams)
            {
                _idle.Push(stream);
            }
        }
    }

    private QuicStreamContext Rent(QuicStream stream)
    {
        if (!stream.Id.IsUnidirectional)
        {
            lock (_idle)
            {
                if (_idle.TryPop(out QuicStreamContext? idle))
                {
                    _fewestIdle = Math.Min(_fewestIdle, _idle.Count);
                    return idle;
                }
            }
        }
        return new QuicStreamContext(this);
    }

    /// <summary>Lets go of the contexts that were idle all the time since the last trimming.</summary>
    private void Trim()
    {
        if (++_heartbeats % HeartbeatsToTrim != 0)
        {
            return;
        }
        lock (_idle)
        {
            for (int count = _fewestIdle; count > 0; count--)
            {
                _idle.TryPop(out _);
            }
            _fewestIdle = _idle.Count;
        }
    }

    private void Close(long code, ConnectionAbortedException? reason)
    {
        lock (_sync)
        {
            if (_isCloseWanted != 0)
            {
                return;
            }
            _closeCode = code;
            _abortReason = reason;
            Volatile.Write(ref _isCloseWanted, 1);
        }
        Post();
    }

    private void TellClosed()
    {
        try
        {
            _closed.Cancel();
        }
        catch (AggregateException failure)
        {
            Logger.LogError(failure, "Something that was to run when a connection closed has failed");
        }
    }

    private FeatureCollection CreateFeatures()
    {
        var features = new FeatureCollection();
        features.Set<IConnectionEndPointFeature>(this);
        features.Set<IConnectionIdFeature>(this);
        features.Set<IConnectionItemsFeature>(this);
        features.Set<IConnectionLifetimeFeature>(this);
        features.Set<IMemoryPoolFeature>(this);
        features.Set<IProtocolErrorCodeFeature>(this);
        features.Set<ITlsConnectionFeature>(this);
        features.Set<ITlsHandshakeFeature>(this);
        return features;
    }

    /// <summary>A stream that Kestrel wants opened.</summary>
    private sealed class Opening(bool isUnidirectional)
    {
        public bool IsUnidirectional { get; } = isUnidirectional;

        public TaskCompletionSource<ConnectionContext> Task { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
