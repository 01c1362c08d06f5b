namespace HyperGen.Quic.Recovery;

/// <summary>The controller of RFC 9002 appendix B: slow start, half the window on loss, one datagram a round trip after it.</summary>
internal sealed class NewReno(int maxDatagramSize) : CongestionController(maxDatagramSize)
{
    private long _bytesAckedInAvoidance;
    private Timestamp _recoveryStart = new(long.MinValue);

    public override void OnPacketAcked(Timestamp now, in SentPacket packet, in RttEstimator rtt)
    {
        if (packet.TimeSent <= _recoveryStart) return;
        IsInRecovery = false;

        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.8
        //# When bytes in flight is smaller than the congestion window and
        //# sending is not pacing limited, the congestion window is underutilized.
        //
        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.8
        //# When this occurs, the congestion window SHOULD NOT be increased in either slow start or
        //# congestion avoidance.
        if (!packet.WindowLimited) return;

        if (Window < SlowStartThreshold)
        {
            Window += packet.Size;
            return;
        }

        _bytesAckedInAvoidance += packet.Size;

        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.3.3
        //# MUST limit the increase to the congestion window to at most one maximum datagram size
        //# for each congestion window that is acknowledged.
        if (_bytesAckedInAvoidance < Window) return;
        _bytesAckedInAvoidance -= Window;
        Window += MaxDatagramSize;
    }

    public override void OnCongestionEvent(Timestamp now, Timestamp sent)
    {
        if (sent <= _recoveryStart) return;
        _recoveryStart = now;
        IsInRecovery = true;
        _bytesAckedInAvoidance = 0;

        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.3.2
        //# On entering a recovery period, a sender MUST set the slow start
        //# threshold to half the value of the congestion window when loss is
        //# detected.
        SlowStartThreshold = Math.Max(Window / 2, MinimumWindow);

        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.3.2
        //# The congestion window MUST be set to the reduced value of the slow start threshold
        //# before exiting the recovery period.
        Window = SlowStartThreshold;
    }

    public override void OnPersistentCongestion()
    {
        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.6.2
        //# When persistent congestion is declared, the sender's congestion
        //# window MUST be reduced to the minimum congestion window
        //# (kMinimumWindow)
        Window = MinimumWindow;
        _recoveryStart = new(long.MinValue);
        IsInRecovery = false;
    }
}
