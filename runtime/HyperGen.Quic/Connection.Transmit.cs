using System.Buffers.Binary;
using HyperGen.Quic.Paths;
using HyperGen.Quic.Recovery;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic;

/// <summary>From what waits to be sent to datagrams, built in the caller's buffer in the shape that one send call takes.</summary>
internal sealed partial class Connection
{
    /// <summary>Below this, what is left of an allowance or a datagram is not worth a packet.</summary>
    private const int MinUsefulPacket = 100;

    private Timestamp _pacedUntil = Timestamp.Never;
    private bool _isPacingLimited;
    private int _ackOnlyPackets;
    private EcnCodepoint _mark;

    /// <summary>The size of full datagrams: 1200, and more when the path was found to carry more.</summary>
    public int DatagramSize => _path.Mtu.Current;

    /// <summary>Builds the next batch; false when there is nothing to send now. Called until it answers false.</summary>
    /// <param name="now">The time at which it is sent.</param>
    /// <param name="buffer">Where the datagrams go; <see cref="Quic.Transmit.MaxLength" /> bytes take every batch.</param>
    /// <param name="transmit">How to send it.</param>
    public bool TryTransmit(Timestamp now, Span<byte> buffer, out Transmit transmit)
    {
        transmit = default;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.2
        //# an endpoint in the draining state MUST NOT send any packets
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.2
        //# An endpoint MUST NOT send further packets.
        if (State is ConnectionState.Draining or ConnectionState.Drained) return false;
        if (State == ConnectionState.Closing && !TakeCloseTurn()) return false;
        UpdateKeysWhenWorn(now);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.2
        //# An endpoint MUST NOT delay transmission of a packet containing a
        //# PATH_RESPONSE frame unless constrained by congestion control.
        if (State == ConnectionState.Established && TryTransmitProbe(now, buffer, out transmit)) return true;

        _mark = _path.Ecn.Mark;
        var length = 0;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-14.2
        //# All QUIC packets that are not sent in a PMTU probe SHOULD be sized to fit
        //# within the maximum datagram size
        var segment = DatagramSize;
        _pacedUntil = Timestamp.Never;
        for (var count = 0; count < Transmit.MaxSegments && buffer.Length - length >= segment; count++)
        {
            var written = BuildDatagram(now, buffer.Slice(length, segment));
            length += written;
            if (written < segment || State == ConnectionState.Closing)
            {
                if (count == 0) segment = written;
                break;
            }
        }

        if (Role == Role.Client && !IsHandshakeConfirmed) SeeToHandshake(now);
        if (length == 0) return false;
        if (_pacedUntil.IsNever) _isPacingLimited &= _streams.HasData || HasDatagrams;
        if (State == ConnectionState.Closing) _closeLength = length;
        OnAmplificationLimitMoved(now);
        _recovery.SetLossDetectionTimer(now);
        transmit = new(_path.Path, length, segment, _mark);
        return true;
    }

    private void SeeToHandshake(Timestamp now)
    {
        var waits = HandshakeSpace.Write is not null && HandshakeSpace.Crypto.HasPending;
        if (waits == _recovery.HandshakeWaits) return;
        _recovery.HandshakeWaits = waits;
        _recovery.SetLossDetectionTimer(now);
    }

    private void UpdateKeysWhenWorn(Timestamp now)
    {
        //= https://www.rfc-editor.org/rfc/rfc9001#section-5.3
        //# An endpoint MUST initiate a key update (Section 6) prior to exceeding any limit set for
        //# the AEAD that is in use.
        //
        //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
        //# If the total number of encrypted packets with the same key exceeds the confidentiality
        //# limit for the selected AEAD, the endpoint MUST stop using those keys.
        //
        //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
        //# Endpoints MUST initiate a key update before sending more protected packets than the
        //# confidentiality limit for the selected AEAD permits.
        //
        //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
        //# It is RECOMMENDED that endpoints immediately close the connection with a connection
        //# error of type AEAD_LIMIT_REACHED before reaching a state where key updates are not
        //# possible.
        if (_oneRtt is not { ShouldUpdate: true }) return;
        if (_oneRtt.ConfidentialityLimitReached) Close(now, TransportError.Of(TransportErrorCode.AeadLimitReached, "The keys are worn out."));
        else TryUpdateKeys();
    }

    /// <summary>Fills one datagram with a packet of each space that has something to say; its length, 0 when none has.</summary>
    private int BuildDatagram(Timestamp now, Span<byte> datagram)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
        //# Prior to validating the client address, servers MUST NOT send more than
        //# three times as many bytes as the number of bytes they have received.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.1
        //# limit the cumulative size of packets it sends to an unvalidated address to three
        //# times the size of packets it receives from that address
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-14.1
        //# The server MUST also limit the number of bytes it sends before validating the
        //# address of the client
        if (_path.Allowance < datagram.Length)
        {
            // Datagrams with Initial packets are never cut; others may be.
            if (Initial.Write is not null || _path.Allowance < MinUsefulPacket) return 0;
            datagram = datagram[..(int)_path.Allowance];
        }

