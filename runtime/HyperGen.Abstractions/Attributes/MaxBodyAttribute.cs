namespace HyperGen;

/// <summary>The largest request body an endpoint accepts; a larger one is answered with 413.</summary>
/// <param name="bytes">Bytes, from 0. Without this attribute the server's limit holds, by default 30,000,000 (Kestrel's <c>MaxRequestBodySize</c>).</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class MaxBodyAttribute(long bytes) : Attribute
{
    /// <summary>Bytes.</summary>
    public long Bytes { get; } = bytes;
}
