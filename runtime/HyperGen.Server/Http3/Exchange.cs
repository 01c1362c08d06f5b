using HyperGen.Http3;
using HyperGen.Http3.Streams;
using HyperGen.Quic;
using HyperGen.Server.Hosting;
using HyperGen.Transport.Shards;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Http3;

/// <summary>One HTTP/3 request and its response, between the shard that owns its stream and the thread that runs its handler.</summary>
/// <remarks>
/// It is the feature collection that the server's application is given, as Kestrel's request objects are, and is used again for one request after the
/// other. The shard calls the <c>On*</c> methods and owns the stream. The handler runs on the shard itself when its endpoint is inline, otherwise on the
/// thread pool; from there it reaches the shard by signals: bits that are set at any time and acted upon together, so that an exchange is at most once
/// in the shard's inbox. Between a signal and the shard's answer to it the fields that it hands over belong to the shard.
/// </remarks>
internal sealed partial class Exchange : RequestStream, IShardWork, IThreadPoolWorkItem
{
    /// <summary>How long everything else on the shard may have to wait for one handler.</summary>
    private static readonly TimeSpan s_inlineLimit = TimeSpan.FromMicroseconds(100);

    private readonly ExchangePool _pool;
    private readonly HyperApplication _application;
    private readonly Http3RequestContext _context;
    private readonly Action _onProcessed;
    private Task _processing = Task.CompletedTask;
    private int _signals;
    private NetworkAddress _remote;
    private bool _isDispatched;
    private bool _isOversized;
    private bool _isProcessed;
    private bool _isCancelled;

    /// <param name="pool">Where it returns to.</param>
    public Exchange(ExchangePool pool)
        : base(isServer: true, pool.Host.Protocol)
    {
        _pool = pool;
        _application = pool.Host.Application;
        _context = new Http3RequestContext(pool.Host.Services, this);
        HostContext = _context;
        _writer = new ResponsePipe(this);
        _onProcessed = OnProcessed;
    }

    [Flags]
    private enum Signals
    {
        None = 0,

        /// <summary>Head and body so far are to be sent.</summary>
        Flush = 1,

        /// <summary>The response is complete.</summary>
        Finish = 2,

        /// <summary>The handler no longer uses the exchange.</summary>
        Retire = 4,

        /// <summary>There is room for more of the request's body.</summary>
        Resume = 8,

        /// <summary>The handler wants the stream reset.</summary>
        Abort = 16,
    }

    private Shard Shard => _pool.Shard;

    /// <summary>Runs the handler on a worker.</summary>
    void IThreadPoolWorkItem.Execute() => Process();

    /// <summary>Acts on the signals, on the shard.</summary>
    void IShardWork.Run()
    {
        var signals = (Signals)Interlocked.Exchange(ref _signals, 0);
        Http3Connection? connection = Connection;
        Act(signals);
        if (connection is not null)
        {
            Shard.Touch(connection.Quic);
        }
    }

