using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using HyperGen.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace HyperGen.CompilerServices;

/// <summary>What generated code calls before an endpoint's middleware, for the attributes that set limits and priorities.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class EndpointPolicy
{
    /// <summary><see cref="MaxBodyAttribute"/>: limits the body, and answers 413 at once when the request says that its body is larger.</summary>
    /// <param name="context">The request.</param>
    /// <param name="bytes">Bytes; <see cref="long.MaxValue"/> for no limit.</param>
    /// <returns>Whether the endpoint may run.</returns>
    public static bool MaxBody(RequestContext context, long bytes)
    {
        long? limit = bytes == long.MaxValue ? null : bytes;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { } feature)
        {
            // A server without limits of its own, such as TestServer: what reads the body looks here.
            context.Features.Set<IHttpMaxRequestBodySizeFeature>(new BodyLimit { MaxRequestBodySize = limit });
        }
        else if (!feature.IsReadOnly)
        {
            feature.MaxRequestBodySize = limit;
        }
        if (context.RequestHeaders.ContentLength > bytes)
        {
            ProblemDocument.Write(context, new Problem(413, "The request body is larger than this endpoint accepts."));
            return false;
        }
        return true;
    }

    /// <summary><see cref="PushAttribute"/>: adds a <c>Link</c> header.</summary>
    /// <param name="context">The request.</param>
    /// <param name="link">The value, e.g. <c>&lt;/assets/main.css&gt;; rel=preload; as=style</c>.</param>
    public static void Link(RequestContext context, string link)
    {
        IHeaderDictionary headers = context.ResponseHeaders;
        headers.Link = headers.Link.Count == 0 ? link : StringValues.Concat(headers.Link, link);
    }

    /// <summary><see cref="PriorityAttribute"/>: sets the <c>Priority</c> header (RFC 9218, section 5).</summary>
    /// <param name="context">The request.</param>
    /// <param name="priority">The value, e.g. <c>u=1, i</c>.</param>
    public static void Priority(RequestContext context, string priority) => context.ResponseHeaders["Priority"] = priority;

    /// <summary><see cref="DeadlineAttribute"/>: runs an endpoint, cancels <see cref="RequestContext.Aborted"/> when its time is over, and answers 503 if nothing has been sent.</summary>
    /// <param name="context">The request.</param>
    /// <param name="milliseconds">Milliseconds, from 1.</param>
    /// <param name="next">The endpoint with its middleware.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask DeadlineAsync<TNext>(RequestContext context, int milliseconds, TNext next)
        where TNext : struct, INext
    {
        long deadline = Stopwatch.GetTimestamp() + (milliseconds * (Stopwatch.Frequency / 1000));
        context.SetDeadline(deadline);
        try
        {
            await next.InvokeAsync(context);
        }
        catch (OperationCanceledException) when (!context.HasStarted && Stopwatch.GetTimestamp() >= deadline)
        {
            ProblemDocument.Write(context, new Problem(503, "The request was not finished in the time this endpoint has."));
        }
        finally
        {
            context.SetDeadline(null);
        }
    }

    private sealed class BodyLimit : IHttpMaxRequestBodySizeFeature
    {
        public bool IsReadOnly => false;

        public long? MaxRequestBodySize { get; set; }
    }
}
