namespace HyperGen.Quic.Recovery;

/// <summary>The round-trip time of a path, estimated as RFC 9002 section 5 says.</summary>
internal struct RttEstimator
{
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.2
    //# When no previous RTT is available, the initial RTT
    //# SHOULD be set to 333 milliseconds.
    public static readonly TimeSpan InitialRtt = TimeSpan.FromMilliseconds(333);

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.1.2
    //# The RECOMMENDED value of the timer granularity (kGranularity) is 1 millisecond.

    /// <summary>kGranularity.</summary>
    public static readonly TimeSpan Granularity = TimeSpan.FromMilliseconds(1);

    public RttEstimator()
    {
        SmoothedRtt = InitialRtt;
        RttVar = InitialRtt / 2;
    }

    public bool HasSample { get; private set; }

    public Timestamp FirstSample { get; private set; }

    public TimeSpan LatestRtt { get; private set; }

    public TimeSpan MinRtt { get; private set; }

    public TimeSpan SmoothedRtt { get; private set; }

    public TimeSpan RttVar { get; private set; }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.1
    //# The PTO period MUST be at least kGranularity to avoid the timer expiring immediately.

    /// <summary>The probe timeout without the peer's max_ack_delay and without backoff.</summary>
    public readonly TimeSpan Pto => SmoothedRtt + Max(4 * RttVar, Granularity);

    /// <summary>How much later than a newer, acknowledged packet a packet may be acknowledged before it counts as lost.</summary>
    public readonly TimeSpan LossDelay
    {
        //= https://www.rfc-editor.org/rfc/rfc9002#section-6.1.2
        //# The RECOMMENDED time threshold (kTimeThreshold), expressed as an
        //# RTT multiplier, is 9/8.
        //
        //= https://www.rfc-editor.org/rfc/rfc9002#section-6.1.2
        //# this time threshold MUST be set to at least the local timer granularity, as indicated by
        //# the kGranularity constant.
        get => Max(Max(LatestRtt, SmoothedRtt) * 9 / 8, Granularity);
    }

    /// <param name="now">When the acknowledgment arrived.</param>
    /// <param name="latest">How long after its packet.</param>
    /// <param name="ackDelay">How long the peer says it held it back, already limited to its max_ack_delay once the handshake is confirmed.</param>
    public void UpdateRtt(Timestamp now, TimeSpan latest, TimeSpan ackDelay)
    {
        LatestRtt = latest;
        if (!HasSample)
        {
            HasSample = true;
            FirstSample = now;
            MinRtt = latest;
            SmoothedRtt = latest;
            RttVar = latest / 2;
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9002#section-5.2
        //# min_rtt MUST be set to the lesser of min_rtt and latest_rtt
        //# (Section 5.1) on all other samples.
        MinRtt = Min(MinRtt, latest);

        //= https://www.rfc-editor.org/rfc/rfc9002#section-5.3
        //# MUST NOT subtract the acknowledgment delay from the RTT sample if the
        //# resulting value is smaller than the min_rtt.
        var adjusted = latest >= MinRtt + ackDelay ? latest - ackDelay : latest;
        RttVar = ((3 * RttVar) + (SmoothedRtt - adjusted).Duration()) / 4;
        SmoothedRtt = ((7 * SmoothedRtt) + adjusted) / 8;
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-5.2
    //# Endpoints SHOULD set the min_rtt to the newest RTT sample after persistent congestion is
    //# established.
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-5.2
    //# Implementations SHOULD NOT refresh the min_rtt value too often

    /// <summary>Persistent congestion was established: the path may not be the one it was.</summary>
    public void OnPersistentCongestion() => MinRtt = LatestRtt;

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left >= right ? left : right;

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left <= right ? left : right;
}
