namespace HyperGen.Quic.Recovery;

/// <summary>
/// CUBIC (RFC 9438): after a loss the window grows along a cubic of the time since then, flat around the window at which the loss happened, so that a
/// long fast path is filled again in seconds; never slower than Reno would be. Slow start is HyStart++'s.
/// </summary>
internal sealed class Cubic(int maxDatagramSize) : CongestionController(maxDatagramSize)
{
    /// <summary>beta_cubic and C of RFC 9438 sections 4.6 and 5.</summary>
    private const double Beta = 0.7;
    private const double C = 0.4;

    private HyStart _hystart = new();
    private Timestamp _recoveryStart = new(long.MinValue);
    private Timestamp _epochStart = Timestamp.Never;
    private double _windowMax;
    private double _priorWindow;
    private double _renoWindow;
    private double _k;

    public override void OnRttSample(in RttEstimator rtt)
    {
        if (Window < SlowStartThreshold) _hystart.OnRttSample(rtt.LatestRtt);
    }

    public override void OnPacketAcked(Timestamp now, in SentPacket packet, in RttEstimator rtt)
    {
        if (packet.TimeSent <= _recoveryStart) return;
        if (!packet.WindowLimited)
        {
            // RFC 9438 section 5.8: time in which the application had nothing to send is not time in which the window was tried.
            _epochStart = Timestamp.Never;
            return;
        }

        var bytes = packet.Size;
        if (Window < SlowStartThreshold)
        {
            Window += _hystart.OnAcked(now, packet.TimeSent, bytes, out var done);
            if (done) SlowStartThreshold = Window;
            return;
        }

        if (_epochStart.IsNever) StartEpoch(now);
        double segment = MaxDatagramSize;

        // RFC 9438 section 4.2, in segments and seconds: W_cubic(t) = C * (t - K)^3 + W_max, looked up one round trip ahead.
        var t = (now - _epochStart + rtt.SmoothedRtt).TotalSeconds - _k;
        var target = Math.Clamp(((C * t * t * t) + _windowMax) * segment, Window, Window * 1.5);

        // Section 4.3: the window that Reno, with CUBIC's beta, would have by now; as fast as Reno itself once it is back where the loss was.
        var alpha = _renoWindow < _priorWindow ? 3 * (1 - Beta) / (1 + Beta) : 1;
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
        _priorWindow = Window;
        SlowStartThreshold = Math.Max((long)(Window * Beta), MinimumWindow);
        Window = SlowStartThreshold;
    }

    public override void OnPersistentCongestion()
    {
        Window = MinimumWindow;
        _recoveryStart = new(long.MinValue);
        _epochStart = Timestamp.Never;
        _hystart = new();
        _windowMax = 0;
    }

    private void StartEpoch(Timestamp now)
    {
        var window = Window / (double)MaxDatagramSize;
        _epochStart = now;
        _windowMax = Math.Max(_windowMax, window);
        _renoWindow = Window;
        _k = Math.Cbrt((_windowMax - window) / C);
    }
}
