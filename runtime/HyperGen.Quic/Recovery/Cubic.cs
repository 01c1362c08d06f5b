namespace HyperGen.Quic.Recovery;

/// <summary>
/// CUBIC (RFC 9438): after a loss the window grows along a cubic of the time since then, flat around the window at which the loss happened, so that a
/// long fast path is filled again in seconds; never slower than Reno would be.
/// </summary>
internal sealed class Cubic(int maxDatagramSize) : CongestionController(maxDatagramSize)
{
    /// <summary>beta_cubic and C of RFC 9438 sections 4.6 and 5.</summary>
    private const double Beta = 0.7;
    private const double C = 0.4;

    private long _ssthresh = long.MaxValue;
    private Timestamp _recoveryStart = new(long.MinValue);
    private Timestamp _epochStart = Timestamp.Never;
    private double _windowMax;
    private double _windowAtEpoch;
    private double _renoWindow;
    private double _k;

    public override void OnPacketAcked(Timestamp now, Timestamp sent, int bytes, bool windowLimited, in RttEstimator rtt)
    {
        if (!windowLimited || sent <= _recoveryStart) return;
        if (Window < _ssthresh)
        {
            Window += bytes;
            return;
        }

        if (_epochStart.IsNever) StartEpoch(now);
        double segment = MaxDatagramSize;

        // RFC 9438 section 4.2, in segments and seconds: W_cubic(t) = C * (t - K)^3 + W_max, looked up one round trip ahead.
        var t = (now - _epochStart + rtt.SmoothedRtt).TotalSeconds - _k;
        var target = Math.Clamp(((C * t * t * t) + _windowMax) * segment, Window, Window * 1.5);

        // Section 4.3: the window that Reno, with CUBIC's beta, would have by now.
        var alpha = _renoWindow < _windowMax * segment ? 3 * (1 - Beta) / (1 + Beta) : 1;
        _renoWindow += alpha * segment * bytes / Window;

        var next = Window + ((target - Window) * bytes / Window);
        Window = (long)Math.Max(next, _renoWindow);
    }

    public override void OnCongestionEvent(Timestamp now, Timestamp sent)
    {
        if (sent <= _recoveryStart) return;
        _recoveryStart = now;
        _epochStart = Timestamp.Never;

        // Fast convergence (section 4.7): a flow that lost before it regained its old window gives room to newer ones.
        var window = Window / (double)MaxDatagramSize;
        _windowMax = window < _windowMax ? window * (1 + Beta) / 2 : window;
        _ssthresh = Math.Max((long)(Window * Beta), MinimumWindow);
        Window = _ssthresh;
    }

    public override void OnPersistentCongestion()
    {
        Window = MinimumWindow;
        _recoveryStart = new(long.MinValue);
        _epochStart = Timestamp.Never;
        _windowMax = 0;
    }

    private void StartEpoch(Timestamp now)
    {
        _epochStart = now;
        _windowAtEpoch = Window / (double)MaxDatagramSize;
        _windowMax = Math.Max(_windowMax, _windowAtEpoch);
        _renoWindow = Window;
        _k = Math.Cbrt((_windowMax - _windowAtEpoch) / C);
    }
}