        var mayAddData = MayAddData(now, datagram.Length);
        var length = 0;
        var minimum = 0;
        var pending = default(UnsealedPacket);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-12.2
        //# An endpoint SHOULD include multiple frames in a single packet if they are to be
        //# sent at the same encryption level
        //
        //= https://www.rfc-editor.org/rfc/rfc9001#section-4
        //# When packets of different types need to be sent, endpoints SHOULD use coalesced packets
        //# to send them in the same UDP datagram.
        foreach (var space in _spaces)
        {
            if (datagram.Length - length < MinUsefulPacket || !TryBuildPacket(now, space, datagram, length, mayAddData, out var packet)) continue;
            if (pending.Space is not null) Seal(now, _path, datagram, pending, 0);
            pending = packet;
            length = packet.End;

            //= https://www.rfc-editor.org/rfc/rfc9000#section-14.1
            //# A client MUST expand the payload of all UDP datagrams carrying Initial
            //# packets to at least the smallest allowed maximum datagram size of 1200 bytes
            //
            //= https://www.rfc-editor.org/rfc/rfc9000#section-6
            //# Clients that support multiple QUIC versions SHOULD ensure that the first UDP
            //# datagram they send is sized to the largest of the minimum datagram sizes
            //# from all versions they support
            //
            //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
            //# Clients MUST ensure that UDP datagrams containing Initial packets have UDP
            //# payloads of at least 1200 bytes
            //
            //= https://www.rfc-editor.org/rfc/rfc9001#section-9.3
            //# First, the packet containing a ClientHello MUST be padded to a minimum size.
            //
            //= https://www.rfc-editor.org/rfc/rfc9000#section-14.1
            //# a server MUST expand the payload of all UDP datagrams carrying ack-eliciting
            //# Initial packets to at least the smallest allowed maximum datagram size
            if (space.Id == PacketNumberSpaceId.Initial && (Role == Role.Client || packet.AckEliciting)) minimum = MinDatagramSize;
            if (packet.FillDatagram) minimum = datagram.Length;
        }

