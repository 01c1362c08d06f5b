namespace HyperGen.Quic.Recovery;

/// <summary>
/// Spreads a window over a round trip (RFC 9002 section 7.7): a token bucket that fills at the controller's pacing rate and holds enough for an
/// initial burst, or for what the bucket earns while a timer of one millisecond sleeps.
/// </summary>
internal struct Pacer
{
    private double _tokens;
    private Timestamp _updated;

    /// <summary>How many bytes may leave at once.</summary>
    public long Budget(Timestamp now, CongestionController controller, in RttEstimator rtt)
    {
        Refill(now, controller, rtt);
        return (long)_tokens;
    }

    public void OnSent(int bytes) => _tokens -= bytes;

    /// <summary>When at least one datagram may leave.</summary>
    public readonly Timestamp NextSend(CongestionController controller, in RttEstimator rtt)
    {
        var missing = controller.MaxDatagramSize - _tokens;
        return missing <= 0 ? _updated : _updated + TimeSpan.FromSeconds(missing / controller.PacingRate(rtt)) + TimeSpan.FromTicks(1);
    }

    private void Refill(Timestamp now, CongestionController controller, in RttEstimator rtt)
    {
        var rate = controller.PacingRate(rtt);

        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.7
        //# Senders SHOULD limit bursts to the initial congestion window
        var burst = Math.Max(controller.InitialWindow, rate * 0.001);
        _tokens = _updated == default ? burst : Math.Min(burst, _tokens + (rate * (now - _updated).TotalSeconds));
        _updated = now;
    }
}
