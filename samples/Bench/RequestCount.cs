namespace Bench;

/// <summary>How many requests have reached an endpoint, for <c>/stats</c>.</summary>
public sealed class RequestCount
{
    private long _value;

    public long Value => Interlocked.Read(ref _value);

    public void Increment() => Interlocked.Increment(ref _value);
}

/// <summary>Counts the requests.</summary>
public sealed class CountRequests(RequestCount requests)
{
    public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next)
        where TNext : struct, INext
    {
        requests.Increment();
        return next.InvokeAsync(context);
    }
}
