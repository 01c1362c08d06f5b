using HyperGen.Quic.Frames;

namespace HyperGen.Quic.Paths;

/// <summary>
/// Whether ECN works along a path (RFC 9000 section 13.4.2 and appendix A.4): the first packets are marked, and once an acknowledgment shows that the marks
/// arrive, all are. Counts that cannot be right, or marked packets that all vanish, turn it off for the path's life.
/// </summary>
internal struct EcnValidation()
{
    /// <summary>Packets marked before an answer is waited for.</summary>
    private const int TestedPackets = 10;

    private int _sent;
    private int _lost;

    public enum State : byte
    {
        /// <summary>Packets are marked to see what happens.</summary>
        Testing,

        /// <summary>Enough were marked; what became of them is not known yet.</summary>
        Unknown,

        /// <summary>The marks arrive.</summary>
        Capable,

        /// <summary>They do not, or what the peer says of them cannot be believed.</summary>
        Failed,
    }

    public State Current { get; private set; }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.4.2.2
    //# If validation fails, then the endpoint MUST disable ECN.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.4.2.2
    //# an endpoint MUST disable ECN if validation later fails

    /// <summary>The mark of the next packets.</summary>
    public readonly EcnCodepoint Mark => Current is State.Testing or State.Capable ? EcnCodepoint.Ect0 : EcnCodepoint.NotEct;

    public void OnMarkedSent()
    {
        if (Current == State.Testing && ++_sent >= TestedPackets) Current = State.Unknown;
    }

    /// <summary>A marked packet was lost.</summary>
    public void OnMarkedLost()
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.4.2
        //# If all packets marked with non-zero
        //# ECN codepoints are subsequently lost, it can disable marking on the assumption
        //# that the marking caused the loss.
        if (Current is State.Testing or State.Unknown && ++_lost >= Math.Max(_sent, TestedPackets)) Current = State.Failed;
    }

    /// <summary>Nothing was acknowledged for so long that the marks may be why.</summary>
    public void OnProbeTimeouts()
    {
        if (Current is State.Testing or State.Unknown) Current = State.Failed;
    }

    /// <summary>Judges an acknowledgment that is newer than all before it.</summary>
    /// <param name="newlyAcked">How many marked packets it acknowledged.</param>
    /// <param name="markedSent">How many were sent in all.</param>
    /// <param name="previous">The counts before.</param>
    /// <param name="ack">The frame.</param>
    /// <returns>Whether its counts are sound; congestion they report is then to be reacted to.</returns>
    public bool OnAck(int newlyAcked, long markedSent, EcnCounts previous, in AckFrame ack)
    {
        if (Current == State.Failed) return false;
        if (!ack.HasEcn)
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-13.4.2.1
            //# If an ACK frame newly acknowledges a packet that the endpoint sent with either
            //# the ECT(0) or ECT(1) codepoint set, ECN validation fails if the corresponding
            //# ECN counts are not present in the ACK frame.
            if (newlyAcked > 0) Current = State.Failed;
            return false;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.4.2.1
        //# ECN validation also fails if the sum of the increase in ECT(0) and ECN-CE counts
        //# is less than the number of newly acknowledged packets that were originally sent
        //# with an ECT(0) marking.
        var counts = ack.Ecn;
        var increase = counts.Ect0 - previous.Ect0 + (counts.CongestionExperienced - previous.CongestionExperienced);
        var isSound = increase >= newlyAcked && counts.Ect0 >= previous.Ect0 && counts.CongestionExperienced >= previous.CongestionExperienced;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.4.2.1
        //# ECN validation can fail if the received total count for either ECT(0) or ECT(1)
        //# exceeds the total number of packets sent with each corresponding ECT codepoint.
        if (!isSound || counts.Ect1 > 0 || counts.Ect0 > markedSent || counts.CongestionExperienced > markedSent)
        {
            Current = State.Failed;
            return false;
        }

        if (newlyAcked > 0) Current = State.Capable;
        return true;
    }
}
