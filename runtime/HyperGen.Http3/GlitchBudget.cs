namespace HyperGen.Http3;

/// <summary>Bounds what a peer may do that is allowed but pointless: unknown frames, empty DATA, resets of requests just begun.</summary>
/// <remarks>
/// A leaky bucket of 1,000 at once and 33 a second, the figures nghttp2 settled on for its own glitch limit. A browser causes a handful in a
/// session, a flood thousands a second.
/// </remarks>
internal struct GlitchBudget
{
    private const long Burst = 1_000;
    private const long PerSecond = 33;
    private const long MicrosecondsPerGlitch = 1_000_000 / PerSecond;

    /// <summary>The moment at which the bucket will be full again, in microseconds: the later, the emptier it is.</summary>
    private long _fullAt;

    /// <summary>Takes from the budget; false when it is spent.</summary>
    /// <param name="nowMicroseconds">The time, from any beginning.</param>
    /// <param name="count">How many glitches there were.</param>
    public bool TrySpend(long nowMicroseconds, int count = 1)
    {
        _fullAt = Math.Max(_fullAt, nowMicroseconds) + count * MicrosecondsPerGlitch;
        return _fullAt - nowMicroseconds <= Burst * MicrosecondsPerGlitch;
    }
}
