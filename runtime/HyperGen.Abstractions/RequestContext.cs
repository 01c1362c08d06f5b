using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Security.Claims;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HyperGen;

/// <summary>One request and its response, the same on HTTP/1.1, HTTP/2 and HTTP/3.</summary>
/// <remarks>
/// It is pooled: a handler or middleware must not keep it past the end of the request. Between two requests it throws <see cref="ObjectDisposedException"/>.
/// It belongs to the code that handles the request and is not safe for use by two threads at once.
/// </remarks>
public abstract class RequestContext
{
    private RouteRange[] _routeRanges = [];
    private JsonBuffer? _jsonBuffer;

    /// <summary>The HTTP method, e.g. <c>GET</c>.</summary>
    public abstract string Method { get; }

    /// <summary>The protocol: <c>HTTP/1.0</c>, <c>HTTP/1.1</c>, <c>HTTP/2</c> or <c>HTTP/3</c>.</summary>
    public abstract string Protocol { get; }

    /// <summary>The path as UTF-8: percent-decoded except for <c>%2F</c>, without dot segments, beginning with <c>/</c>.</summary>
    public abstract ReadOnlySpan<byte> Path { get; }

    /// <summary>The query as it was sent, without the leading <c>?</c>; empty when there is none.</summary>
    public abstract ReadOnlySpan<byte> Query { get; }

    /// <summary>The headers of the request.</summary>
    public abstract IHeaderDictionary RequestHeaders { get; }

    /// <summary>The body of the request.</summary>
    public abstract PipeReader RequestBody { get; }

    /// <summary>The status of the response, 200 until it is set.</summary>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public abstract int StatusCode { get; set; }

    /// <summary>The headers of the response.</summary>
    public abstract IHeaderDictionary ResponseHeaders { get; }

    /// <summary>The body of the response. What is written without a flush is sent when the request ends.</summary>
    public abstract PipeWriter ResponseBody { get; }

    /// <summary>Whether the head of the response has been sent, so that status and headers can no longer change.</summary>
    public abstract bool HasStarted { get; }

    /// <summary>Cancelled when the client has gone, the stream was reset, or the deadline has passed.</summary>
    public abstract CancellationToken Aborted { get; }

    /// <summary>Whether <see cref="Aborted"/> is cancelled because nobody waits for the answer any more, and not because a time has passed.</summary>
    internal virtual bool HasClientGone => Aborted.IsCancellationRequested;

    /// <summary>Services in the scope of this request, which is made on first use.</summary>
    public abstract IServiceProvider Services { get; }

    /// <summary>The user, as authenticated; an anonymous principal before that, never null.</summary>
    public abstract ClaimsPrincipal User { get; set; }

    /// <summary>An identifier of the request for logs and problem documents.</summary>
    public abstract string TraceIdentifier { get; }

    /// <summary>The features of the server for this request.</summary>
    public abstract IFeatureCollection Features { get; }

    /// <summary>The same features, for code of ours that keeps nothing of them: who has <see cref="Features"/> may.</summary>
    internal virtual IFeatureCollection BorrowedFeatures => Features;

    /// <summary>The same request as ASP.NET Core sees it, made on first use.</summary>
    public abstract HttpContext HttpContext { get; }

    /// <summary>The endpoint the path led to; null when it led to none.</summary>
    public EndpointDescriptor? Endpoint { get; protected set; }

    /// <summary>
    /// Whether the request may be a replay, which nobody sent: it came in TLS early data and its handshake was not over when it began, or the <c>Early-Data</c> header says that
    /// this was so at an intermediary (RFC 8470). Only endpoints with <see cref="EarlyDataAttribute"/> see such requests.
    /// </summary>
    public virtual bool IsEarly => false;

    /// <summary>When the request is to be given up, on the clock of <see cref="Stopwatch.GetTimestamp"/>; null for never.</summary>
    public long? Deadline { get; protected set; }

    /// <summary>Ends the request at once: the connection (HTTP/1.1) or the stream (HTTP/2, HTTP/3) is reset.</summary>
    public abstract void Abort();

