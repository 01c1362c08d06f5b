using System.Collections;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using HyperGen.Transport.Interop;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HyperGen.Server.Http3;

/// <content>The request as ASP.NET Core's features: strings and objects are made when someone asks for them.</content>
internal sealed partial class Exchange :
    IFeatureCollection,
    IHostContextContainer<RequestContext>,
    IHttpRequestFeature,
    IHttpResponseFeature,
    IHttpResponseBodyFeature,
    IHttpRequestLifetimeFeature,
    IHttpRequestIdentifierFeature,
    IHttpRequestBodyDetectionFeature,
    IRequestBodyPipeFeature,
    IHttpMaxRequestBodySizeFeature,
    IHttpConnectionFeature,
    IHttpResetFeature
{
    /// <summary>Kestrel's default, about 28.6 MiB.</summary>
    private const long DefaultMaxRequestBodySize = 30_000_000;

    private FeatureCollection? _others;
    private string _method = HttpMethods.Get;
    private string? _pathText;
    private string? _queryText;
    private string? _scheme;
    private string? _traceIdentifier;
    private string? _connectionId;
    private Stream? _requestStream;
    private Stream? _responseStream;
    private PipeWriter? _replacedWriter;
    private IPAddress? _remoteAddress;
    private IPAddress? _localAddress;

    /// <inheritdoc/>
    public RequestContext? HostContext { get; set; }

    /// <inheritdoc/>
    public bool IsReadOnly => false;

    /// <inheritdoc/>
    public int Revision => _others?.Revision ?? 0;

    string IHttpRequestFeature.Protocol
    {
        get;
        set;
    } = HttpProtocol.Http3;

    string IHttpRequestFeature.Scheme
    {
        get => _scheme ??= Fields.Value(_head.Scheme).SequenceEqual("http"u8) ? "http" : "https";
        set => _scheme = value;
    }

    string IHttpRequestFeature.Method
    {
        get => _method;
        set => _method = value;
    }

    string IHttpRequestFeature.PathBase { get; set; } = "";

    string IHttpRequestFeature.Path
    {
        get => _pathText ??= Encoding.UTF8.GetString(NormalPath);
        set => _pathText = value;
    }

    string IHttpRequestFeature.QueryString
    {
        get => _queryText ??= RawQuery.IsEmpty ? "" : "?" + Encoding.ASCII.GetString(RawQuery);
        set => _queryText = value;
    }

    string IHttpRequestFeature.RawTarget
    {
        get => field.Length > 0 ? field : Encoding.ASCII.GetString(Fields.Value(_head.Path));
        set;
    } = "";

    IHeaderDictionary IHttpRequestFeature.Headers
    {
        get
        {
            if (!_hasRequestHeaders)
            {
                _hasRequestHeaders = true;
                RequestHeaderLines.Read(Fields, Encoding.ASCII.GetString(Authority), _requestHeaders);
            }
            return _requestHeaders;
        }
        set => throw new NotSupportedException("The headers of a request are changed one by one, not as a whole.");
    }

    Stream IHttpRequestFeature.Body
    {
        get => _requestStream ??= OpenBody().AsStream();
        set => _requestStream = value;
    }

    PipeReader IRequestBodyPipeFeature.Reader => OpenBody();

    bool IHttpRequestBodyDetectionFeature.CanHaveBody => !IsReceived || _usesBody;

    /// <summary>As in Kestrel the limit may be set until someone reads: parts of the body may well have arrived by then.</summary>
    bool IHttpMaxRequestBodySizeFeature.IsReadOnly => _isBodyOpened;

    /// <inheritdoc/>
    public long? MaxRequestBodySize
    {
        get => Interlocked.Read(ref _bodyLimit) is var limit and not long.MaxValue ? limit : null;

        // Either the shard sees the limit when it has counted, or who opens the body sees what it has counted.
        set => Interlocked.Exchange(ref _bodyLimit, value ?? long.MaxValue);
    }

    /// <inheritdoc/>
    public int StatusCode { get; set; } = 200;

    string? IHttpResponseFeature.ReasonPhrase { get; set; }

    IHeaderDictionary IHttpResponseFeature.Headers
    {
        get
        {
            if (_knownHead is not null && !HasStarted)
            {
                SpellOutHead();
            }
            return _responseHeaders;
        }
        set => throw new NotSupportedException("The headers of a response are changed one by one, not as a whole.");
    }

    Stream IHttpResponseFeature.Body
    {
        get => ((IHttpResponseBodyFeature)this).Stream;
        set => _replacedWriter = PipeWriter.Create(_responseStream = value);
    }

    Stream IHttpResponseBodyFeature.Stream => _responseStream ??= _writer.AsStream();

    PipeWriter IHttpResponseBodyFeature.Writer => _replacedWriter ?? _writer;

    string IHttpRequestIdentifierFeature.TraceIdentifier
    {
        get => _traceIdentifier ??= string.Create(CultureInfo.InvariantCulture, $"{((IHttpConnectionFeature)this).ConnectionId}:{Id.Value:X8}");
        set => _traceIdentifier = value;
    }

    CancellationToken IHttpRequestLifetimeFeature.RequestAborted
    {
        get
        {
            if (_aborted is null)
            {
                _aborted = new CancellationTokenSource();
                Interlocked.MemoryBarrier();
                if (_isCancelled)
                {
                    _aborted.Cancel();
                }
            }
            return field == default ? _aborted.Token : field;
        }
        set;
    }

    string IHttpConnectionFeature.ConnectionId
    {
        get => _connectionId ??= Convert.ToHexString(BitConverter.GetBytes(Environment.TickCount64));
        set => _connectionId = value;
    }

    IPAddress? IHttpConnectionFeature.RemoteIpAddress
    {
        get => _remoteAddress ??= SocketAddresses.ToEndPoint(_remote).Address;
        set => _remoteAddress = value;
    }

    int IHttpConnectionFeature.RemotePort
    {
        get => _remote.Port;
        set => _remote = _remote with { Port = (ushort)value };
    }

    IPAddress? IHttpConnectionFeature.LocalIpAddress
    {
        get => _localAddress ??= _pool.Host.LocalEndPoint.Address;
        set => _localAddress = value;
    }

    int IHttpConnectionFeature.LocalPort
    {
        get => _pool.Host.LocalEndPoint.Port;
        set => throw new NotSupportedException("The local port of a request is the listener's.");
    }

    /// <inheritdoc/>
    public object? this[Type key]
    {
        get => _others?[key] ?? (key.IsInstanceOfType(this) && key.IsInterface ? this : null);
        set => (_others ??= new FeatureCollection())[key] = value;
    }

    /// <inheritdoc/>
    public TFeature? Get<TFeature>() => _others is not null && _others.Get<TFeature>() is { } other ? other : this is TFeature own ? own : default;

    /// <inheritdoc/>
    public void Set<TFeature>(TFeature? instance) => (_others ??= new FeatureCollection()).Set(instance);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => (_others ?? []).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    void IHttpResponseFeature.OnStarting(Func<object, Task> callback, object state)
    {
        if (HasStarted)
        {
            throw new InvalidOperationException("The response has started: its head cannot change any more.");
        }
        (_onStarting ??= []).Add((callback, state));
    }

    void IHttpResponseFeature.OnCompleted(Func<object, Task> callback, object state) => (_onCompleted ??= []).Add((callback, state));

    /// <inheritdoc/>
    public void DisableBuffering()
    {
        // Nothing is held back that was flushed.
    }

    Task IHttpResponseBodyFeature.StartAsync(CancellationToken cancellationToken) => FlushAsync().AsTask();

    Task IHttpResponseBodyFeature.SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken) =>
        SendFileFallback.SendFileAsync(((IHttpResponseBodyFeature)this).Stream, path, offset, count, cancellationToken);

    Task IHttpResponseBodyFeature.CompleteAsync() => FlushAsync().AsTask();

    void IHttpRequestLifetimeFeature.Abort() => Signal(Signals.Abort);

    void IHttpResetFeature.Reset(int errorCode) => Signal(Signals.Abort);

    private void ResetFeatures()
    {
        _others = null;
        _pathText = null;
        _queryText = null;
        _scheme = null;
        _traceIdentifier = null;
        _connectionId = null;
        _requestStream = null;
        _responseStream = null;
        _replacedWriter = null;
        _remoteAddress = null;
        _localAddress = null;
        _clientCertificate = null;
    }
}
