using HyperGen.Quic.Frames;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Recovery;

/// <summary>
/// Loss detection of RFC 9002 appendix A over the three packet number spaces, with its names. It owns the packets in flight; what they carried is the
/// connection's business, which takes the packets each call acknowledged or lost from <see cref="Acked" /> and <see cref="Lost" /> before the next.
/// </summary>
internal sealed class LossDetection(Role role, CongestionController controller)
{
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.1.1
    //# The RECOMMENDED initial value for the packet reordering threshold
    //# (kPacketThreshold) is 3
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.1.1
    //# implementations SHOULD NOT use a packet threshold less than 3
    private const int PacketThreshold = 3;

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.6.1
    //# The RECOMMENDED value for kPersistentCongestionThreshold is 3
    private const int PersistentCongestionThreshold = 3;

    /// <summary>2^20 PTOs are longer than any idle timeout; a larger exponent would only overflow.</summary>
    private const int MaxBackoff = 20;

    /// <summary>The <see cref="SentPacket.Path" /> of packets that went along another path than the one in use.</summary>
    public const int NoPath = -1;

    private readonly Space[] _spaces = [new(), new(), new()];
    private RttEstimator _rtt = new();

    public CongestionController Controller { get; private set; } = controller;

    public ref readonly RttEstimator Rtt => ref _rtt;

    /// <summary>Which path is in use: grows by one with each change, so that packets sent before belong to none.</summary>
    public int Path { get; private set; }

    public int PtoCount { get; private set; }

    /// <summary>How often persistent congestion was established.</summary>
    public int PersistentCongestions { get; private set; }

    /// <summary>loss_detection_timer.</summary>
    public Timestamp Timer { get; private set; } = Timestamp.Never;

    /// <summary>Packets newly acknowledged by the last <see cref="OnAckReceived" />, the largest first.</summary>
    public PacketBatch Acked { get; } = new();

    /// <summary>Packets declared lost by the last call.</summary>
    public PacketBatch Lost { get; } = new();

    /// <summary>Whether the last acknowledgment was newer than all before it, and not one that was overtaken.</summary>
    public bool LargestAckedGrew { get; private set; }

    /// <summary>The space <see cref="Acked" /> and <see cref="Lost" /> belong to.</summary>
    public PacketNumberSpaceId SettledSpace { get; private set; }

    /// <summary>The peer's max_ack_delay.</summary>
    public TimeSpan MaxAckDelay { get; set; } = TimeSpan.FromMilliseconds(25);

    public bool HandshakeConfirmed { get; set; }

    public bool HasHandshakeKeys { get; set; }

    public bool ReceivedHandshakeAck { get; private set; }

    /// <summary>
    /// At a client: Handshake bytes wait for the window, which early data fills that only a server with these bytes is sure to acknowledge. A probe timeout
    /// lets them out.
    /// </summary>
    public bool HandshakeWaits { get; set; }

    /// <summary>A server that may not send sets no timer.</summary>
    public bool AtAmplificationLimit { get; set; }

    public PacketNumber LargestAcked(PacketNumberSpaceId space) => _spaces[(int)space].LargestAcked;

    public SentPackets InFlight(PacketNumberSpaceId space) => _spaces[(int)space].Sent;

    public bool HasAckElicitingInFlight(PacketNumberSpaceId space) => _spaces[(int)space].Sent.AckElicitingInFlight > 0;

    /// <summary>The probe timeout of the application's space with max_ack_delay, without backoff: the unit of the closing period and others.</summary>
    public TimeSpan PtoPeriod => _rtt.Pto + MaxAckDelay;

