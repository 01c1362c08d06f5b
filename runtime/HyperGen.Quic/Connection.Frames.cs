using HyperGen.Quic.Frames;
using HyperGen.Quic.Recovery;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic;

/// <summary>What each frame of a received packet does.</summary>
internal sealed partial class Connection
{
    private TransportError HandleFrames(
        Timestamp now, PacketNumberSpace space, PacketType packetType, in ConnectionId destinationId, ReadOnlySpan<byte> payload, out PacketSummary summary)
    {
        var ackEliciting = false;
        var probing = true;
        summary = default;
        var reader = new WireReader(payload);
        while (!reader.IsEmpty)
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-12.4
            //# An endpoint MUST treat the receipt of a frame of unknown type as a
            //# connection error of type FRAME_ENCODING_ERROR.
            if (!reader.TryReadVarInt(out var value)) return TransportError.Malformed(FrameType.Padding);
            var type = (FrameType)value;
            if (!FrameTypes.IsKnown(value)) return TransportError.Of(TransportErrorCode.FrameEncodingError, type, "The frame type is unknown.");

            //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.4
            //# Endpoints MUST treat receipt of Handshake packets with other frames as a
            //# connection error of type PROTOCOL_VIOLATION.
            if (packetType is PacketType.Initial or PacketType.Handshake && !FrameTypes.IsPermittedInHandshake(type))
            {
                return TransportError.Of(TransportErrorCode.ProtocolViolation, type, "The frame is not permitted in this packet.");
            }

            //= https://www.rfc-editor.org/rfc/rfc9000#section-12.5
            //# A server MAY treat receipt of these frames in 0-RTT packets as a
            //# connection error of type PROTOCOL_VIOLATION.
            //
            //= https://www.rfc-editor.org/rfc/rfc9001#section-8.3
            //# A server MUST treat receipt of a CRYPTO frame in a 0-RTT packet as a connection error of
            //# type PROTOCOL_VIOLATION.
            if (packetType == PacketType.ZeroRtt && FrameTypes.IsForbiddenInZeroRtt(type))
            {
                return TransportError.Of(TransportErrorCode.ProtocolViolation, type, "The frame is not permitted in early data.");
            }

            if (IsGlitch(type)) _packetGlitches++;
            ackEliciting |= FrameTypes.IsAckEliciting(type);
            probing &= type is FrameType.Padding or FrameType.PathChallenge or FrameType.PathResponse or FrameType.NewConnectionId;
            var error = HandleFrame(now, space, type, packetType == PacketType.ZeroRtt, destinationId, ref reader);
            if (error.IsError) return error;
            if (_packetIsDropped || State is ConnectionState.Draining or ConnectionState.Drained) break;
        }

