using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Hello;

[HyperController]
public static class Streams
{
    // An endless answer: a JSON array, or server-sent events where the client accepts them (curl -N -H 'Accept: text/event-stream').
    [Get("/ticks")]
    public static async IAsyncEnumerable<Tick> Ticks(int count = 5, [EnumeratorCancellation] CancellationToken stop = default)
    {
        for (int i = 1; i <= count; i++)
        {
            yield return new Tick(i, DateTimeOffset.UtcNow);
            await Task.Delay(200, stop);
        }
    }

    // A body of any size, read as it comes.
    [Post("/count")]
    public static async Task<Count> Count(PipeReader body, CancellationToken stop)
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
        return new Count(bytes);
    }

    // Too slow for its deadline: the token is cancelled and the client gets a 503.
    [Get("/slow"), Deadline(milliseconds: 500)]
    public static async Task<Reply> Slow(CancellationToken stop)
    {
        await Task.Delay(TimeSpan.FromMinutes(1), stop);
        return Reply.Text("never seen");
    }
}

public sealed record Tick(int Number, DateTimeOffset At);

public sealed record Count(long Bytes);
