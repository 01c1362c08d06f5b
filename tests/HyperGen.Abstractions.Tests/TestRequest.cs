using System.IO.Pipelines;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.Abstractions.Tests;

/// <summary>A request that no server sent, and what was answered to it.</summary>
internal sealed class TestRequest : RequestContext
{
    private readonly DefaultHttpContext _http = new();
    private readonly byte[] _path;
    private readonly byte[] _query;

    public TestRequest(string method = "GET", string path = "/", string query = "")
    {
        _path = Encoding.UTF8.GetBytes(path);
        _query = Encoding.UTF8.GetBytes(query);
        _http.Request.Method = method;
        _http.Response.Body = new MemoryStream();
        _http.RequestServices = new ServiceCollection().BuildServiceProvider();
        _http.TraceIdentifier = "trace-1";
    }

    /// <summary>A request with a body, whole and at once.</summary>
    public static TestRequest Post(string contentType, ReadOnlySpan<byte> body)
    {
        TestRequest request = new("POST");
        request._http.Request.ContentType = contentType;
        request._http.Request.ContentLength = body.Length;
        request._http.Request.Body = new MemoryStream(body.ToArray());
        return request;
    }

    public static TestRequest Post(string contentType, string body) => Post(contentType, Encoding.UTF8.GetBytes(body));

    /// <summary>The same request with a header.</summary>
    public TestRequest With(string header, string value)
    {
        _http.Request.Headers.Append(header, value);
        return this;
    }

    /// <summary>The same request with a limit for its body.</summary>
    public TestRequest WithLimit(long bytes)
    {
        _http.Features.Set<IHttpMaxRequestBodySizeFeature>(new Limit { MaxRequestBodySize = bytes });
        return this;
    }

    /// <summary>The same request with route values, as a match would leave them.</summary>
    public TestRequest WithRoute(params RouteRange[] ranges)
    {
        ranges.CopyTo(RouteRanges(ranges.Length));
        return this;
    }

    /// <summary>What was written, once it is complete.</summary>
    public async Task<string> TextAsync() => Encoding.UTF8.GetString(await BytesAsync());

    public async Task<byte[]> BytesAsync()
    {
        await ResponseBody.FlushAsync(Xunit.TestContext.Current.CancellationToken);
        return ((MemoryStream)_http.Response.Body).ToArray();
    }

    /// <summary>The problem document that was written.</summary>
    public async Task<JsonElement> ProblemAsync()
    {
        Assert.Equal("application/problem+json", ResponseHeaders.ContentType);
        return JsonDocument.Parse(await TextAsync()).RootElement;
    }

    public override string Method => _http.Request.Method;

    public override string Protocol => "HTTP/1.1";

    public override ReadOnlySpan<byte> Path => _path;

    public override ReadOnlySpan<byte> Query => _query;

    public override IHeaderDictionary RequestHeaders => _http.Request.Headers;

    public override PipeReader RequestBody => _http.Request.BodyReader;

    public override int StatusCode { get => _http.Response.StatusCode; set => _http.Response.StatusCode = value; }

    public override IHeaderDictionary ResponseHeaders => _http.Response.Headers;

    /// <summary>What takes the body of the response in place of a buffer; null for the buffer.</summary>
    public PipeWriter? Body { get; init; }

    public override PipeWriter ResponseBody => Body ?? _http.Response.BodyWriter;

    public override bool HasStarted => _http.Response.HasStarted;

    public override CancellationToken Aborted => _http.RequestAborted;

    public override IServiceProvider Services => _http.RequestServices;

    public override ClaimsPrincipal User { get => _http.User; set => _http.User = value; }

    public override string TraceIdentifier => _http.TraceIdentifier;

    public override IFeatureCollection Features => _http.Features;

    public override HttpContext HttpContext => _http;

    public override void Abort() => _http.Abort();

    private sealed class Limit : IHttpMaxRequestBodySizeFeature
    {
        public bool IsReadOnly => false;

        public long? MaxRequestBodySize { get; set; }
    }
}