        summary = new(ackEliciting, probing);
        return TransportError.None;
    }

    private TransportError HandleFrame(
        Timestamp now, PacketNumberSpace space, FrameType type, bool isEarly, in ConnectionId destinationId, ref WireReader reader)
    {
        if (FrameTypes.IsStream(type))
        {
            var error = StreamFrame.TryRead(ref reader, type, out var stream);
            if (error.IsError) return error;
            return _endpoint.Pages.HasRoomFor(stream.Data.Length) ? _streams.OnStreamFrame(stream, isEarly) : DropPacket();
        }

        switch (type)
        {
            case FrameType.Padding:
                reader.SkipAll(0);
                return TransportError.None;
            case FrameType.Ping:
                return TransportError.None;
            case FrameType.Ack or FrameType.AckEcn:
                return HandleAck(now, space, type, ref reader);
            case FrameType.Crypto:
                return HandleCrypto(now, space, ref reader);
            case FrameType.ResetStream:
                var error = ResetStreamFrame.TryRead(ref reader, out var reset);
                return error.IsError ? error : _streams.OnResetStream(reset);
            case FrameType.StopSending or FrameType.MaxStreamData or FrameType.StreamDataBlocked:
                return HandleStreamValue(type, ref reader);
            case FrameType.ConnectionClose or FrameType.ConnectionCloseApplication:
                return HandleConnectionClose(now, type, ref reader);
            case FrameType.NewConnectionId:
                error = NewConnectionIdFrame.TryRead(ref reader, out var newId);
                return error.IsError ? error : _remoteIds.OnNewConnectionId(newId);
            case FrameType.PathChallenge or FrameType.PathResponse:
                return HandlePathFrame(now, type, destinationId, ref reader);
            case FrameType.Datagram or FrameType.DatagramWithLength:
                return HandleDatagramFrame(type, ref reader);
            case FrameType.NewToken:
                return HandleNewToken(ref reader);
            case FrameType.HandshakeDone:
                return HandleHandshakeDone(now);
            default:
                error = ValueFrame.TryRead(ref reader, type, out var frame);
                return error.IsError ? error : HandleValue(frame, destinationId);
        }
    }

    /// <summary>
    /// There is no memory for what a frame brings. The packet is not acknowledged, as if it had been lost, and what it carried comes again; frames of it that
    /// were acted upon already change nothing then.
    /// </summary>
    private TransportError DropPacket()
    {
        _packetIsDropped = true;
        return TransportError.None;
    }

    private TransportError HandleValue(in ValueFrame frame, in ConnectionId destinationId)
    {
        switch (frame.Type)
        {
            case FrameType.MaxData:
                _streams.OnMaxData(frame.Value);
                return TransportError.None;
            case FrameType.MaxStreamsBidi or FrameType.MaxStreamsUni:
                _streams.OnMaxStreams(frame.Type == FrameType.MaxStreamsUni, frame.Value);
                return TransportError.None;
            case FrameType.RetireConnectionId:
                var error = _localIds.OnRetired(frame.Value, destinationId, out var retired);
                if (retired is not { } id) return error;

                //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.1
                //# An endpoint SHOULD supply a new connection ID when the peer retires a
                //# connection ID.
                //
                //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
                //# The endpoint SHOULD continue to accept the previously issued connection IDs
                //# until they are retired by the peer.
                _endpoint.Remove(id);
                IssueConnectionIds();
                return error;
            default:
                // DATA_BLOCKED and STREAMS_BLOCKED tell us only that our limits are felt: credit never waits for them.
                return TransportError.None;
        }
    }

    private TransportError HandleStreamValue(FrameType type, ref WireReader reader)
    {
        var error = StreamValueFrame.TryRead(ref reader, type, out var frame);
        if (error.IsError) return error;
        return type switch
        {
            FrameType.StopSending => _streams.OnStopSending(frame),
            FrameType.MaxStreamData => _streams.OnMaxStreamData(frame),
            _ => _streams.OnStreamDataBlocked(frame),
        };
    }

    private TransportError HandleAck(Timestamp now, PacketNumberSpace space, FrameType type, ref WireReader reader)
    {
        var error = AckFrame.TryRead(ref reader, type, out var ack);
        if (error.IsError) return error;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.1
        //# An endpoint SHOULD treat receipt of an acknowledgment for a packet it
        //# did not send as a connection error of type PROTOCOL_VIOLATION
        if (ack.Largest >= space.NextNumber || space.Skipped?.AreClaimedBy(ack) == true)
        {
            return TransportError.Of(TransportErrorCode.ProtocolViolation, type, "A packet was acknowledged that was never sent.");
        }

        if (IsOfRejectedPacket(space, ack))
        {
            return TransportError.Of(TransportErrorCode.ProtocolViolation, type, "Early data was acknowledged that was rejected.");
        }

        var exponent = space.Id == PacketNumberSpaceId.ApplicationData ? _remote?.AckDelayExponent ?? 3 : 0;

        // A delay beyond any max_ack_delay is cut before it can overflow.
        var delay = space.Id == PacketNumberSpaceId.ApplicationData
            ? TimeSpan.FromMicroseconds(Math.Min(ack.Delay, 1L << 30) << exponent)
            : TimeSpan.Zero;
        _recovery.OnAckReceived(now, space.Id, ack, delay, _held);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.3
        //# QUIC implementations MUST properly handle both types, and, if they have
        //# enabled ECN for packets they send, they SHOULD use the information in the ECN
        //# section to manage their congestion state.
        ProcessEcn(now, space, ack);

        // In the order they were sent: what a stream is acknowledged then follows on what it was before, and leaves no holes to remember for a moment.
        for (var i = _recovery.Acked.Count - 1; i >= 0; i--) OnPacketAcked(space, _recovery.Acked[i]);
        OnPacketsLost(now);
        _qlog?.RecoveryUpdated(now, _recovery, _path);
        if (_recovery.Acked.Count > 0) _streams.OnCongestionWindow(_recovery.Controller.Window);
        return TransportError.None;
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.4.2.1
    //# An
    //# endpoint MUST NOT fail ECN validation as a result of processing an ACK frame
    //# that does not increase the largest acknowledged packet number.
    private void ProcessEcn(Timestamp now, PacketNumberSpace space, in AckFrame ack)
    {
        if (!_recovery.LargestAckedGrew) return;
        var marked = 0;
        for (var i = 0; i < _recovery.Acked.Count; i++)
        {
            if (_recovery.Acked[i].IsMarked && _recovery.Acked[i].Path == _recovery.Path) marked++;
        }

        var previous = space.ReportedEcn;
        if (ack.HasEcn) space.ReportedEcn = ack.Ecn;
        if (!_path.Ecn.OnAck(marked, space.MarkedSent, previous, ack) || _recovery.Acked.Count == 0) return;

        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.1
        //# QUIC treats a Congestion Experienced (CE) codepoint
        //# in the IP header as a signal of congestion.
        if (ack.Ecn.CongestionExperienced <= previous.CongestionExperienced) return;
        Statistics.CongestionMarks += ack.Ecn.CongestionExperienced - previous.CongestionExperienced;

        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.3.1
        //# The sender MUST exit slow start and enter a recovery period when a packet is lost or
        //# when the ECN-CE count reported by its peer increases.
        _recovery.Controller.OnCongestionEvent(now, _recovery.Acked[0].TimeSent);
    }

    private void OnPacketAcked(PacketNumberSpace space, in SentPacket packet)
    {
        if (packet.Path == _recovery.Path)
        {
            if (packet.IsMtuProbe) OnMtuProbeAcked(packet.Size);
            else _path.Mtu.OnAcked(packet.Size);
            if (packet.Size >= MinDatagramSize) OnSizeShown(packet.TimeSent);
        }

        if (_nextDatagram > 0) OnDatagramsSettled(packet.Frames, ConnectionEventKind.DatagramAcked);
        for (var i = packet.Frames; i != SentFrames.End; i = _sentFrames.Release(i))
        {
            ref var frame = ref _sentFrames[i];
            switch (frame.Type)
            {
                case FrameType.Crypto:
                    space.Crypto.OnAcked(frame.Value, frame.Length);
                    break;
                case FrameType.Ack:
                    space.Received.OnAckOfAck(frame.Value);
                    break;
                case FrameType.RetireConnectionId:
                    _remoteIds.OnRetireAcked(frame.Value);
                    break;
                default:
                    if (frame.Stream is not null) _streams.OnFrameAcked(frame);
                    break;
            }
        }
    }

    /// <summary>Sends again what the packets just declared lost carried, as far as it still matters.</summary>
    private void OnPacketsLost(Timestamp now)
    {
        if (_recovery.Lost.Count == 0) return;
        var space = _spaces[(int)_recovery.SettledSpace];
        for (var i = 0; i < _recovery.Lost.Count; i++)
        {
            ref var packet = ref _recovery.Lost[i];
            Statistics.PacketsLost++;
            _qlog?.PacketLost(now, PacketTypeOf(space.Id), packet);
            if (packet.Path == _recovery.Path) OnPacketLostOnPath(now, packet);
            if (_nextDatagram > 0) OnDatagramsSettled(packet.Frames, ConnectionEventKind.DatagramLost);
            Requeue(space, packet.Frames);
            _sentFrames.ReleaseAll(packet.Frames);
        }

        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.3.2
        //# If the congestion window is reduced immediately, a single packet can be sent
        //# prior to reduction.
        //
        // In a handshake it has to be: 1-RTT packets that fill the window cannot be acknowledged before a lost Finished arrives.
        if (space.Id != PacketNumberSpaceId.ApplicationData && !space.IsDiscarded) space.Probes = Math.Max(space.Probes, 1);
    }

    private void OnMtuProbeAcked(int size)
    {
        _path.Mtu.OnProbeAcked(size);
        _recovery.Controller.SetMaxDatagramSize(_path.Mtu.Current);
    }

    private void OnPacketLostOnPath(Timestamp now, in SentPacket packet)
    {
        if (packet.IsMarked) _path.Ecn.OnMarkedLost();
        if (packet.IsMtuProbe) _path.Mtu.OnProbeLost(now, packet.Size);
        else if (_path.Mtu.OnLost(now, packet.Size)) _recovery.Controller.SetMaxDatagramSize(_path.Mtu.Current);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.3
    //# QUIC packets that are determined to be lost are not retransmitted whole.
    private void Requeue(PacketNumberSpace space, int frames)
    {
        for (var i = frames; i != SentFrames.End; i = _sentFrames[i].Next)
        {
            ref var frame = ref _sentFrames[i];
            switch (frame.Type)
            {
                case FrameType.HandshakeDone:
                    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.3
                    //# The HANDSHAKE_DONE frame MUST be retransmitted until it is acknowledged.
                    _handshakeDonePending = true;
                    break;
                case FrameType.NewToken:
                    _newTokenPending = true;
                    break;
                case FrameType.NewConnectionId:
                    _localIds.OnLost(frame.Value);
                    break;
                case FrameType.RetireConnectionId:
                    _remoteIds.OnRetireLost(frame.Value);
                    break;
                case FrameType.Ack or FrameType.Ping or FrameType.PathResponse or FrameType.PathChallenge or FrameType.Datagram:
                    // Challenges have a timer of their own, and another one is never the same; datagrams are sent once.
                    break;
                case FrameType.Crypto:
                    //= https://www.rfc-editor.org/rfc/rfc9001#section-4
                    //# If QUIC needs to retransmit that data, it MUST use the same keys even if TLS has already
                    //# updated to newer keys.
                    //
                    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.9
                    //# If packets from a lower encryption level contain CRYPTO frames, frames that retransmit
                    //# that data MUST be sent at the same encryption level.
                    space.Crypto.OnLost(frame.Value, frame.Length);
                    break;
                default:
                    _streams.OnFrameLost(frame);
                    break;
            }
        }
    }

    private bool IsWorthRepeating(int frames)
    {
        for (var i = frames; i != SentFrames.End; i = _sentFrames[i].Next)
        {
            if (_sentFrames[i].Type is not (FrameType.Ack or FrameType.Ping or FrameType.PathResponse or FrameType.PathChallenge or FrameType.Datagram)) return true;
        }

        return false;
    }

    private TransportError HandleCrypto(Timestamp now, PacketNumberSpace space, ref WireReader reader)
    {
        var error = CryptoFrame.TryRead(ref reader, out var frame);
        if (error.IsError) return error;
        if (!_endpoint.Pages.HasRoomFor(frame.Data.Length)) return DropPacket();
        if (frame.Offset + frame.Data.Length <= space.Crypto.Incoming.ContiguousEnd) _packetGlitches++;
        error = space.Crypto.OnFrame(frame);
        if (error.IsError) return error;
        while (space.Crypto.Incoming.HasData)
        {
            var bytes = space.Crypto.Incoming.Peek();
            Handshake.HandleInput(LevelOf(space.Id), bytes);
            space.Crypto.Incoming.Consume(bytes.Length);
        }

        return AdvanceHandshake(now);
    }

    private TransportError HandleConnectionClose(Timestamp now, FrameType type, ref WireReader reader)
    {
        var error = ConnectionCloseFrame.TryRead(ref reader, type, out var frame);
        if (error.IsError) return error;
        var reason = System.Text.Encoding.UTF8.GetString(frame.Reason[..Math.Min(frame.Reason.Length, ConnectionCloseFrame.MaxReasonLength)]);
        StartDraining(now, new(frame.IsApplication ? CloseKind.ByPeerApplication : CloseKind.ByPeerTransport, frame.ErrorCode, reason));
        return TransportError.None;
    }
}
