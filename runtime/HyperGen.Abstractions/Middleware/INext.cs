namespace HyperGen;

/// <summary>What a middleware wraps: the next middleware, or the endpoint. Generated structs implement it, so that a pipeline allocates nothing.</summary>
public interface INext
{
    /// <summary>Runs the rest of the pipeline, to be called at most once for a request.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends when the response has been written, and throws what the rest of the pipeline throws.</returns>
    ValueTask InvokeAsync(RequestContext context);
}
