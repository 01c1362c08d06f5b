using HyperGen.Quic.Frames;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic;

/// <summary>From a datagram to frames: which packets it holds, which of them can be opened, which are new.</summary>
internal sealed partial class Connection
{
    private Timestamp _lastActivity;
    private PacketSummary _packet;
    private bool _sentSinceActivity;
    private bool _packetIsDropped;

    /// <summary>Handshake and 0-RTT packets that could not be opened.</summary>
    private long _forgedLong;

    /// <summary>How long the packet being handled waited for its keys.</summary>
    private TimeSpan _held;

    /// <summary>Handles a datagram that the endpoint found to be this connection's. It is decrypted in place.</summary>
    internal void HandleDatagram(Timestamp now, in NetworkPath path, EcnCodepoint ecn, Span<byte> datagram)
    {
        if (State is ConnectionState.Draining or ConnectionState.Drained) return;
        if (!OnDatagramArrived(now, path, datagram.Length)) return;
        if (State == ConnectionState.Closing)
        {
            OnDatagramWhileClosing(datagram.Length);
            return;
        }

        // Opening happens in place: what may be the token of a reset is put aside.
        Span<byte> tail = stackalloc byte[StatelessResetToken.Length];
        if (datagram.Length >= StatelessReset.MinimumLength) datagram[^tail.Length..].CopyTo(tail);
        var rest = datagram;
        ConnectionId first = default;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-12.2
        //# Receivers MUST be able to process coalesced packets.
        for (var isFirst = true; !rest.IsEmpty && PacketHeader.TryRead(rest, _endpoint.Options.ConnectionIdLength, out var header); isFirst = false)
        {
            var packet = rest[..header.End];
            rest = rest[header.End..];
            if (header.DestinationId.Length > ConnectionId.MaxLength) break;

            //= https://www.rfc-editor.org/rfc/rfc9000#section-12.2
            //# Receivers SHOULD ignore any subsequent packets with a different
            //# Destination Connection ID than the first packet in the datagram.
            if (isFirst) first = new(header.DestinationId);
            else if (!header.DestinationId.SequenceEqual(first.Span)) continue;

            //= https://www.rfc-editor.org/rfc/rfc9000#section-12.2
            //# The receiver of coalesced QUIC packets MUST individually process each QUIC packet
            //# and separately acknowledge them
            //
            //= https://www.rfc-editor.org/rfc/rfc9000#section-12.2
            //# MUST attempt to process the remaining packets
            var opened = Statistics.PacketsReceived;
            HandlePacket(now, path, ecn, datagram.Length, header, packet);
            if (State is not (ConnectionState.Handshaking or ConnectionState.Established)) return;
            if (!isFirst || opened != Statistics.PacketsReceived || datagram.Length < StatelessReset.MinimumLength) continue;

            //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
            //# endpoints MUST treat any packet ending in a valid stateless reset token as a
            //# Stateless Reset
            //
            //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.1
            //# the comparison MUST be performed when the first packet in an incoming datagram
            //# either cannot be associated with a connection or cannot be decrypted
            if (!_remoteIds.IsStatelessReset(tail)) continue;
            HandleStatelessReset(now);
            return;
        }

        OpenUndecryptable(now, path);
    }

    private void HandlePacket(Timestamp now, in NetworkPath path, EcnCodepoint ecn, int datagramLength, in PacketHeader header, Span<byte> packet)
    {
        switch (header.Type)
        {
            case PacketType.Initial:
                //= https://www.rfc-editor.org/rfc/rfc9000#section-14.1
                //# A server MUST discard an Initial packet that is carried in a UDP
                //# datagram with a payload that is smaller than the smallest allowed
                //# maximum datagram size of 1200 bytes.
                //
                //= https://www.rfc-editor.org/rfc/rfc9000#section-14
                //# an endpoint MUST NOT close a connection when it receives a datagram that does
                //# not meet size constraints
                if (Role == Role.Server && datagramLength < MinDatagramSize) break;

                //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.2
                //# clients that receive an Initial packet with a non-zero Token Length
                //# field MUST either discard the packet or generate a connection error
                if (Role == Role.Client && !header.Token.IsEmpty) break;
                HandleLongPacket(now, path, ecn, Initial, header, packet);
                return;
            case PacketType.Handshake:
                HandleLongPacket(now, path, ecn, HandshakeSpace, header, packet);
                return;
            case PacketType.OneRtt:
                HandleShortPacket(now, path, ecn, header, packet);
                return;
            case PacketType.ZeroRtt:
                HandleEarlyPacket(now, path, ecn, header, packet);
                return;
            case PacketType.Retry:
                HandleRetry(now, header, packet);
                return;
            case PacketType.VersionNegotiation:
                HandleVersionNegotiation(now, header);
                return;
        }

        Drop(now, header.Type, packet.Length, "invalid"u8);
    }

