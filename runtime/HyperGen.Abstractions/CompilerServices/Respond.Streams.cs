using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace HyperGen.CompilerServices;

public static partial class Respond
{
    /// <summary>What is written between two flushes, so that a slow client holds back the writer and not the memory of the server. Matches Kestrel's <c>MaxResponseBufferSize</c>.</summary>
    private const int FlushBytes = 64 * 1024;

    /// <summary>Answers with a stream, read to its end and disposed; null is 404.</summary>
    public static ValueTask Stream(RequestContext context, Stream? content) =>
        content is null ? NotFound(context) : Stream(context, ResponseHead.Bytes, content);

    /// <summary>Answers with what a pipe yields, and completes it; null is 404.</summary>
    public static ValueTask Pipe(RequestContext context, PipeReader? content) =>
        content is null ? NotFound(context) : CopyAsync(context, content);

    internal static ValueTask Bytes(RequestContext context, ResponseHead head, ReadOnlyMemory<byte> content)
    {
        if (content.Length > FlushBytes && !head.ForbidsBody && !HttpMethods.IsHead(context.Method))
        {
            return BytesInPartsAsync(context, head, content);
        }
        context.Write(head, content.Span);
        return default;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask BytesInPartsAsync(RequestContext context, ResponseHead head, ReadOnlyMemory<byte> content)
    {
        Begin(context, head, content.Length);
        PipeWriter body = context.ResponseBody;
        while (!content.IsEmpty)
        {
            int part = Math.Min(content.Length, FlushBytes);
            FlushResult flushed = await body.WriteAsync(content[..part], context.Aborted);
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                return;
            }
            content = content[part..];
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal static async ValueTask Stream(RequestContext context, ResponseHead head, Stream content)
    {
        await using (content)
        {
            Begin(context, head, content.CanSeek ? content.Length - content.Position : null);
            if (!HttpMethods.IsHead(context.Method) && !head.ForbidsBody)
            {
                await content.CopyToAsync(context.ResponseBody, context.Aborted);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask CopyAsync(RequestContext context, PipeReader content)
    {
        Exception? failure = null;
        try
        {
            Begin(context, ResponseHead.Bytes, length: null);
            if (!HttpMethods.IsHead(context.Method))
            {
                await content.CopyToAsync(context.ResponseBody, context.Aborted);
            }
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            await content.CompleteAsync(failure);
        }
    }

    /// <summary>Sets the head of a response whose body follows in parts.</summary>
    internal static void Begin(RequestContext context, ResponseHead head, long? length)
    {
        context.StatusCode = head.Status;
        if (head.ForbidsBody)
        {
            return;
        }
        if (head.ContentType.Count > 0)
        {
            context.ResponseHeaders.ContentType = head.ContentType;
        }
        context.ResponseHeaders.ContentLength = length;
    }
}
