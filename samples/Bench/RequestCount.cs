namespace Bench;

/// <summary>Counts requests, for <c>/stats</c>.</summary>
public sealed class RequestCount
{
    private static long _total;

    /// <summary>The requests so far, those under way among them.</summary>
    public static long Total => Volatile.Read(ref _total);

    public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next)
        where TNext : struct, INext
    {
        Interlocked.Increment(ref _total);
        return next.InvokeAsync(context);
    }
}
