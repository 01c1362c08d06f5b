using System.Buffers;
using System.IO.Pipelines;
using System.Security.Claims;
using System.Text;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HyperGen.Generator.Tests;

/// <summary>A request in memory.</summary>
internal sealed class TestRequest : RequestContext
{
    private readonly DefaultHttpContext _http = new();
    private readonly ArrayBufferWriter<byte> _body = new();
    private readonly byte[] _path;

    public TestRequest(string method, string path, IServiceProvider services, int maxRouteValues)
    {
        string[] parts = path.Split('?', 2);
        _path = Encoding.UTF8.GetBytes(parts[0]);
        _http.Request.Method = method;
        _http.Request.Path = parts[0];
        _http.Request.QueryString = new QueryString(parts.Length > 1 ? "?" + parts[1] : "");
        _http.RequestServices = services;
        ResponseBody = new Writer(_body);
        Values = new RouteRange[maxRouteValues];
        Values.CopyTo(RouteRanges(maxRouteValues));
    }

    public RouteRange[] Values { get; }

    public override string Method => _http.Request.Method;

    public override string Protocol => "HTTP/1.1";

    public override ReadOnlySpan<byte> Path => _path;

    public override ReadOnlySpan<byte> Query => Encoding.UTF8.GetBytes(_http.Request.QueryString.Value!.TrimStart('?'));

    public override IHeaderDictionary RequestHeaders => _http.Request.Headers;

    public override PipeReader RequestBody => _http.Request.BodyReader;

    public override int StatusCode
    {
        get => _http.Response.StatusCode;
        set => _http.Response.StatusCode = value;
    }

    public override IHeaderDictionary ResponseHeaders => _http.Response.Headers;

    public override PipeWriter ResponseBody { get; }

    public override bool HasStarted => _http.Response.HasStarted;

    public override CancellationToken Aborted => _http.RequestAborted;

    public override IServiceProvider Services => _http.RequestServices;

    public override ClaimsPrincipal User
    {
        get => _http.User;
        set => _http.User = value;
    }

    public override string TraceIdentifier => _http.TraceIdentifier;

    public override IFeatureCollection Features => _http.Features;

    public override HttpContext HttpContext => _http;

    public override void Abort() => _http.Abort();

    /// <summary>Takes over what a match has found.</summary>
    public void Matched(EndpointDescriptor endpoint)
    {
        Endpoint = endpoint;
        Values.CopyTo(RouteRanges(Values.Length));
    }

    /// <summary>Forgets what was written, so that the same request can be run again.</summary>
    public void Forget() => _body.ResetWrittenCount();

    public string ResponseText() => Encoding.UTF8.GetString(_body.WrittenSpan);

    /// <summary>Keeps all that is written.</summary>
    private sealed class Writer(ArrayBufferWriter<byte> body) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => true;

        public override long UnflushedBytes => 0;

        public override void Advance(int bytes) => body.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => body.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => body.GetSpan(sizeHint);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }
}
