namespace HyperGen.Quic.Recovery;

/// <summary>
/// HyStart++ (RFC 9406): leaves slow start when round-trip times rise, before the queue they tell of overflows. A rise starts conservative slow start, which
/// grows a quarter as fast; if the rise was noise it goes back, and after five rounds it gives way to congestion avoidance. We pace, so L is infinite.
/// </summary>
internal struct HyStart()
{
    private const int SamplesForDecision = 8;
    private const int GrowthDivisor = 4;
    private const int ConservativeRounds = 5;
    private const int RttDivisor = 8;

    private static readonly TimeSpan MinThreshold = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan MaxThreshold = TimeSpan.FromMilliseconds(16);

    private Timestamp _roundStart = new(long.MinValue);
    private TimeSpan _lastRoundMin = TimeSpan.MaxValue;
    private TimeSpan _currentRoundMin = TimeSpan.MaxValue;
    private TimeSpan _baseline;
    private int _samples;
    private int _rounds;

    /// <summary>Whether growth is slowed down because round-trip times rose.</summary>
    public bool IsConservative { get; private set; }

    public void OnRttSample(TimeSpan latest)
    {
        if (latest < _currentRoundMin) _currentRoundMin = latest;
        _samples++;
    }

    /// <summary>How much an acknowledgment in slow start lets the window grow.</summary>
    /// <param name="now">When it arrived.</param>
    /// <param name="sent">When its packet was sent.</param>
    /// <param name="bytes">The packet's size.</param>
    /// <param name="done">Whether slow start is over.</param>
    public long OnAcked(Timestamp now, Timestamp sent, int bytes, out bool done)
    {
        // A round lasts until something sent after its start is acknowledged.
        done = false;
        if (sent >= _roundStart)
        {
            done = IsConservative && ++_rounds >= ConservativeRounds;
            _roundStart = now;
            _lastRoundMin = _currentRoundMin;
            _currentRoundMin = TimeSpan.MaxValue;
            _samples = 0;
        }

        if (_samples >= SamplesForDecision && _currentRoundMin != TimeSpan.MaxValue && _lastRoundMin != TimeSpan.MaxValue) Decide();
        return IsConservative ? bytes / GrowthDivisor : bytes;
    }

    private void Decide()
    {
        if (IsConservative)
        {
            if (_currentRoundMin < _baseline) IsConservative = false;
            return;
        }

        var threshold = _lastRoundMin / RttDivisor;
        if (threshold < MinThreshold) threshold = MinThreshold;
        if (threshold > MaxThreshold) threshold = MaxThreshold;
        if (_currentRoundMin < _lastRoundMin + threshold) return;
        _baseline = _currentRoundMin;
        _rounds = 0;
        IsConservative = true;
    }
}
