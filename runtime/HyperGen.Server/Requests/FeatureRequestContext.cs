using System.IO.Pipelines;
using System.Security.Claims;
using HyperGen.CompilerServices;
using HyperGen.Server.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace HyperGen.Server.Requests;

/// <summary>A request of Kestrel, of another ASP.NET Core server, or of a pipeline that has an <see cref="Microsoft.AspNetCore.Http.HttpContext"/> already.</summary>
/// <remarks>
/// Until someone asks for the <see cref="HttpContext"/> it uses the features of the server. From then on everything goes through the <see cref="HttpContext"/>,
/// because whoever has it may replace features, e.g. to compress the response. It is kept with the connection (HTTP/1.1) or the pooled stream (HTTP/2),
/// and is attached to one request after the other: a request that needs neither services nor an <see cref="HttpContext"/> allocates nothing.
/// </remarks>
internal partial class FeatureRequestContext : RequestContext
{
    private readonly RequestServices _services;
    private readonly RequestFeatures _own;
    private IFeatureCollection _features = EndedRequest.Instance;
    private IHttpRequestFeature _request = EndedRequest.Instance;
    private IHttpResponseFeature _response = EndedRequest.Instance;
    private IHttpResponseBodyFeature _responseBody = EndedRequest.Instance;
    private IHttpRequestLifetimeFeature _lifetime = EndedRequest.Instance;

    /// <summary>The features of the last request, where they are one object that the next may well have again.</summary>
    private IFeatureCollection? _fixed;
    private RequestPath _path = new();
    private CopiedRouteValues _copied = new();
    private bool _isCopied;
    private HttpContext? _http;
    private DefaultHttpContext? _made;

    public FeatureRequestContext(ServerServices server)
    {
        Server = server;
        _services = new RequestServices(server.Scopes);
        _own = new RequestFeatures(this);
    }

    /// <summary>What all requests of the application share.</summary>
    public ServerServices Server { get; }

    /// <summary>The endpoint with what the server knows of it; null when no route matched.</summary>
    public ServedEndpoint? Served
    {
        get;
        set
        {
            field = value;
            Endpoint = value?.Descriptor;
        }
    }

    /// <summary>What the router said: the number of an endpoint, <see cref="GeneratedApp.NoMatch"/>, or below that a code for <see cref="GeneratedApp.AllowedMethods"/>.</summary>
    public int Match { get; private set; }

    /// <summary>Whether the path is not text, so that no route can be looked for.</summary>
    public bool IsMalformed => !_path.IsValid;

    /// <summary>Whether the client says that the request belongs to a trace, which must then be passed on to whomever the handler calls.</summary>
    public virtual bool IsTraced => RequestHeaders.TraceParent.Count > 0;

    public override bool IsEarly => RequestHeaders["Early-Data"].Count > 0;

    /// <summary>Whether <see cref="Served"/> is to answer a CORS preflight, but not to run.</summary>
    public bool IsPreflight { get; private set; }

    /// <summary>The state of ASP.NET Core's own hosting for this request; null on the straight way.</summary>
    public object? Hosted { get; set; }

    /// <summary>The features that ASP.NET Core's own hosting is given, kept from request to request; null before the first that takes that way.</summary>
    public IFeatureCollection? HostedFeatures { get; set; }

    public override string Method => _http is null ? _request.Method : _http.Request.Method;

    public override ReadOnlySpan<byte> Path => _path.Path;

    public override ReadOnlySpan<byte> Query => _path.Query;

    public override string Protocol => _http is null ? _request.Protocol : _http.Request.Protocol;

    public override IHeaderDictionary RequestHeaders => _http is null ? _request.Headers : _http.Request.Headers;

    public override int StatusCode
    {
        get => _http is null ? _response.StatusCode : _http.Response.StatusCode;
        set
        {
            if (_http is null)
            {
                _response.StatusCode = value;
            }
            else
            {
                _http.Response.StatusCode = value;
            }
        }
    }

