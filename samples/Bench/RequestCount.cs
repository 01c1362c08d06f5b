namespace Bench;

/// <summary>Counts the requests that reach an endpoint, for <c>/stats</c>.</summary>
public sealed class RequestCount
{
    private long _value;

    public long Value => Interlocked.Read(ref _value);

    public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next)
        where TNext : struct, INext
    {
        Interlocked.Increment(ref _value);
        return next.InvokeAsync(context);
    }
}
