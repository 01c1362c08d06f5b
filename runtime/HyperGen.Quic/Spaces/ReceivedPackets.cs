using HyperGen.Quic.Frames;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Spaces;

/// <summary>The packets received in one packet number space: which are duplicates, and when and what to acknowledge (RFC 9000 section 13.2).</summary>
internal sealed class ReceivedPackets
{
    /// <summary>Ranges remembered; older ones are dropped and their packets refused. 64 is what quiche and quic-go send at most.</summary>
    public const int MaxRanges = 64;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.2
    //# A receiver SHOULD send an ACK frame after receiving at least two
    //# ack-eliciting packets.
    private const int AckElicitingThreshold = 2;

    private RangeSet _ranges;
    private long _floor;
    private int _unacknowledged;
    private bool _immediate;
    private Timestamp _ackSent;
    private EcnCounts _ecn;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.3
    //# they MUST retain the largest packet number that has been successfully processed

    /// <summary>The largest packet number received, from which the next is decoded.</summary>
    public PacketNumber Largest { get; private set; } = PacketNumber.None;

    /// <summary>When an acknowledgment falls due by itself.</summary>
    public Timestamp Deadline { get; private set; } = Timestamp.Never;

    public Timestamp LargestReceived { get; private set; }

    public EcnCounts Ecn => _ecn;

    public ref readonly RangeSet Ranges => ref _ranges;

    /// <summary>Whether any ack-eliciting packet has not been acknowledged at all: an ACK frame goes along with whatever is sent.</summary>
    public bool HasNews => _unacknowledged > 0;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.3
    //# A receiver MUST discard a newly unprotected packet unless it is certain that it
    //# has not processed another packet with the same packet number from the same packet
    //# number space.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.3
    //# A receiver MUST retain an ACK Range unless it can ensure that it will not
    //# subsequently accept packets with numbers in that range.
    public bool IsDuplicate(PacketNumber number) => number.Value < _floor || _ranges.Contains(number.Value);

    /// <param name="now">When it arrived.</param>
    /// <param name="number">A packet number that is no duplicate.</param>
    /// <param name="ackEliciting">Whether it asks for an acknowledgment.</param>
    /// <param name="ecn">Its mark.</param>
    /// <param name="delay">How long acknowledgments may wait in this space; zero while the handshake runs.</param>
    public void OnPacketReceived(Timestamp now, PacketNumber number, bool ackEliciting, EcnCodepoint ecn, TimeSpan delay)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
        //# In order to assist loss detection at the sender, an endpoint SHOULD generate
        //# and send an ACK frame without delay when it receives an ack-eliciting packet
        var reordered = !Largest.IsNone && number != Largest.Next;
        if (number > Largest)
        {
            Largest = number;
            LargestReceived = now;
        }

        _ranges.Add(number.Value, number.Value + 1);
        if (_ranges.Count > MaxRanges)
        {
            _floor = _ranges[0].End;
            _ranges.RemoveLowest();
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.4.1
        //# Even if an endpoint does not set an ECT field in packets it sends, the endpoint
        //# MUST provide feedback about ECN markings it receives, if these are accessible.
        _ecn = _ecn.Plus(ecn);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
        //# An endpoint MUST NOT send a non-ack-eliciting packet in response to a
        //# non-ack-eliciting packet, even if there are packet gaps that precede the received
        //# packet.
        if (!ackEliciting) return;
        _unacknowledged++;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
        //# packets marked with the ECN Congestion Experienced (CE) codepoint in the IP header
        //# SHOULD be acknowledged immediately
        _immediate |= reordered || delay == TimeSpan.Zero || _unacknowledged >= AckElicitingThreshold || ecn == EcnCodepoint.CongestionExperienced;
        if (Deadline.IsNever) Deadline = now + delay;
    }

    /// <summary>Gives up room that is not needed now.</summary>
    public void Shrink() => _ranges.Shrink();

    public bool IsDue(Timestamp now) => HasNews && (_immediate || now >= Deadline);

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2
    //# When sending a packet for any reason, an endpoint SHOULD attempt to
    //# include an ACK frame if one has not been sent recently.

    /// <summary>
    /// Whether an ACK frame goes along with a packet that is sent anyway. Nobody sends one again that was lost, and a peer whose window is full of what it
    /// acknowledged can say nothing more, not even that it is there.
    /// </summary>
    public bool MayGoAlong(Timestamp now, TimeSpan rtt) => HasNews || (!_ranges.IsEmpty && now - _ackSent >= rtt);

    public void OnAckSent(Timestamp now)
    {
        _ackSent = now;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
        //# an endpoint MUST NOT send more than one such packet in response to receiving an
        //# ack-eliciting packet
        _unacknowledged = 0;
        _immediate = false;
        Deadline = Timestamp.Never;
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.4
    //# When a packet containing an ACK frame is acknowledged,
    //# the receiver can stop acknowledging packets less than or equal to the Largest
    //# Acknowledged field in the sent ACK frame.

    /// <summary>An ACK frame of ours that acknowledged up to <paramref name="largest" /> arrived.</summary>
    public void OnAckOfAck(long largest)
    {
        if (largest < _floor) return;

        // The range that holds the largest stays, so that there is always something to say.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.3
        //# the receiver SHOULD stop tracking those acknowledged ACK Ranges
        while (_ranges.Count > 1 && _ranges[0].End <= largest)
        {
            _floor = _ranges[0].End;
            _ranges.RemoveLowest();
        }
    }
}
