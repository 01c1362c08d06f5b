using HyperGen.Http3;
using HyperGen.Http3.Streams;
using HyperGen.Quic;
using HyperGen.Server.Hosting;
using HyperGen.Server.Pipeline;
using HyperGen.Transport.Shards;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Http3;

/// <summary>One HTTP/3 request and its response, between the shard that owns its stream and the thread that runs its handler.</summary>
/// <remarks>
/// It is the feature collection that the server's application is given, as Kestrel's request objects are, and is used again for one request after the
/// other. The shard calls the <c>On*</c> methods and owns the stream. The handler runs on the shard itself when its endpoint is inline, otherwise on the
/// thread pool; from there it reaches the shard by signals: bits that are set at any time and acted upon together, so that an exchange is at most once
/// in the shard's inbox. Between a signal and the shard's answer to it the fields that it hands over belong to the shard.
///
/// Whatever a handler keeps past the end of its request must not reach the next one. So an exchange of which anything was handed out that can be kept (the
/// features, an HttpContext, a writer) serves no further request: it is <see cref="Signals.Over"/>, and signals to it have no effect.
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
    private bool _isEarly;
    private bool _isOversized;
    private bool _isProcessed;
    private volatile bool _isCancelled;
    private bool _isShared;

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

        /// <summary>The request has ended, and the exchange serves no other: it has no place in the inbox any more.</summary>
        Over = 32,

        /// <summary>An interim response is to be sent.</summary>
        Interim = 64,
    }

    private Shard Shard => _pool.Shard;

    /// <summary>Runs the handler on a worker.</summary>
    void IThreadPoolWorkItem.Execute() => Process();

    /// <summary>Acts on the signals, on the shard.</summary>
    void IShardWork.Run()
    {
        var signals = (Signals)Interlocked.And(ref _signals, (int)Signals.Over);
        Http3Connection? connection = Connection;
        Act(signals);
        if ((signals & Signals.Over) != 0)
        {
            // It was in the inbox when it ended, so its place could not be given back then.
            Shard.Unreserve();
        }
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
        if (_isOversized || !_isPathValid)
        {
            _isDispatched = true;
            Refuse(_isOversized ? PreparedProblem.HeaderFieldsTooLarge : PreparedProblem.BadRequest);
            return;
        }

        // Where ASP.NET Core's hosting has to see the request, the worker makes the context: none of its code runs here.
        _hasContext = _pool.Host.StraightWay.IsEverOpen && _application.TryCreateContext(_context, this);
        if (MayBeReplay)
        {
            //= https://www.rfc-editor.org/rfc/rfc8470#section-3
            //# Absent such explicit information, origin servers MUST either reject early data or implement the techniques described in this document for ensuring that requests are not processed prior to TLS handshake completion.
            if (!_hasContext || _context.Served?.MayRunEarly(_method) != true)
            {
                WaitForHandshake();
                return;
            }
            _isEarly = true;
        }
        _isDispatched = true;
        if (_hasContext && _context.RunsInline)
        {
            ProcessInline();
        }
        else
        {
            if (_hasContext)
            {
                _context.Served?.OnWorkerRun();
            }
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

    /// <summary>Leaves the request where it is: it is told of again when the client has proved that it is there. What it holds meanwhile is what any slow request holds.</summary>
    private void WaitForHandshake()
    {
        if (_hasContext)
        {
            _application.DisposeContext(_context, exception: null);
            _hasContext = false;
        }
    }

    /// <summary>Tells the handler, once, that nobody waits for its response any more.</summary>
    private void CancelHandler()
    {
        if (!_isCancelled)
        {
            _isCancelled = true;

            // Either we see the token that the handler is being given, or it sees that it is cancelled.
            Interlocked.MemoryBarrier();
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
        if (endpoint is not null && endpoint.OnInlineRun(isSlow: took > s_inlineLimit))
        {
            _pool.Host.Logger.LogWarning(
                "{Endpoint} ({Method} {Template}) has taken over {Limit} µs again ({Took} µs) on the thread that serves its connections, so it is left to workers for a while, longer each time",
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
            _isShared = true;
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
            _isShared |= _context.IsShared;
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
        else if ((Signals)Interlocked.Or(ref _signals, (int)signals) is var before && before == Signals.None)
        {
            Shard.Post(this);
        }
        else if ((before & Signals.Over) != 0 && (signals & Signals.Flush) != 0)
        {
            EndFlush();
        }
    }

    private void Act(Signals signals)
    {
        if ((signals & Signals.Abort) != 0)
        {
            Reset(ErrorCode.InternalError);
            CancelHandler();
        }
        else
        {
            if ((signals & Signals.Interim) != 0)
            {
                WriteInterim();
            }
            if ((signals & (Signals.Flush | Signals.Finish)) != 0)
            {
                Send((signals & Signals.Finish) != 0);
            }
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
    private void Refuse(PreparedProblem problem)
    {
        SetResponse(problem.Head, problem.Body);
        TryWriteHead(isWhole: true);
        Send(isEnd: true);
        Recycle();
    }

    private void Recycle()
    {
        Retire();
        if (_isShared || _isBodyPaused)
        {
            // A paused body tells when it was read, which may be at any time.
            End();
            return;
        }
        ResetRequest();
        ResetResponse(200);
        _isDispatched = false;
        _isEarly = false;
        _isOversized = false;
        _isProcessed = false;
        _isCancelled = false;
        _processing = Task.CompletedTask;
        _pool.Return(this);
    }

    /// <summary>Leaves the exchange to those who may still hold it. Nothing of it is given back: they may be reading it.</summary>
    private void End()
    {
        _isCancelled = true;
        EndBody();
        EndFlush();
        if (Interlocked.Or(ref _signals, (int)Signals.Over) == 0)
        {
            Shard.Unreserve();
        }
    }
}
