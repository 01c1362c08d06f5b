using System.IO.Pipelines;

namespace Bench;

[HyperController("/")]
public sealed class Endpoints(RequestCount requests)
{
    /// <summary>What downloads are made of. Nobody writes to it, so one serves all.</summary>
    private static readonly byte[] s_block = new byte[64 * 1024];

    [Get("/plaintext")]
    public static Reply Plaintext() => Reply.Text("Hello, World!");

    [Get("/json")]
    public static Greeting Json() => new("Hello, World!");

    [Get("/users/{id:int}")]
    public static User User(int id) => new(id, $"user-{id}");

    [Get("/bytes/{n:long}")]
    public static async Task Bytes(long n, RequestContext context)
    {
        if (n < 0)
        {
            context.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        context.ResponseHeaders.ContentType = "application/octet-stream";
        context.ResponseHeaders.ContentLength = n;
        FlushResult flushed = default;
        for (long left = n; left > 0 && !flushed.IsCompleted; left -= s_block.Length)
        {
            flushed = await context.ResponseBody.WriteAsync(s_block.AsMemory(0, (int)Math.Min(left, s_block.Length)), context.Aborted);
        }
    }

    [Post("/echo"), MaxBody(long.MaxValue)]
    public static async Task Echo(PipeReader body, RequestContext context)
    {
        context.ResponseHeaders.ContentType = "application/octet-stream";
        context.ResponseHeaders.ContentLength = context.RequestHeaders.ContentLength;
        await body.CopyToAsync(context.ResponseBody, context.Aborted);
    }

    [Post("/upload"), MaxBody(long.MaxValue)]
    public static async ValueTask<Received> Upload(PipeReader body, CancellationToken stop)
    {
        long bytes = 0;
        while (true)
        {
            ReadResult read = await body.ReadAsync(stop);
            bytes += read.Buffer.Length;
            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return new Received(bytes);
            }
        }
    }

    [Post("/sum")]
    public static Total Sum(int[] numbers) => new(numbers.Sum(static number => (long)number));

    [Get("/delay/{ms:int}")]
    public static async ValueTask<Reply> Delay(int ms, CancellationToken stop)
    {
        await Task.Delay(ms, stop);
        return Reply.NoContent();
    }

    [Get("/stats")]
    public Stats Stats() => new(GC.GetTotalAllocatedBytes(), GC.CollectionCount(0), requests.Value, Environment.WorkingSet);
}