    public void OnPacketSent(Timestamp now, PacketNumberSpaceId id, in SentPacket packet)
    {
        var space = _spaces[(int)id];
        space.Sent.Add(packet);
        ref var added = ref space.Sent[space.Sent.Count - 1];
        added.Follows = space.LastInFlight;
        space.LastInFlight = packet.Number;
        if (packet.AckEliciting) space.TimeOfLastAckEliciting = now;

        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.5
        //# A sender MUST however count these packets as being additionally in flight, since these
        //# packets add network load without establishing packet loss.
        if (packet.Path == Path) Controller.OnPacketSent(packet.Size);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.4
    //# Packets sent on the old path MUST NOT contribute to congestion control or RTT
    //# estimation for the new path.

    /// <summary>Another path comes into use, with its own controller and estimate. What was sent along the old one is still to be acknowledged or lost.</summary>
    public void SwitchPath(Timestamp now, CongestionController controller, in RttEstimator rtt)
    {
        Path++;
        Controller = controller;
        Controller.ClearBytesInFlight();
        _rtt = rtt;
        PtoCount = 0;
        SetLossDetectionTimer(now);
    }

    /// <param name="now">When the frame arrived.</param>
    /// <param name="id">The space of the packet it arrived in.</param>
    /// <param name="ack">The frame, which acknowledges nothing that was not sent.</param>
    /// <param name="ackDelay">Its ACK Delay, scaled.</param>
    /// <param name="held">How long it waited here for the keys of its packet.</param>
    public void OnAckReceived(Timestamp now, PacketNumberSpaceId id, in AckFrame ack, TimeSpan ackDelay, TimeSpan held = default)
    {
        BeginSettling(id);
        if (id == PacketNumberSpaceId.Handshake) ReceivedHandshakeAck = true;
        var space = _spaces[(int)id];
        LargestAckedGrew = ack.Largest > space.LargestAcked;
        if (LargestAckedGrew) space.LargestAcked = ack.Largest;
        if (!DetectAndRemoveAckedPackets(space, ack)) return;

        //= https://www.rfc-editor.org/rfc/rfc9002#section-5.1
        //# An endpoint generates an RTT sample on receiving an ACK frame that
        //# meets the following two conditions:
        var newest = Acked[0];

        //= https://www.rfc-editor.org/rfc/rfc9002#section-5.1
        //# To avoid generating multiple RTT samples for a single packet, an ACK frame SHOULD NOT be
        //# used to update RTT estimates if it does not newly acknowledge the largest acknowledged
        //# packet.
        //
        //= https://www.rfc-editor.org/rfc/rfc9002#section-5.1
        //# An RTT sample MUST NOT be generated on receiving an ACK frame that does not newly
        //# acknowledge at least one ack-eliciting packet.
        if (newest.Number == ack.Largest && Acked.AnyAckEliciting && newest.Path == Path)
        {
            //= https://www.rfc-editor.org/rfc/rfc9002#section-5.3
            //# the endpoint SHOULD ignore max_ack_delay until the handshake is confirmed
            //
            //= https://www.rfc-editor.org/rfc/rfc9002#section-5.3
            //# SHOULD ignore the peer's max_ack_delay until the handshake is confirmed;
            //
            //= https://www.rfc-editor.org/rfc/rfc9002#section-5.3
            //# MUST use the lesser of the acknowledgment delay and the peer's max_ack_delay after the
            //# handshake is confirmed
            if (HandshakeConfirmed && ackDelay > MaxAckDelay) ackDelay = MaxAckDelay;
            var sample = now - newest.TimeSent;

            //= https://www.rfc-editor.org/rfc/rfc9002#section-5.3
            //# In such cases, an endpoint SHOULD subtract such local delays from its RTT sample until
            //# the handshake is confirmed.

            // An acknowledgment that came before its packet left was a guess: nothing is subtracted for it.
            if (!HandshakeConfirmed && held < sample) sample -= held;
            _rtt.UpdateRtt(now, sample, ackDelay);
            Controller.OnRttSample(_rtt);
        }

        DetectAndRemoveLostPackets(now, space);
        OnPacketsLost(now);
        for (var i = 0; i < Acked.Count; i++)
        {
            ref var packet = ref Acked[i];
            if (packet.Path != Path) continue;
            Controller.RemoveFromBytesInFlight(packet.Size);
            Controller.OnPacketAcked(now, packet, _rtt);
        }

        if (PeerCompletedAddressValidation) PtoCount = 0;
        SetLossDetectionTimer(now);
    }

    /// <summary>The timer expired: either packets are now lost, or probes are due in the returned space.</summary>
    public PacketNumberSpaceId? OnLossDetectionTimeout(Timestamp now)
    {
        var (lossTime, lossSpace) = GetLossTimeAndSpace();
        BeginSettling(lossSpace);
        if (!lossTime.IsNever)
        {
            DetectAndRemoveLostPackets(now, _spaces[(int)lossSpace]);
            OnPacketsLost(now);
            SetLossDetectionTimer(now);
            return null;
        }

        //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.1
        //# When a PTO timer expires, the PTO backoff MUST be increased
        var (_, space) = GetPtoTimeAndSpace(now);
        PtoCount++;
        SetLossDetectionTimer(now);
        return space;
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.3
    //# Clients that receive a Retry packet reset congestion control and loss
    //# recovery state, including resetting any pending timers.

    /// <summary>
    /// A Retry answered everything sent in a space so far, or the server does not read the early data that was: it is all to be sent again, and is no sign
    /// of congestion.
    /// </summary>
    public void OnRetry(Timestamp now, PacketNumberSpaceId id)
    {
        BeginSettling(id);
        var sent = _spaces[(int)id].Sent;
        for (var i = 0; i < sent.Count; i++)
        {
            if (sent[i].Gone) continue;
            if (sent[i].Path == Path) Controller.RemoveFromBytesInFlight(sent[i].Size);
            Lost.Add(sent[i]);
        }

        sent.Clear();
        _spaces[(int)id].LossTime = Timestamp.Never;
        PtoCount = 0;
        SetLossDetectionTimer(now);
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.2
    //# When Initial or Handshake keys are discarded, the PTO and loss detection timers MUST be
    //# reset
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.4
    //# The sender MUST discard all recovery state associated with those packets and MUST remove
    //# them from the count of bytes in flight.

    /// <summary>Packets of a space whose keys are gone can neither be acknowledged nor lost.</summary>
    public void OnPacketNumberSpaceDiscarded(Timestamp now, PacketNumberSpaceId id, SentFrames frames)
    {
        var space = _spaces[(int)id];
        for (var i = 0; i < space.Sent.Count; i++)
        {
            ref var packet = ref space.Sent[i];
            if (packet.Gone) continue;
            if (packet.Path == Path) Controller.RemoveFromBytesInFlight(packet.Size);
            frames.ReleaseAll(packet.Frames);
        }

        space.Sent.Clear();
        space.LossTime = Timestamp.Never;
        PtoCount = 0;
        SetLossDetectionTimer(now);
    }

    /// <summary>Gives up room that is not needed now, and what <see cref="Acked" /> and <see cref="Lost" /> last held.</summary>
    public void Shrink()
    {
        foreach (var space in _spaces) space.Sent.Shrink();
        Acked.Shrink();
        Lost.Shrink();
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.1
    //# A sender SHOULD restart its PTO timer every time an ack-eliciting packet is sent or
    //# acknowledged, or when Initial or Handshake keys are discarded
    public void SetLossDetectionTimer(Timestamp now)
    {
        var (lossTime, _) = GetLossTimeAndSpace();

        //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.1
        //# The PTO timer MUST NOT be set if a timer is set for time threshold loss detection
        if (!lossTime.IsNever) Timer = lossTime;

        //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.2.1
        //# If no additional data can be sent, the server's PTO timer MUST NOT be armed until
        //# datagrams have been received from the client
        else if (AtAmplificationLimit) Timer = Timestamp.Never;
        else if (!AnyProbeable && PeerCompletedAddressValidation && !HandshakeWaits) Timer = Timestamp.Never;
        else Timer = GetPtoTimeAndSpace(now).Time;
    }

    /// <summary>Whether anything is in flight that a probe timeout may be set for: what else a client has sent does not hide that the server waits for it.</summary>
    private bool AnyProbeable =>
        _spaces[0].Sent.AckElicitingInFlight + _spaces[1].Sent.AckElicitingInFlight > 0
        || (HandshakeConfirmed && _spaces[2].Sent.AckElicitingInFlight > 0);

    private bool PeerCompletedAddressValidation => role == Role.Server || ReceivedHandshakeAck || HandshakeConfirmed;

    private void BeginSettling(PacketNumberSpaceId space)
    {
        SettledSpace = space;
        Acked.Clear();
        Lost.Clear();
    }

    private bool DetectAndRemoveAckedPackets(Space space, in AckFrame ack)
    {
        var sent = space.Sent;
        foreach (var range in ack)
        {
            // Ranges come highest first and packets within are walked downwards: Acked[0] is the largest newly acknowledged.
            var first = sent.IndexOf(new(range.Start));
            var after = sent.IndexOf(new(range.End));
            for (var i = after - 1; i >= first; i--)
            {
                if (sent[i].Gone) continue;
                Acked.Add(sent[i]);
                sent.Remove(i);
            }

            if (first == 0) break;
        }

        sent.Trim();
        return Acked.Count > 0;
    }

    private void DetectAndRemoveLostPackets(Timestamp now, Space space)
    {
        space.LossTime = Timestamp.Never;
        var delay = _rtt.LossDelay;
        var sent = space.Sent;
        for (var i = 0; i < sent.Count; i++)
        {
            ref var packet = ref sent[i];
            if (packet.Number > space.LargestAcked) break;
            if (packet.Gone) continue;

            //= https://www.rfc-editor.org/rfc/rfc9002#section-6.1.2
            //# an endpoint SHOULD declare an earlier packet lost if it was sent a threshold amount of
            //# time in the past.
            if (packet.TimeSent + delay <= now || space.LargestAcked.Value >= packet.Number.Value + PacketThreshold)
            {
                Lost.Add(packet);
                sent.Remove(i);
            }
            else
            {
                //= https://www.rfc-editor.org/rfc/rfc9002#section-6.1.2
                //# If packets sent prior to the largest acknowledged packet cannot yet be declared lost,
                //# then a timer SHOULD be set for the remaining time.
                space.LossTime = Timestamp.Min(space.LossTime, packet.TimeSent + delay);
            }
        }

        sent.Trim();
    }

    private void OnPacketsLost(Timestamp now)
    {
        var lastLoss = new Timestamp(long.MinValue);
        var any = false;
        for (var i = 0; i < Lost.Count; i++)
        {
            ref var packet = ref Lost[i];
            if (packet.Path != Path) continue;
            Controller.RemoveFromBytesInFlight(packet.Size);

            //= https://www.rfc-editor.org/rfc/rfc9000#section-14.4
            //# Loss of a QUIC packet that is carried in a
            //# PMTU probe is therefore not a reliable indication of congestion and SHOULD NOT
            //# trigger a congestion control reaction
            if (packet.IsMtuProbe) continue;
            any = true;
            lastLoss = Timestamp.Max(lastLoss, packet.TimeSent);
        }

        if (!any) return;

        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.3.1
        //# The sender MUST exit slow start and enter a recovery period when a packet is lost or
        //# when the ECN-CE count reported by its peer increases.
        //
        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.4
        //# Endpoints MUST NOT ignore the loss of packets that were sent after the earliest
        //# acknowledged packet in a given packet number space.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.3
        //# Upon detecting losses, a sender MUST take appropriate congestion control action.
        Controller.OnCongestionEvent(now, lastLoss);
        if (!InPersistentCongestion()) return;
        PersistentCongestions++;
        Controller.OnPersistentCongestion();
        _rtt.OnPersistentCongestion();
    }

    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.6.2
    //# A sender establishes persistent congestion after the receipt of an
    //# acknowledgment if two packets that are ack-eliciting are declared
    //# lost
    //
    //= https://www.rfc-editor.org/rfc/rfc9002#section-7.6.2
    //= type=exception
    //= reason=Spaces other than the application's live for a few round trips, shorter than any such silence; looking at the space acknowledged alone is permitted.
    //# persistent congestion SHOULD consider packets sent across packet number spaces.

    /// <summary>Whether the packets just lost are an unbroken run, nothing between them acknowledged, that is longer than three probe timeouts.</summary>
    private bool InPersistentCongestion()
    {
        if (!_rtt.HasSample) return false;
        var threshold = PtoPeriod * PersistentCongestionThreshold;
        var runStart = Timestamp.Never;
        var previous = PacketNumber.None;
        for (var i = 0; i < Lost.Count; i++)
        {
            ref var packet = ref Lost[i];
            if (packet.Follows != previous) runStart = Timestamp.Never;
            previous = packet.Number;

            //= https://www.rfc-editor.org/rfc/rfc9002#section-7.6.2
            //# The persistent congestion period SHOULD NOT start until there is at
            //# least one RTT sample.
            //
            //= https://www.rfc-editor.org/rfc/rfc9002#section-7.6.2
            //# These two packets MUST be ack-eliciting
            if (!packet.AckEliciting || packet.IsMtuProbe || packet.Path != Path || packet.TimeSent <= _rtt.FirstSample) continue;
            runStart = Timestamp.Min(runStart, packet.TimeSent);
            if (packet.TimeSent - runStart > threshold) return true;
        }

        return false;
    }

    private (Timestamp Time, PacketNumberSpaceId Space) GetLossTimeAndSpace()
    {
        var time = _spaces[0].LossTime;
        var id = PacketNumberSpaceId.Initial;
        for (var i = 1; i < _spaces.Length; i++)
        {
            if (_spaces[i].LossTime >= time) continue;
            time = _spaces[i].LossTime;
            id = (PacketNumberSpaceId)i;
        }

        return (time, id);
    }

    private (Timestamp Time, PacketNumberSpaceId Space) GetPtoTimeAndSpace(Timestamp now)
    {
        var backoff = 1L << Math.Min(PtoCount, MaxBackoff);
        var duration = _rtt.Pto * backoff;

        //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.2.1
        //# the client MUST set the PTO timer if the client has not received
        //# an acknowledgment for any of its Handshake packets and the handshake
        //# is not confirmed
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
        //# To prevent this deadlock, clients MUST send a packet on a Probe Timeout
        //# (PTO)
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
        //# the client MUST send an Initial packet in a UDP datagram that contains at
        //# least 1200 bytes if it does not have Handshake keys, and otherwise send a
        //# Handshake packet.
        if (!AnyProbeable) return (now + duration, HasHandshakeKeys ? PacketNumberSpaceId.Handshake : PacketNumberSpaceId.Initial);

        var time = Timestamp.Never;
        var id = PacketNumberSpaceId.Initial;
        for (var i = 0; i < _spaces.Length; i++)
        {
            var space = _spaces[i];
            if (space.Sent.AckElicitingInFlight == 0) continue;
            if (i == (int)PacketNumberSpaceId.ApplicationData)
            {
                //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.1
                //# An endpoint MUST NOT set its PTO timer for the Application Data
                //# packet number space until the handshake is confirmed.
                if (!HandshakeConfirmed) break;
                duration += MaxAckDelay * backoff;
            }

            var due = space.TimeOfLastAckEliciting + duration;

            //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.1
            //# When ack-eliciting packets in multiple packet number spaces are in flight, the timer
            //# MUST be set to the earlier value of the Initial and Handshake packet number spaces.
            if (due >= time) continue;
            time = due;
            id = (PacketNumberSpaceId)i;
        }

        return (time, id);
    }

    private sealed class Space
    {
        public readonly SentPackets Sent = new();
        public PacketNumber LargestAcked = PacketNumber.None;
        public PacketNumber LastInFlight = PacketNumber.None;
        public Timestamp TimeOfLastAckEliciting;
        public Timestamp LossTime = Timestamp.Never;
    }
}
