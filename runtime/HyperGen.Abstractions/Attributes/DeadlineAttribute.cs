namespace HyperGen;

/// <summary>How long an endpoint may take. Past it <see cref="RequestContext.Aborted"/> is cancelled and, when nothing has been sent, the answer is 503.</summary>
/// <param name="milliseconds">Milliseconds, from 1. There is no deadline without this attribute.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class DeadlineAttribute(int milliseconds) : Attribute
{
    /// <summary>Milliseconds.</summary>
    public int Milliseconds { get; } = milliseconds;
}