    /// <summary>
    /// Tells the client, ahead of the response, what it will ask for next, so that it begins meanwhile: a response 103 (Early Hints, RFC 8297) with a <c>Link</c> header. It pays
    /// where the response takes time. Browsers act on the first hint to a navigation only (<c>Sec-Fetch-Mode: navigate</c>), and what they are to know of for certain
    /// belongs into <see cref="ResponseHeaders"/> too. For what is known beforehand, <see cref="PushAttribute"/> does all of that.
    /// </summary>
    /// <param name="links">Values of the <c>Link</c> header, e.g. <c>&lt;/main.css&gt;; rel=preload; as=style</c>.</param>
    /// <returns>Whether they are on their way. False, and nothing has happened, where the server cannot send them: over HTTP/1.1 and HTTP/2, and wherever Kestrel serves HTTP/3.</returns>
    /// <exception cref="ArgumentException">There is no link, or one has a character that a header cannot have.</exception>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public bool SendEarlyHints(params ReadOnlySpan<string> links)
    {
        if (links.IsEmpty)
        {
            throw new ArgumentException("Early hints need a link.", nameof(links));
        }
        foreach (string link in links)
        {
            HeaderGuard.Value(link);
        }
        if (HasStarted)
        {
            throw new InvalidOperationException("The response has started: what comes ahead of it can come no more.");
        }
        return TrySendEarlyHints(links);
    }

    /// <summary>Sends early hints where the protocol can.</summary>
    internal virtual bool TrySendEarlyHints(ReadOnlySpan<string> links) => false;

    /// <summary>Sends early hints where the protocol can, the client will use them, and the response is not there at once.</summary>
    internal virtual void SendEarlyHints(PreloadLinks links)
    {
        // Kestrel has no way to send a response 103.
    }

    /// <summary>Writes a whole response: the head, <c>Content-Length</c> and the body. Nothing is sent before the request ends or someone flushes.</summary>
    /// <param name="head">The status and content type.</param>
    /// <param name="body">The body, copied before the call returns; ignored where the status forbids one.</param>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public virtual void Write(ResponseHead head, ReadOnlySpan<byte> body)
    {
        StatusCode = head.Status;
        IHeaderDictionary headers = ResponseHeaders;
        if (head.ForbidsBody)
        {
            headers.ContentLength = null;
            return;
        }
        if (head.ContentType.Count > 0)
        {
            headers.ContentType = head.ContentType;
        }
        headers.ContentLength = body.Length;
        ResponseBody.Write(body);
    }

    /// <summary>The value of a route parameter as UTF-8; empty when the path leaves it out.</summary>
    /// <param name="ordinal">The place of the parameter in the template, counted from 0.</param>
    /// <exception cref="IndexOutOfRangeException">The endpoint has no such parameter.</exception>
    public ReadOnlySpan<byte> RouteValue(int ordinal)
    {
        RouteRange range = _routeRanges[ordinal];
        return range.Length <= 0 ? default : RouteText.Slice(range.Start, range.Length);
    }

    /// <summary>Whether the path has a value for a route parameter.</summary>
    /// <param name="ordinal">The place of the parameter in the template, counted from 0.</param>
    public bool HasRouteValue(int ordinal) => _routeRanges[ordinal].Length >= 0;

    /// <summary>The bytes that route values are ranges of: the path, unless someone else has matched it.</summary>
    protected virtual ReadOnlySpan<byte> RouteText => Path;

    /// <summary>A buffer for one JSON response; disposing it makes it free for the next.</summary>
    internal JsonBuffer RentJsonBuffer() => _jsonBuffer ??= new JsonBuffer();

    /// <summary>The ranges that a match fills in, kept from request to request.</summary>
    /// <param name="count">The most parameters a template of the application has.</param>
    protected Span<RouteRange> RouteRanges(int count)
    {
        if (_routeRanges.Length < count)
        {
            _routeRanges = new RouteRange[count];
        }
        return _routeRanges;
    }
}