    public override IHeaderDictionary ResponseHeaders => _http is null ? _response.Headers : _http.Response.Headers;

    public override PipeWriter ResponseBody => _http is null ? _responseBody.Writer : _http.Response.BodyWriter;

    public override PipeReader RequestBody => _http is null && _features.Get<IRequestBodyPipeFeature>() is { } body ? body.Reader : HttpContext.Request.BodyReader;

    public override bool HasStarted => _http is null ? _response.HasStarted : _http.Response.HasStarted;

    /// <summary>Whether anything of the body has been written, sent or not: another answer would be mixed into it.</summary>
    public bool HasWritten => HasStarted || ResponseBody is { CanGetUnflushedBytes: true, UnflushedBytes: > 0 };

    public override CancellationToken Aborted => _deadline?.Token ?? (_http is null ? _lifetime.RequestAborted : _http.RequestAborted);

    public override IServiceProvider Services => _http is null ? ScopedServices : _http.RequestServices;

    /// <summary>The scope that the request has of us, where ASP.NET Core has not made one.</summary>
    public IServiceProvider ScopedServices => _services.Get(_response);

    public override ClaimsPrincipal User
    {
        get => HttpContext.User;
        set => HttpContext.User = value;
    }

    public override string TraceIdentifier => _http is null && _features.Get<IHttpRequestIdentifierFeature>() is { } identifier
        ? identifier.TraceIdentifier
        : HttpContext.TraceIdentifier;

    public override IFeatureCollection Features => _http is null ? _features : _http.Features;

    internal override IFeatureCollection BorrowedFeatures => _http is null ? _features : _http.Features;

    public override HttpContext HttpContext => _http ??= MakeHttpContext();

    public override void Abort()
    {
        if (_http is null)
        {
            _lifetime.Abort();
        }
        else
        {
            _http.Abort();
        }
    }

    /// <summary>Takes over a request that comes from the server, before anyone else has seen it.</summary>
    public void Attach(IFeatureCollection features)
    {
        // Kestrel's collection is an object of the connection or stream, and at the start of each request its features are that object again. Then they need not be
        // looked up. Another server's may differ from request to request.
        _features = features;
        if (ReferenceEquals(features, _fixed))
        {
            _request = (IHttpRequestFeature)features;
            _response = (IHttpResponseFeature)features;
            _responseBody = (IHttpResponseBodyFeature)features;
            _lifetime = (IHttpRequestLifetimeFeature)features;
        }
        else
        {
            _request = features.GetRequiredFeature<IHttpRequestFeature>();
            _response = features.GetRequiredFeature<IHttpResponseFeature>();
            _responseBody = features.GetRequiredFeature<IHttpResponseBodyFeature>();
            _lifetime = features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
            bool isFixed = ReferenceEquals(_request, features) && ReferenceEquals(_response, features) && ReferenceEquals(_responseBody, features) && ReferenceEquals(_lifetime, features);
            _fixed = isFixed ? features : null;
        }
        ReadPath(_request);
    }

    /// <summary>Takes over a request that ASP.NET Core's pipeline handles.</summary>
    public void Attach(HttpContext http)
    {
        _http = http;
        _path.Read(http.Request);
    }

    /// <summary>Whether the request runs on the thread that received it: its endpoint says so and nothing of ASP.NET Core's comes before it.</summary>
    public bool RunsInline => Hosted is null && (Served is null || Served.RunsInline);

    /// <summary>Whether someone has asked for the <see cref="HttpContext"/>, so that everything must go through it.</summary>
    protected bool UsesHttpContext => _http is not null;

    /// <summary>Whether path and query have been taken over, from the server or from the pipeline.</summary>
    protected bool IsPathTaken => _path.IsRead;

    /// <summary>Takes path and query over from the server.</summary>
    protected virtual void ReadPath(IHttpRequestFeature request) => _path.Read(request);

    protected override ReadOnlySpan<byte> RouteText => _isCopied ? _copied.Text : Path;

