namespace HyperGen.Benchmarks.Pipelines;

/// <summary>Passes the call on; the type parameter makes three of it.</summary>
internal sealed class Pass<TNumber>
{
    public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next)
        where TNext : struct, INext => next.InvokeAsync(context);
}

/// <summary>Has something to do afterwards.</summary>
internal sealed class Await<TNumber>
{
    public async ValueTask InvokeAsync<TNext>(RequestContext context, TNext next)
        where TNext : struct, INext => await next.InvokeAsync(context);
}
