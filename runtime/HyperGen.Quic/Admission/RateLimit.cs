namespace HyperGen.Quic.Admission;

/// <summary>So many a second and so many at once: a token bucket without a timer.</summary>
internal struct RateLimit(int perSecond, int burst)
{
    private readonly double _perTick = (double)perSecond / TimeSpan.TicksPerSecond;
    private double _available = burst;
    private Timestamp _updated;

    /// <summary>Takes <paramref name="cost" /> if it is there.</summary>
    public bool TryTake(Timestamp now, int cost = 1)
    {
        if (now > _updated)
        {
            _available = Math.Min(burst, _available + ((now - _updated).Ticks * _perTick));
            _updated = now;
        }

        if (_available < cost) return false;
        _available -= cost;
        return true;
    }
}
