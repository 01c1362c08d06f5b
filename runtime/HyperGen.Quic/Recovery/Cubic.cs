namespace HyperGen.Quic.Recovery;

//= https://www.rfc-editor.org/rfc/rfc9002#section-7
//# the chosen controller MUST conform to the congestion control guidelines specified in
//# Section 3.1 of [RFC8085].

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
        IsInRecovery = false;

        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.8
        //# When this occurs, the congestion window SHOULD NOT be increased in either slow start or
        //# congestion avoidance.
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

        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.3.3
        //= type=exception
        //= reason=CUBIC grows along its cubic (RFC 9438 section 4.2), for long fast paths; section 7 leaves the choice of controller free, and NewReno adds one datagram.
        //# MUST limit the increase to the congestion window to at most one maximum datagram size
        //# for each congestion window that is acknowledged.
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
        IsInRecovery = true;
        _epochStart = Timestamp.Never;

        // Fast convergence (section 4.7): a flow that lost before it regained its old window gives room to newer ones.
        var window = Window / (double)MaxDatagramSize;
        _windowMax = window < _windowMax ? window * (1 + Beta) / 2 : window;
        _priorWindow = Window;

        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.3.2
        //= type=exception
        //= reason=CUBIC has a factor of its own, 0.7 (RFC 9438 section 4.6); section 7 leaves the choice of controller free, and NewReno halves.
        //# On entering a recovery period, a sender MUST set the slow start threshold to half the
        //# value of the congestion window when loss is detected.
        SlowStartThreshold = Math.Max((long)(Window * Beta), MinimumWindow);

        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.3.2
        //# The congestion window MUST be set to the reduced value of the slow start threshold
        //# before exiting the recovery period.
        Window = SlowStartThreshold;
    }

    public override void OnPersistentCongestion()
    {
        Window = MinimumWindow;
        _recoveryStart = new(long.MinValue);
        IsInRecovery = false;
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
