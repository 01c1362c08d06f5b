using System.IO.Pipelines;

namespace Bench;

/// <summary>Bodies of any size, streamed: nothing here holds more than one chunk of them.</summary>
[HyperController, Use<RequestCount>]
public static class Large
{
    // Shared and never written again, so that a server may send straight from it.
    private static readonly byte[] s_chunk = MakeChunk();

    [Get("/bytes/{n:long}")]
    public static async Task Bytes(long n, RequestContext context, CancellationToken stop)
    {
        if (n < 0)
        {
            context.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        context.ResponseHeaders.ContentType = "application/octet-stream";
        context.ResponseHeaders.ContentLength = n;
        for (long left = n; left > 0; left -= s_chunk.Length)
        {
            await context.ResponseBody.WriteAsync(s_chunk.AsMemory(0, (int)Math.Min(left, s_chunk.Length)), stop);
        }
    }

    [Post("/echo"), MaxBody(long.MaxValue)]
    public static async Task Echo(PipeReader body, RequestContext context, CancellationToken stop)
    {
        context.ResponseHeaders.ContentType = context.RequestHeaders.ContentType;
        await body.CopyToAsync(context.ResponseBody, stop);
    }

    [Post("/upload"), MaxBody(long.MaxValue)]
    public static async Task<Upload> Upload(PipeReader body, CancellationToken stop)
    {
        long bytes = 0;
        ReadResult read;
        do
        {
            read = await body.ReadAsync(stop);
            bytes += read.Buffer.Length;
            body.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
        return new Upload(bytes);
    }

    private static byte[] MakeChunk()
    {
        byte[] chunk = new byte[64 * 1024];
        for (int i = 0; i < chunk.Length; i++)
        {
            chunk[i] = (byte)('a' + (i % 26));
        }
        return chunk;
    }
}

public sealed record Upload(long Bytes);