    private void HandleLongPacket(
        Timestamp now, in NetworkPath path, EcnCodepoint ecn, PacketNumberSpace space, in PacketHeader header, Span<byte> packet)
    {
        if (space.Read is null)
        {
            if (space.IsDiscarded || header.Type != PacketType.Handshake || !TryKeepUndecryptable(now, ecn, packet))
            {
                Drop(now, header.Type, packet.Length, "key_unavailable"u8);
            }

            return;
        }

        var keys = KeysFor(space, header);
        if (keys is null || !IsExpectedSource(header) || !keys.Header.TryUnprotect(packet, header.PacketNumberOffset, out var truncated, out var length))
        {
            Drop(now, header.Type, packet.Length, "invalid"u8);
            return;
        }

        var number = PacketNumber.Decode(space.Received.Largest, truncated, length);
        var headerLength = header.PacketNumberOffset + length;
        var payload = packet[headerLength..];

        //= https://www.rfc-editor.org/rfc/rfc9001#section-9.5
        //# the entire process of header protection removal, packet number recovery, and packet
        //# protection removal MUST be applied together without timing and other side channels.
        var isOpened = keys.Packet.TryOpen(number, packet[..headerLength], payload, payload);

        //= https://www.rfc-editor.org/rfc/rfc9001#section-6.6
        //# In addition to counting packets sent, endpoints MUST count the number of received
        //# packets that fail authentication during the lifetime of a connection.
        if (!isOpened && space.Id != PacketNumberSpaceId.Initial) _forgedLong++;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-12.3
        //# Duplicate suppression MUST happen after removing packet protection
        if (!isOpened || space.Received.IsDuplicate(number))
        {
            Drop(now, header.Type, packet.Length, isOpened ? "duplicate"u8 : "decryption_failure"u8);
            return;
        }

        if (_qlogAwaitsFirstPacket) StartQlog(now);

        var sourceId = new ConnectionId(header.SourceId);
        var destinationId = new ConnectionId(header.DestinationId);
        if (HasReservedBits(now, packet[0], PacketHeader.LongReservedBits)) return;
        OnPacketOpened(now, space, keys, header.Version!, sourceId);
        HandlePayload(now, path, ecn, space, header.Type, destinationId, number, payload[..^Tls.Crypto.Aead.TagLength]);
    }