    /// <summary>Finds the endpoint for the request.</summary>
    public void FindEndpoint(EndpointTable table)
    {
        Match = table.Match(Method, Path, RouteRanges(table.MaxRouteValues));
        if (Match < 0)
        {
            Served = null;
        }
        else if (IsHost(table, Match))
        {
            Served = table[Match];
        }
        else
        {
            Match = GeneratedApp.NoMatch;
            Served = null;
        }
    }

    /// <summary>Finds the endpoint whose policy answers a CORS preflight; without one the request remains an ordinary OPTIONS.</summary>
    public void FindPreflightEndpoint(EndpointTable table, string method)
    {
        int match = table.Match(method, Path, RouteRanges(table.MaxRouteValues));
        if (match >= 0 && (table[match].Descriptor.Requires & PipelineFeatures.Cors) != 0 && IsHost(table, match))
        {
            Served = table[match];
            IsPreflight = true;
        }
    }

    private bool IsHost(EndpointTable table, int match) => (table.Requires & PipelineFeatures.Host) == 0 || IsFor(table[match].Hosts);

    /// <summary>Whether the host that the client names is one of some.</summary>
    protected virtual bool IsFor(HostPatterns hosts) =>
        hosts.Contain(RequestHeaders.Host.ToString(), string.Equals(_http is null ? _request.Scheme : _http.Request.Scheme, "https", StringComparison.OrdinalIgnoreCase));

    /// <summary>Takes the route values from ASP.NET Core, which has matched the request.</summary>
    public void CopyRouteValues(ServedEndpoint served, RouteValueDictionary values)
    {
        Served = served;
        IReadOnlyList<string> names = served.Descriptor.Parameters;
        _copied.Copy(names, values, RouteRanges(names.Count));
        _isCopied = true;
    }

    /// <summary>
    /// Whether the server sends at the end what has been written and nobody flushed. Kestrel does, but over its HTTP/3: there it takes bytes that were not flushed
    /// for a mistake of its own, and breaks the response off.
    /// </summary>
    public virtual bool IsFlushedByServer => !HttpProtocol.IsHttp3(Protocol);

    /// <summary>Sends what has been written where the server does not do so unasked; nor does it for a body that middleware has put in place of its own, e.g. to cache it.</summary>
    public ValueTask<FlushResult> FlushUnsentAsync()
    {
        IFeatureCollection features = BorrowedFeatures;
        IHttpResponseBodyFeature? body = features.Get<IHttpResponseBodyFeature>();
        bool isServers = body is null || ReferenceEquals(body, features) || ReferenceEquals(body, _responseBody);
        return body is null || (isServers && (IsFlushedByServer || body.Writer is not { CanGetUnflushedBytes: true, UnflushedBytes: > 0 })) ? default : body.Writer.FlushAsync();
    }

    /// <summary>Forgets the request, so that the next may take its place.</summary>
    public void Detach()
    {
        if (_made is not null && ReferenceEquals(_http, _made))
        {
            _made.Uninitialize();
        }
        _http = null;
        _features = EndedRequest.Instance;
        _request = EndedRequest.Instance;
        _response = EndedRequest.Instance;
        _responseBody = EndedRequest.Instance;
        _lifetime = EndedRequest.Instance;
        Served = null;
        Hosted = null;
        _path.Clear();
        _isCopied = false;
        IsPreflight = false;
        EndDeadline();
        _own.Reset();
    }

    /// <summary>Puts the endpoint and the route values where ASP.NET Core's code looks for them.</summary>
    public void Announce(HttpContext http)
    {
        http.Features.Set<IEndpointFeature>(_own);
        http.Features.Set<IRouteValuesFeature>(_own);
    }

    private DefaultHttpContext MakeHttpContext()
    {
        if (_made is null)
        {
            _made = new DefaultHttpContext(_features);
        }
        else
        {
            _made.Initialize(_features);
        }
        _made.FormOptions = Server.Forms;
        _features.Set<IServiceProvidersFeature>(_own);
        Announce(_made);
        return _made;
    }
}
