using HyperGen.Quic.Frames;
using HyperGen.Quic.Spaces;

namespace HyperGen.Quic;

/// <summary>What a packet is filled with, in which order: acknowledgments, the handshake, then what the application data space has to say.</summary>
internal sealed partial class Connection
{
    /// <summary>
    /// After so many packets that ask for no acknowledgment one asks, so that the peer's acknowledgment lets us forget ranges (RFC 9000 section 13.2.4).
    /// </summary>
    private const int MaxAckOnlyPackets = 16;

    private bool WantsToSend(Timestamp now, PacketNumberSpace space, bool mayAddData)
    {
        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.7
        //# packets containing only ACK frames SHOULD therefore not be paced.
        if (space.Received.IsDue(now) || space.Probes > 0) return true;
        if (!mayAddData) return false;
        if (space.Crypto.HasPending) return true;
        return space.Id == PacketNumberSpaceId.ApplicationData
            && (_streams.HasData || _streams.HasControl || _handshakeDonePending || _newTokenPending || _remoteIds.RetirePending > 0
                || _localIds.HasPending || HasDatagrams);
    }

    /// <summary>Puts frames into a packet; false, with nothing taken from anywhere, when it would only hold an acknowledgment that is not due.</summary>
    private bool TryFill(Timestamp now, PacketNumberSpace space, ref PacketBuilder builder, bool mayAddData)
    {
        var ackDue = space.Received.IsDue(now);
        var empty = builder;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2
        //# When sending a packet for any reason, an endpoint SHOULD attempt to include an ACK
        //# frame if one has not been sent recently.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
        //# An endpoint SHOULD send an ACK frame with other frames when there are new
        //# ack-eliciting packets to acknowledge.
        var hasAck = space.Received.MayGoAlong(now, _recovery.Rtt.SmoothedRtt) && TryWriteAck(now, space, ref builder);
        var ackLength = builder.Writer.Position;
        if (mayAddData)
        {
            if (space.Crypto.HasPending) space.Crypto.Write(ref builder);

            //= https://www.rfc-editor.org/rfc/rfc9000#section-12.5
            //# All other frame types MUST only be sent in the application data packet number
            //# space.
            if (space.Id == PacketNumberSpaceId.ApplicationData) WriteApplicationFrames(now, ref builder);
        }

        //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.4
        //# All probe packets sent on a PTO MUST be ack-eliciting.
        //
        //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.4
        //# When there is no data to send, the sender SHOULD send a PING or other ack-eliciting
        //# frame in a single packet, rearming the PTO timer.
        if (!builder.AckEliciting && (space.Probes > 0 || (hasAck && ackDue && mayAddData && AckNeedsAnswer(space))))
        {
            WritePing(ref builder);
        }

        if (builder.Writer.Position == ackLength && !ackDue)
        {
            _sentFrames.ReleaseAll(builder.Frames);
            if (!hasAck || !mayAddData || !HasDatagrams) return false;

            // The longest datagram has no room beside an acknowledgment that may wait.
            builder = empty;
            hasAck = false;
            if (space.Id == PacketNumberSpaceId.ApplicationData) WriteApplicationFrames(now, ref builder);
            if (builder.IsEmpty) return false;
        }

        if (hasAck) space.Received.OnAckSent(now);
        if (builder.AckEliciting && space.Probes > 0) space.Probes--;
        return true;
    }

    private void WriteApplicationFrames(Timestamp now, ref PacketBuilder builder)
    {
        if (_handshakeDonePending && builder.HasRoom(1))
        {
            _handshakeDonePending = false;
            builder.Writer.WriteByte((byte)FrameType.HandshakeDone);
            builder.Record(new() { Type = FrameType.HandshakeDone });
        }

        if (_newTokenPending) WriteNewToken(now, ref builder);
        while (_remoteIds.RetirePending > 0 && builder.HasRoom(ValueFrame.MaxLength) && _remoteIds.TryTakeRetire(out var sequence))
        {
            builder.TryWrite(new(FrameType.RetireConnectionId, sequence));
        }

        while (_localIds.HasPending && builder.HasRoom(NewConnectionIdFrame.MaxLength) && _localIds.TryTakePending(out var sequence, out var id))
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
            //# Endpoints SHOULD NOT issue updates of the Retire Prior To field before
            //# receiving RETIRE_CONNECTION_ID frames that retire all connection IDs
            //# indicated by the previous Retire Prior To value.
            new NewConnectionIdFrame(sequence, 0, id, StatelessResetToken.Derive(_endpoint.Options.ResetKey, id)).Write(ref builder.Writer);
            builder.Record(new() { Type = FrameType.NewConnectionId, Value = sequence });
        }

        if (_streams.HasControl) _streams.WriteControl(ref builder, now, _recovery.Rtt.SmoothedRtt);
        WriteDatagramsAndData(ref builder);
    }

    private bool TryWriteAck(Timestamp now, PacketNumberSpace space, ref PacketBuilder builder)
    {
        var isApplication = space.Id == PacketNumberSpaceId.ApplicationData;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.5
        //# An endpoint MUST NOT include delays that it does not control when populating the
        //# ACK Delay field in an ACK frame.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.5
        //# When the measured acknowledgment delay is larger than its max_ack_delay, an
        //# endpoint SHOULD report the measured delay.
        var delay = isApplication ? (long)(now - space.Received.LargestReceived).TotalMicroseconds >> _local.AckDelayExponent : 0;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.6
        //# ACK frames MUST only be carried in a packet that has the same packet number space
        //# as the packet being acknowledged
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.6
        //# packets that are protected with 1-RTT keys MUST be acknowledged in packets that
        //# are also protected with 1-RTT keys
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.6
        //# Packets that a client sends with 0-RTT packet protection MUST be acknowledged by
        //# the server in packets protected by 1-RTT keys.
        if (!AckFrame.TryWrite(ref builder.Writer, space.Received.Ranges, Math.Max(0, delay), space.Received.Ecn)) return false;
        builder.RecordAck(space.Received.Largest);
        return true;
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
    //# an endpoint MUST NOT send an ack-eliciting frame in all packets that would
    //# otherwise be non-ack-eliciting
    private bool AckNeedsAnswer(PacketNumberSpace space) => space.Received.Ranges.Count > 1 && _ackOnlyPackets >= MaxAckOnlyPackets;
}