    private void HandleShortPacket(Timestamp now, in NetworkPath path, EcnCodepoint ecn, in PacketHeader header, Span<byte> packet)
    {
        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.1.4
        //# an endpoint SHOULD buffer received packets if they might be processed using keys that
        //# aren't yet available.
        //
        //= https://www.rfc-editor.org/rfc/rfc9001#section-5.7
        //# Endpoints in either role MUST NOT decrypt 1-RTT packets from their peer prior to
        //# completing the handshake.
        if (_oneRtt is not { CanRead: true })
        {
            if (!TryKeepUndecryptable(now, ecn, packet)) Drop(now, header.Type, packet.Length, "key_unavailable"u8);
            return;
        }

        OnKeysUsed(now);
        var space = Application;
        if (!_oneRtt.TryUnprotect(packet, header.PacketNumberOffset, out var truncated, out var length))
        {
            Drop(now, header.Type, packet.Length, "invalid"u8);
            return;
        }

        var number = PacketNumber.Decode(space.Received.Largest, truncated, length);
        var headerLength = header.PacketNumberOffset + length;

        //= https://www.rfc-editor.org/rfc/rfc9001#section-9.5
        //# the entire process of header protection removal, packet number recovery, and packet
        //# protection removal MUST be applied together without timing and other side channels.
        if (!_oneRtt.TryOpen(now, 3 * _recovery.PtoPeriod, number, packet, headerLength))
        {
            Drop(now, header.Type, packet.Length, "decryption_failure"u8);
            if (_oneRtt.IsIntegrityLimitReached(_forgedLong))
            {
                Close(now, TransportError.Of(TransportErrorCode.AeadLimitReached, "Too many forged packets arrived."));
            }

            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-12.3
        //# Duplicate suppression MUST happen after removing packet protection
        if (space.Received.IsDuplicate(number))
        {
            Drop(now, header.Type, packet.Length, "duplicate"u8);
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.3.1
        //# An endpoint MUST treat receipt of a packet that has a non-zero value for these
        //# bits, after removing both packet and header protection, as a connection error
        //# of type PROTOCOL_VIOLATION.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.4
        //# When the spin bit is disabled, endpoints MAY set the spin bit to any value and
        //# MUST ignore any incoming value.
        if (HasReservedBits(now, packet[0], PacketHeader.ShortReservedBits)) return;

        //= https://www.rfc-editor.org/rfc/rfc9001#section-6.4
        //# An endpoint that successfully removes protection with old keys when newer keys were used
        //# for packets with lower packet numbers MUST treat this as a connection error of type
        //# KEY_UPDATE_ERROR.
        if (_oneRtt.PeerWentBack)
        {
            Close(now, TransportError.Of(TransportErrorCode.KeyUpdateError, "A packet was sealed with older keys than one before it."));
            return;
        }

        if (_oneRtt.PeerUpdatedTwice)
        {
            Close(now, TransportError.Of(TransportErrorCode.KeyUpdateError, "The keys were updated twice without waiting."));
            return;
        }

        LogKeyPhase(now, isLocal: false);
        OnOneRttPacketOpened(now);
        HandlePayload(
            now, path, ecn, space, PacketType.OneRtt, new ConnectionId(header.DestinationId), number, packet[headerLength..^Tls.Crypto.Aead.TagLength]);
    }

    private void HandlePayload(
        Timestamp now, in NetworkPath path, EcnCodepoint ecn, PacketNumberSpace space, PacketType type, in ConnectionId destinationId, PacketNumber number,
        ReadOnlySpan<byte> payload)
    {
        Statistics.PacketsReceived++;
        _lastActivity = now;
        _sentSinceActivity = false;
        var isNewest = number > space.Received.Largest;
        _qlog?.PacketReceived(now, type, number.Value, payload.Length, payload, _remote?.AckDelayExponent ?? 3);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-12.4
        //# An endpoint MUST treat receipt of a packet containing no frames as a
        //# connection error of type PROTOCOL_VIOLATION.
        var error = payload.IsEmpty
            ? TransportError.Of(TransportErrorCode.ProtocolViolation, "A packet holds no frames.")
            : HandleFrames(now, space, type, destinationId, payload, out _packet);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-5.2
        //# An endpoint MUST generate a connection error if processing the contents of
        //# these packets prior to discovering an error
        if (error.IsError)
        {
            Close(now, error);
            return;
        }

        SettleGlitches(now);
        if (State is not (ConnectionState.Handshaking or ConnectionState.Established)) return;
        if (_packetIsDropped)
        {
            _packetIsDropped = false;
            Drop(now, type, payload.Length, "rejected"u8);
            return;
        }

        if (space.IsDiscarded) return;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
        //# An endpoint MUST acknowledge all ack-eliciting Initial and Handshake packets
        //# immediately and all ack-eliciting 0-RTT and 1-RTT packets within its advertised
        //# max_ack_delay
        var delay = space.Id == PacketNumberSpaceId.ApplicationData ? _limits.MaxAckDelay : TimeSpan.Zero;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.1
        //# A packet MUST NOT be acknowledged until packet protection has been successfully
        //# removed and all frames contained in the packet have been processed.
        space.Received.OnPacketReceived(now - _held, number, _packet.IsAckEliciting, ecn, delay);
        if (space.Id == PacketNumberSpaceId.ApplicationData) OnPacketArrived(now, destinationId, isNewest);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2
    //# An endpoint MUST treat receipt of a packet that has a non-zero value for
    //# these bits after removing both packet and header protection as a
    //# connection error of type PROTOCOL_VIOLATION.
    private bool HasReservedBits(Timestamp now, byte first, byte mask)
    {
        if ((first & mask) == 0) return false;
        Statistics.PacketsReceived++;
        Close(now, TransportError.Of(TransportErrorCode.ProtocolViolation, "Reserved header bits are set."));
        return true;
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.1
    //# the endpoint MUST enter the draining period and not
    //# send any further packets on this connection

    /// <summary>The peer says that it has forgotten the connection.</summary>
    internal void HandleStatelessReset(Timestamp now)
    {
        if (State == ConnectionState.Closing) State = ConnectionState.Draining;
        else StartDraining(now, new(CloseKind.StatelessReset));
    }

    private bool TryKeepUndecryptable(Timestamp now, EcnCodepoint ecn, ReadOnlySpan<byte> packet) =>
        (_undecryptable ??= new(_endpoint.Pages)).TryAdd(now, ecn, packet);

    /// <summary>Tries again what came before its keys.</summary>
    private void OpenUndecryptable(Timestamp now, in NetworkPath path)
    {
        for (var i = 0; i < _undecryptable?.Count && State is ConnectionState.Handshaking or ConnectionState.Established;)
        {
            var packet = _undecryptable[i];
            PacketHeader.TryRead(packet, _endpoint.Options.ConnectionIdLength, out var header);
            var hasKeys = header.Type switch
            {
                PacketType.OneRtt => _oneRtt is { CanRead: true },
                PacketType.ZeroRtt => Application.Read is not null || HandshakeSpace.Write is not null || HandshakeSpace.IsDiscarded,
                _ => HandshakeSpace.Read is not null || HandshakeSpace.IsDiscarded,
            };
            if (!hasKeys)
            {
                i++;
                continue;
            }

            //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.5
            //# endpoints SHOULD include buffering delays caused by unavailability of decryption
            //# keys
            _held = now - _undecryptable.ArrivalOf(i);
            HandlePacket(now, path, _undecryptable.EcnOf(i), packet.Length, header, packet);
            _undecryptable?.RemoveAt(i);
        }

        if (_undecryptable is { Count: 0 }) _undecryptable = null;

        _held = default;
    }
}