        if (pending.Space is null) return 0;
        var padding = Math.Max(0, minimum - length);
        Seal(now, _path, datagram, pending, padding);
        length += padding;
        _path.OnSent(length);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.9.1
        //# a client MUST discard Initial keys when it first
        //# sends a Handshake packet
        if (Role == Role.Client && HandshakeSpace.NextNumber.Value > 0) Discard(now, Initial);
        return length;
    }

    private bool MayAddData(Timestamp now, int size)
    {
        //= https://www.rfc-editor.org/rfc/rfc9002#section-7
        //# An endpoint MUST NOT send a packet if it would cause bytes_in_flight (see Appendix B.2)
        //# to be larger than the congestion window, unless the packet is sent on a PTO timer
        //# expiration
        if (!_recovery.Controller.HasRoom(size)) return false;
        if (State != ConnectionState.Established) return true;

        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.7
        //# A sender SHOULD pace sending of all in-flight packets based on input from the congestion
        //# controller.
        //
        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.7
        //# Senders MUST either use pacing or limit such bursts.
        if (_path.Pacer.Budget(now, _recovery.Controller, _recovery.Rtt) >= size) return true;
        _isPacingLimited = _streams.HasData || HasDatagrams;
        if (_isPacingLimited) _pacedUntil = _path.Pacer.NextSend(_recovery.Controller, _recovery.Rtt);
        return false;
    }

    private bool TryBuildPacket(Timestamp now, PacketNumberSpace space, Span<byte> datagram, int start, bool mayAddData, out UnsealedPacket packet)
    {
        packet = default;
        var isApplication = space.Id == PacketNumberSpaceId.ApplicationData;

        //= https://www.rfc-editor.org/rfc/rfc9001#section-5.6
        //# Once a client has installed 1-RTT keys, it MUST NOT send any more 0-RTT packets.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.3
        //# A client MUST NOT send 0-RTT packets once it starts processing 1-RTT packets
        //# from the server.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.3
        //# An acknowledgment for a 1-RTT packet MUST be carried in a 1-RTT packet.
        var isEarly = isApplication && _oneRtt is null;

        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.9.1
        //# Endpoints MUST NOT send Initial packets after this point.
        if ((!isApplication || isEarly) && space.Write is null) return false;

        //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.4
        //# An endpoint SHOULD include new data in packets that are sent on PTO expiration.
        //
        //= https://www.rfc-editor.org/rfc/rfc9002#section-7.5
        //# Probe packets MUST NOT be blocked by the congestion controller.
        mayAddData |= space.Probes > 0;
        var isClosing = State == ConnectionState.Closing;
        if (!isClosing && !WantsToSend(now, space, mayAddData)) return false;

        if (space.NextNumber.Value == space.Skipped?.Next) SkipNumber(space);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.3
        //# New packet numbers MUST be used for any new packets that are sent
        var number = space.NextNumber;
        var numberLength = number.EncodedLength(_recovery.LargestAcked(space.Id));
        var header = new WireWriter(datagram[start..]);

        if (!TryWriteHeader(space, isEarly, numberLength, ref header)) return false;
        var numberOffset = start + header.Position;
        var payloadStart = numberOffset + numberLength;
        var builder = new PacketBuilder(datagram[payloadStart..^Aead.TagLength], _sentFrames);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.3
        //# an endpoint MUST send any CONNECTION_CLOSE frames in a 1-RTT packet
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.3
        //# a server SHOULD send a CONNECTION_CLOSE frame in both Handshake and Initial
        //# packets
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.3
        //# an endpoint SHOULD send a CONNECTION_CLOSE frame in both Handshake and 1-RTT
        //# packets
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2.3
        //# A server SHOULD also send a CONNECTION_CLOSE frame in an Initial packet.
        if (isClosing) WriteClose(ref builder, isApplication);
        else if (!TryFill(now, space, ref builder, mayAddData)) return false;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-12.4
        //# The payload of a packet that contains frames MUST contain at least one frame
        if (builder.IsEmpty) return false;

        PacketHeader.WritePacketNumber(ref header, number, numberLength);
        space.TakeNumber();

        // The header protection sample starts four bytes after the packet number does, whatever its length.
        var least = builder.AckEliciting && isApplication ? Math.Max(4, ShortestBody(_remoteIds.Current)) : 4;
        if (numberLength + builder.Writer.Position < least) builder.Writer.WriteZeros(least - numberLength - builder.Writer.Position);
        packet = new()
        {
            Space = space,
            Number = number,
            Start = start,
            NumberOffset = numberOffset,
            NumberLength = numberLength,
            End = payloadStart + builder.Writer.Position + Aead.TagLength,
            Frames = builder.Frames,
            Part = builder.Part,
            PartOffset = builder.PartOffset,
            AckEliciting = builder.AckEliciting,
            FillDatagram = builder.IsFull && builder.AckEliciting && isApplication,
        };
        return true;
    }

    /// <summary>Writes a packet's header up to its number; false when there is no room for what would follow.</summary>
    private bool TryWriteHeader(PacketNumberSpace space, bool isEarly, int numberLength, ref WireWriter header)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-12.2
        //# Senders MUST NOT coalesce QUIC packets with different connection IDs into a single
        //# UDP datagram.
        var destination = _remoteIds.Current;
        if (space.Id == PacketNumberSpaceId.ApplicationData && !isEarly)
        {
            PacketHeader.WriteShort(ref header, destination.Span, _oneRtt!.Phase, numberLength);
        }
        else if (isEarly)
        {
            PacketHeader.WriteLong(ref header, _originalVersion, PacketType.ZeroRtt, destination.Span, _localIds.First.Span, default, numberLength);
        }
        else
        {
            // A token of a Retry can be longer than what is left of a datagram, and then there is no way to use it.
            if (header.Remaining < MinUsefulPacket + _token.Length) return false;
            var type = space.Id == PacketNumberSpaceId.Initial ? PacketType.Initial : PacketType.Handshake;

            //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.2
            //# This token MUST be repeated by the client in all Initial packets it sends
            //# for that connection after it receives the Retry packet.
            //
            //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
            //# The client MUST include the token in all Initial packets it sends, unless a
            //# Retry replaces the token with a newer one.
            //
            //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.2
            //# Initial packets sent by the server MUST set the Token Length field to 0
            PacketHeader.WriteLong(ref header, _version, type, destination.Span, _localIds.First.Span, _token.Span, numberLength);
        }

        return true;
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
    //# the endpoint SHOULD ensure that all packets it sends are at least
    //# 22 bytes longer than the minimum connection ID length that it requests the peer
    //# to include in its packets, adding PADDING frames as necessary.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
    //= type=exception
    //= reason=an acknowledgment alone stays as short as it is: padded, it would count as in flight, and only peers with shorter IDs than ours get such
    //# adding PADDING frames as necessary.

    /// <summary>The least length of packet number and frames of a short packet, so that a reset in answer to it can look like a packet.</summary>
    private int ShortestBody(in ConnectionId destination) => 22 + _endpoint.Options.ConnectionIdLength - 1 - destination.Length - Aead.TagLength;

    private void SkipNumber(PacketNumberSpace space)
    {
        space.Skipped!.Add(space.TakeNumber().Value);
        PlanSkip(space);
    }

    private void PlanSkip(PacketNumberSpace space)
    {
        Span<byte> random = stackalloc byte[sizeof(uint)];
        _endpoint.Options.Random(random);
        space.Skipped ??= new();
        space.Skipped.Plan(space.NextNumber.Value, BinaryPrimitives.ReadUInt32LittleEndian(random));
    }

    /// <summary>Finishes a packet: padding, length, encryption, header protection, and the memory of what it carried.</summary>
    private void Seal(Timestamp now, PathState path, Span<byte> datagram, in UnsealedPacket packet, int padding)
    {
        var end = packet.End + padding;
        datagram.Slice(packet.End - Aead.TagLength, padding).Clear();
        var bytes = datagram[packet.Start..end];
        var numberOffset = packet.NumberOffset - packet.Start;
        _qlog?.PacketSent(
            now, PacketTypeOf(packet.Space!.Id), packet.Number.Value, bytes.Length, bytes[(numberOffset + packet.NumberLength)..^Aead.TagLength],
            _local.AckDelayExponent, packet.IsMtuProbe);
        if (packet.Space!.Id == PacketNumberSpaceId.ApplicationData && _oneRtt is not null)
        {
            OnKeysUsed(now);
            _oneRtt.Seal(packet.Number, bytes, numberOffset, packet.NumberLength, packet.PartOffset, packet.Part);
            LogKeyPhase(now, isLocal: true);
        }
        else
        {
            packet.Part.CopyTo(bytes[(numberOffset + packet.NumberLength + packet.PartOffset)..]);
            VarInt.WriteTwoBytes(bytes[(numberOffset - 2)..], end - packet.NumberOffset);
            packet.Space.Write!.Packet.Seal(packet.Number, bytes, numberOffset + packet.NumberLength);
            packet.Space.Write.Header.Protect(bytes, numberOffset, packet.NumberLength);
        }

        Statistics.PacketsSent++;
        var isMarked = _mark == EcnCodepoint.Ect0;
        if (isMarked)
        {
            packet.Space.MarkedSent++;
            path.Ecn.OnMarkedSent();
        }

        //= https://www.rfc-editor.org/rfc/rfc9002#section-2
        //# Packets are considered in flight when they are ack-eliciting or contain a
        //# PADDING frame
        if (!packet.AckEliciting && padding == 0)
        {
            _ackOnlyPackets++;
            _sentFrames.ReleaseAll(packet.Frames);
            return;
        }

        _ackOnlyPackets = 0;
        TrackInFlight(now, path, packet, bytes.Length, isMarked);
    }

    private void TrackInFlight(Timestamp now, PathState path, in UnsealedPacket packet, int size, bool isMarked)
    {
        var controller = _recovery.Controller;
        if (State == ConnectionState.Established) path.Pacer.OnSent(size);
        if (packet.AckEliciting && !_sentSinceActivity)
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-10.1
            //# An endpoint also restarts its idle timer when sending an
            //# ack-eliciting packet if no other ack-eliciting packets have been sent since last
            //# receiving and processing a packet.
            _sentSinceActivity = true;
            _lastActivity = now;
        }

        _recovery.OnPacketSent(now, packet.Space!.Id, new()
        {
            Number = packet.Number,
            TimeSent = now,
            Size = size,
            Frames = packet.Frames,
            AckEliciting = packet.AckEliciting,
            Path = path == _path ? _recovery.Path : LossDetection.NoPath,
            IsMarked = isMarked,
            IsMtuProbe = packet.IsMtuProbe,

            //= https://www.rfc-editor.org/rfc/rfc9002#section-7.8
            //# A sender SHOULD NOT consider itself application limited if it would have fully utilized
            //# the congestion window without pacing delay.

            // Chromium's measure: a window half full is being used.
            WindowLimited = _isPacingLimited || (controller.BytesInFlight + size) * 2 >= controller.Window,
        });
    }

    /// <summary>A packet whose frames are written and that may still be padded.</summary>
    private ref struct UnsealedPacket
    {
        public PacketNumberSpace? Space;
        public PacketNumber Number;
        public int Start;
        public int NumberOffset;
        public int NumberLength;

        /// <summary>Its end in the datagram, the tag included.</summary>
        public int End;
        public int Frames;

        /// <summary>What <see cref="PacketBuilder.Part" /> says.</summary>
        public ReadOnlySpan<byte> Part;
        public int PartOffset;
        public bool AckEliciting;
        public bool IsMtuProbe;

        /// <summary>More waits for the next datagram: this one is filled up, so that the batch has equal segments.</summary>
        public bool FillDatagram;
    }
}