    /// <inheritdoc/>
    protected override void OnReceived()
    {
        if (_isDispatched || !(_hasHead || _isOversized) || _isCancelled)
        {
            return;
        }
        _isDispatched = true;
        if (_isOversized || !_isPathValid)
        {
            Refuse(_isOversized ? 431 : 400);
            return;
        }

        // Where ASP.NET Core's hosting has to see the request, the worker makes the context: none of its code runs here.
        _hasContext = _pool.Host.StraightWay.IsEverOpen && _application.TryCreateContext(_context, this);
        if (_hasContext && _context.RunsInline)
        {
            ProcessInline();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <inheritdoc/>
    protected override void OnCancelled(ErrorCode code)
    {
        CancelHandler();
        if (!_isDispatched)
        {
            Recycle();
        }
    }

    /// <summary>Tells the handler, once, that nobody waits for its response any more.</summary>
    private void CancelHandler()
    {
        if (!_isCancelled)
        {
            _isCancelled = true;
            CancelRequest();
            CompleteFlush(isCompleted: true);
        }
    }

    /// <summary>Runs the handler here, and sees that it is as quick as it promised. The two looks at the clock cost 40 ns, a hundredth of a request.</summary>
    private void ProcessInline()
    {
        // When the handler is done this object may be serving the next request.
        ServedEndpoint? endpoint = _context.Served;
        TimeProvider time = _pool.Host.Time;
        long began = time.GetTimestamp();
        Process();
        TimeSpan took = time.GetElapsedTime(began);
        if (took > s_inlineLimit && endpoint is not null && endpoint.OnSlowRun())
        {
            _pool.Host.Logger.LogWarning(
                "{Endpoint} ({Method} {Template}) has taken over {Limit} µs for the second time ({Took} µs) on the thread that serves its connections, so it runs on workers from now on",
                endpoint.Descriptor.DisplayName, endpoint.Descriptor.Method, endpoint.Descriptor.Template, s_inlineLimit.TotalMicroseconds, took.TotalMicroseconds);
        }
    }

    private void Process()
    {
        try
        {
            if (!_hasContext)
            {
                _application.CreateContext(this);
                _hasContext = true;
            }
            _processing = _application.ProcessRequestAsync(_context);
        }
        catch (Exception failure)
        {
            _processing = Task.FromException(failure);
        }
        if (_processing.IsCompleted)
        {
            OnProcessed();
        }
        else
        {
            _processing.GetAwaiter().UnsafeOnCompleted(_onProcessed);
        }
    }

    /// <summary>The handler is done. Callbacks that must run first or afterwards take the slower way.</summary>
    private void OnProcessed()
    {
        if (_onStarting is not null || _onCompleted is not null)
        {
            _ = EndAsync();
            return;
        }
        Signals end = PrepareEnd();
        DisposeContext();
        Signal(end | Signals.Retire);
    }

    private async Task EndAsync()
    {
        try
        {
            await StartAsync();
        }
        catch (Exception failure)
        {
            _processing = Task.FromException(failure);
        }
        Signal(PrepareEnd());
        await RunCompletedAsync();
        DisposeContext();
        Signal(Signals.Retire);
    }

    /// <summary>Writes the head if it is still missing.</summary>
    private Signals PrepareEnd()
    {
        if (!_processing.IsCompletedSuccessfully)
        {
            _pool.Host.Logger.LogError(_processing.Exception, "A request ended in an exception that nothing handled");
            if (HasStarted)
            {
                return Signals.Abort;
            }
            ResetResponse(500);
        }
        try
        {
            return TryWriteHead(isWhole: true) ? Signals.Finish : Signals.Abort;
        }
        catch (Exception failure)
        {
            // A status or a header that cannot be put on the wire.
            _pool.Host.Logger.LogError(failure, "The response cannot be sent");
            ResetResponse(500);
            TryWriteHead(isWhole: true);
            return Signals.Finish;
        }
    }

    private void DisposeContext()
    {
        if (_hasContext)
        {
            _application.DisposeContext(_context, _processing.Exception?.InnerException);
            _hasContext = false;
        }
    }

    /// <summary>Tells the shard something: at once when this is the shard, otherwise through its inbox.</summary>
    private void Signal(Signals signals)
    {
        if (Shard.IsCurrent)
        {
            Act(signals);
        }
        else if (Interlocked.Or(ref _signals, (int)signals) == 0)
        {
            Shard.Post(this);
        }
    }

    private void Act(Signals signals)
    {
        if ((signals & Signals.Abort) != 0)
        {
            Reset(ErrorCode.InternalError);
            CancelHandler();
        }
        else if ((signals & (Signals.Flush | Signals.Finish)) != 0)
        {
            Send((signals & Signals.Finish) != 0);
        }
        if ((signals & Signals.Resume) != 0)
        {
            _isBodyPaused = false;
            ResumeReceiving();
        }
        if ((signals & Signals.Retire) != 0)
        {
            _isProcessed = true;
            Recycle();
        }
    }

    /// <summary>Answers without the application: the request cannot be given to it.</summary>
    private void Refuse(int status)
    {
        StatusCode = status;
        TryWriteHead(isWhole: true);
        Send(isEnd: true);
        Recycle();
    }

    private void Recycle()
    {
        Retire();
        ResetRequest();
        ResetResponse(200);
        _isDispatched = false;
        _isOversized = false;
        _isProcessed = false;
        _isCancelled = false;
        _processing = Task.CompletedTask;
        _pool.Return(this);
    }
}
