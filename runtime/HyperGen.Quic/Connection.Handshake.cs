using HyperGen.Quic.Admission;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Parameters;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;
using HyperGen.Tls;

namespace HyperGen.Quic;

/// <summary>How a connection begins: its first keys, the bytes TLS exchanges, the peer's parameters, and which keys are dropped when.</summary>
internal sealed partial class Connection
{
    private TrafficSecret? _oneRttRead;
    private TrafficSecret? _oneRttWrite;
    private ConnectionId _originalDestinationId;
    private ConnectionId _initialDestinationId;
    private ConnectionId? _retrySourceId;
    private ReadOnlyMemory<byte> _token;
    private Timestamp _answerBy = Timestamp.Never;
    private bool _handshakeDonePending;
    private bool _hasRemoteId;

    /// <summary>
    /// The connection ID of which the Initial keys are made; the endpoint keeps it in its map, because the client's first packets may come twice.
    /// </summary>
    internal ConnectionId InitialDestinationId => _initialDestinationId;

    /// <summary>The connection ID we chose for the handshake.</summary>
    internal ConnectionId FirstLocalId => _localIds.First;

    /// <summary>Begins a connection at a server with the keys that the first datagram was opened with.</summary>
    internal static Connection Accept(
        Endpoint endpoint, Timestamp now, in NetworkPath path, QuicVersion version, in ConnectionId destinationId, in ConnectionId sourceId,
        in AdmittedClient client)
    {
        var connection = new Connection(endpoint, Role.Server, now, path);
        connection._version = connection._originalVersion = version;
        connection.Source = client.Source;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.4
        //# If the client IP address has changed, the server MUST adhere to the
        //# anti-amplification limit
        connection._path.IsValidated = client.IsAddressValidated;
        connection._initialDestinationId = destinationId;
        connection._originalDestinationId = client.OriginalId ?? destinationId;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-7.2
        //# A server MUST set the Destination Connection ID it uses for sending packets
        //# based on the first received Initial packet.
        connection._remoteIds.SetFirst(sourceId);
        connection._hasRemoteId = true;
        connection.InstallInitialKeys();
        var local = connection.AddFirstLocalId();
        connection._local.OriginalDestinationConnectionId = connection._originalDestinationId;
        if (client.OriginalId is not null) connection._local.RetrySourceConnectionId = destinationId;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
        //# This transport parameter MUST NOT be sent by a client but MAY be sent by a
        //# server.
        connection._local.StatelessResetToken = StatelessResetToken.Derive(endpoint.Options.ResetKey, local);
        connection.OfferPreferredAddress();
        connection._qlogAwaitsFirstPacket = true;
        connection.StartTls(endpoint.Options.CreateServerHandshake ?? throw new InvalidOperationException("The endpoint accepts no connections."));
        return connection;
    }

    /// <summary>Begins a connection at a client, whose first flight is then ready to be transmitted.</summary>
    internal static Connection Connect(
        Endpoint endpoint, Timestamp now, in NetworkPath path, Func<ReadOnlyMemory<byte>, TlsHandshake> createHandshake, ClientStart start)
    {
        var connection = new Connection(endpoint, Role.Client, now, path);
        connection._version = connection._originalVersion = start.Version;
        connection._createHandshake = createHandshake;
        connection._token = start.Token;
        connection.RememberParameters(start.RememberedParameters.Span);
        connection.DrawDestination();
        connection.AddFirstLocalId();
        connection.StartQlog(now);
        connection.StartTls(createHandshake);
        connection.AdvanceHandshake(now);
        connection._recovery.SetLossDetectionTimer(now);
        return connection;
    }

    /// <summary>
    /// Goes on after a question was answered through <see cref="Handshake" />, on this connection's thread. To be followed by the same calls as a datagram.
    /// </summary>
    public void HandleAnswer(Timestamp now)
    {
        if (State is not (ConnectionState.Handshaking or ConnectionState.Established)) return;
        Question = null;
        _answerBy = Timestamp.Never;
        var error = AdvanceHandshake(now);
        if (error.IsError)
        {
            Close(now, error);
            return;
        }

        // What waited for its keys came along this path, whatever datagram was the last to come, of anybody's making.
        _arrival = _path;
        OpenUndecryptable(now, _path.Path);
    }

    /// <summary>Whoever is to answer has gone, or takes longer than a peer should wait.</summary>
    private void GiveUpQuestion(Timestamp now)
    {
        Handshake.Expire(Question!.Id);
        HandleAnswer(now);
    }

    private static EncryptionLevel LevelOf(PacketNumberSpaceId space) => space switch
    {
        PacketNumberSpaceId.Initial => EncryptionLevel.Initial,
        PacketNumberSpaceId.Handshake => EncryptionLevel.Handshake,
        _ => EncryptionLevel.OneRtt,
    };

    private PacketNumberSpace SpaceOf(EncryptionLevel level) => level switch
    {
        EncryptionLevel.Initial => Initial,
        EncryptionLevel.Handshake => HandshakeSpace,
        _ => Application,
    };

    private ConnectionId AddFirstLocalId()
    {
        var id = _endpoint.DrawConnectionId();
        _localIds.AddFirst(id);
        _endpoint.Add(id, this);
        _local.InitialSourceConnectionId = id;
        return id;
    }

    /// <summary>At a client: where to send what comes before the server has chosen a connection ID.</summary>
    private void DrawDestination()
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-7.2
        //# This Destination Connection ID MUST be at least 8 bytes in length.
        Span<byte> random = stackalloc byte[8];
        _endpoint.Options.Random(random);
        _originalDestinationId = _initialDestinationId = new(random);
        _remoteIds.SetFirst(_originalDestinationId);
        InstallInitialKeys();
    }

    private void StartTls(Func<ReadOnlyMemory<byte>, TlsHandshake> create)
    {
        Handshake = create(EncodeParameters());
        Handshake.QuicVersion = _version.Number;
    }

    private ReadOnlyMemory<byte> EncodeParameters()
    {
        Span<byte> random = stackalloc byte[1];
        _endpoint.Options.Random(random);
        _local.VersionInformation = VersionInformation.Of(_version, _endpoint.Options.Versions, random[0]);
        var encoded = new byte[TransportParameters.MaxEncodedLength];
        return encoded.AsMemory(0, _local.Write(encoded));
    }

    /// <summary>Acts on everything TLS has to say.</summary>
    private TransportError AdvanceHandshake(Timestamp now)
    {
        while (Handshake.TryGetEvent(out var next))
        {
            var error = HandleTlsEvent(now, next);
            if (error.IsError) return error;
        }

        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.9
        //# Though an endpoint might retain older keys, new data MUST be sent at the highest
        //# currently available encryption level.
        while (Handshake.TryGetOutput(out var level, out var bytes)) SpaceOf(level).Crypto.Append(bytes);
        return TransportError.None;
    }

    private TransportError HandleTlsEvent(Timestamp now, in TlsEvent next)
    {
        switch (next.Kind)
        {
            case TlsEventKind.ReadSecret when next.Level == EncryptionLevel.OneRtt:
                _oneRttRead = next.Secret;
                InstallOneRttKeys();
                return TransportError.None;
            case TlsEventKind.WriteSecret when next.Level == EncryptionLevel.OneRtt:
                _oneRttWrite = next.Secret;
                InstallOneRttKeys();
                return TransportError.None;
            case TlsEventKind.ReadSecret or TlsEventKind.WriteSecret:
                InstallHandshakeKeys(next);
                return TransportError.None;
            case TlsEventKind.PeerTransportParameters:
                return HandlePeerParameters(next.TransportParameters.Span);

            //= https://www.rfc-editor.org/rfc/rfc9001#section-4.1.4
            //# An endpoint SHOULD continue to respond to packets that can be processed during this
            //# time.
            case TlsEventKind.Question:
                Question = next.Question;
                _answerBy = now + _limits.AnswerTimeout;
                _events.Add(ConnectionEventKind.HandshakeQuestion);
                return TransportError.None;
            case TlsEventKind.EarlyDataRejected:
                OnEarlyDataRejected(now);
                return TransportError.None;
            case TlsEventKind.SessionTicket:
                KeepSession(next.Session);
                return TransportError.None;
            case TlsEventKind.HandshakeComplete:
                var error = SettleEarlyData();
                if (!error.IsError) OnHandshakeComplete(now);
                return error;
            default:
                //= https://www.rfc-editor.org/rfc/rfc9001#section-4.8
                //# a QUIC endpoint MUST treat any alert from TLS as if it were at the "fatal" level.
                return TransportError.Of((TransportErrorCode)next.Error.Code, FrameType.Crypto, next.Error.Reason);
        }
    }

    private void InstallHandshakeKeys(in TlsEvent next)
    {
        if (next.Level == EncryptionLevel.EarlyData)
        {
            InstallEarlyKeys(next);
            return;
        }

        using var secret = next.Secret;
        var keys = new DirectionKeys(_endpoint.Options.Crypto, _version, secret.Suite, secret.Bytes);
        if (next.Kind == TlsEventKind.ReadSecret) HandshakeSpace.Read = keys;
        else HandshakeSpace.Write = keys;
        if (!_recovery.HasHandshakeKeys) LogKeysUpdated(_lastActivity, PacketNumberSpaceId.Handshake, "tls"u8);
        _recovery.HasHandshakeKeys = true;
    }

    /// <summary>
    /// At a client both directions come into use together. A server reads only when the client's Finished is verified, and writes before that only to a
    /// client whose early data it reads: nothing is said to a client nobody has heard of, and an answer to early data does not wait for a round trip.
    /// </summary>
    private void InstallOneRttKeys()
    {
        if (_oneRtt is null)
        {
            if (_oneRttWrite is null || (Role == Role.Client && _oneRttRead is null)) return;
            if (Role == Role.Server && !Handshake.IsComplete && EarlyData != EarlyDataState.Accepted) return;
            _oneRtt = new(_endpoint.Options.Crypto, _version, _oneRttWrite, _endpoint.Options.KeyLimits);
            _oneRttWrite.Dispose();
            _oneRttWrite = null;
            PlanSkip(Application);
        }

        if (_oneRttRead is null || (Role == Role.Server && !Handshake.IsComplete)) return;
        _oneRtt.InstallRead(_oneRttRead);
        _oneRttRead.Dispose();
        _oneRttRead = null;

        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.9.3
        //# Therefore, a client SHOULD discard 0-RTT keys as soon as it installs
        //# 1-RTT keys as they have no use after that moment.
        if (Role == Role.Client) DiscardEarlyKeys();
        LogKeysUpdated(_lastActivity, PacketNumberSpaceId.ApplicationData, "tls"u8);
    }

    private TransportError HandlePeerParameters(ReadOnlySpan<byte> encoded)
    {
        var error = TransportParameters.TryRead(encoded, Role == Role.Client ? Role.Server : Role.Client, out var remote);
        if (error.IsError) return error;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-7.3
        //# Endpoints MUST
        //# validate that received transport parameters match received connection ID values.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-7.3
        //# The values provided by a peer for these transport parameters MUST match the
        //# values that an endpoint used in the Destination and Source Connection ID
        //# fields of Initial packets that it sent (and received, for servers).
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-7.3
        //# An endpoint MUST treat the absence of the initial_source_connection_id
        //# transport parameter from either endpoint or the absence of the
        //# original_destination_connection_id transport parameter from the server as a
        //# connection error of type TRANSPORT_PARAMETER_ERROR.
        //
        //= https://www.rfc-editor.org/rfc/rfc9001#section-7
        //# Implementations SHOULD use caution in relying on any data that is contained in Initial
        //# packets that is not otherwise authenticated.
        if (remote.InitialSourceConnectionId is not { } source || source != _remoteIds.Current)
        {
            return TransportError.Of(TransportErrorCode.TransportParameterError, "initial_source_connection_id does not match.");
        }

        error = NegotiateVersion(remote.VersionInformation);
        if (!error.IsError && Role == Role.Client) error = CheckServerParameters(remote);
        if (error.IsError) return error;
        if (remote.StatelessResetToken is { } token) _remoteIds.SetFirstToken(token);
        if (remote.PreferredAddress is { } preferred) _remoteIds.AddPreferred(preferred.Id, preferred.ResetToken);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
        //# The client MUST use the server's new values in the handshake instead
        _remote = remote;
        _recovery.MaxAckDelay = remote.MaxAckDelay;
        _idleTimeout = EffectiveIdleTimeout(_limits.IdleTimeout, remote.MaxIdleTimeout);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-7.4.1
        //# When sending frames in 0-RTT packets, a client MUST only use remembered
        //# transport parameters; importantly, it MUST NOT use updated values that it
        //# learns from the server's updated transport parameters
        if (EarlyData != EarlyDataState.Offered) _streams.OnPeerParameters(remote);
        _path.Mtu.Limit(LargestDatagram);
        _qlog?.ParametersSet(_lastActivity, isLocal: true, _local);
        _qlog?.ParametersSet(_lastActivity, isLocal: false, remote);
        return TransportError.None;
    }

    /// <summary>What only servers say, and the Initial and Retry packets that came from this one, have to agree.</summary>
    private TransportError CheckServerParameters(TransportParameters remote)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-7.3
        //# An endpoint MUST treat the absence of the initial_source_connection_id
        //# transport parameter from either endpoint or the absence of the
        //# original_destination_connection_id transport parameter from the server as a
        //# connection error of type TRANSPORT_PARAMETER_ERROR.
        if (remote.OriginalDestinationConnectionId is not { } original || original != _originalDestinationId)
        {
            return TransportError.Of(TransportErrorCode.TransportParameterError, "original_destination_connection_id does not match.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-7.3
        //# An endpoint MUST treat the following as a connection error of type
        //# TRANSPORT_PARAMETER_ERROR or PROTOCOL_VIOLATION
        if (remote.RetrySourceConnectionId != _retrySourceId)
        {
            return TransportError.Of(TransportErrorCode.TransportParameterError, "retry_source_connection_id does not match.");
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
        //# A server that chooses a zero-length connection ID MUST NOT provide a
        //# preferred address.
        return remote.PreferredAddress is not null && _remoteIds.Current.Length == 0
            ? TransportError.Of(TransportErrorCode.TransportParameterError, "preferred_address came without a connection ID.")
            : TransportError.None;
    }

    private void OnHandshakeComplete(Timestamp now)
    {
        State = ConnectionState.Established;
        InstallOneRttKeys();
        _events.Add(ConnectionEventKind.HandshakeCompleted);
        _qlog?.ConnectionStateUpdated(now, "handshake_complete"u8);
        _recovery.Controller.SetMaxDatagramSize(DatagramSize);
        _endpoint.OnHandshakeDone(this);
        if (Role == Role.Client) return;

        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.1.2
        //# the TLS handshake is considered confirmed at the server when the handshake
        //# completes.
        //
        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.1.2
        //# The server MUST send a HANDSHAKE_DONE frame as soon as the handshake is complete.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.7
        //# Clients MUST NOT send NEW_TOKEN frames.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.20
        //# Servers MUST NOT send a HANDSHAKE_DONE frame before completing the handshake.
        _handshakeDonePending = _newTokenPending = true;
        _path.IsValidated = true;
        OnHandshakeConfirmed(now);
    }

    private TransportError HandleHandshakeDone(Timestamp now)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.20
        //# A server MUST
        //# treat receipt of a HANDSHAKE_DONE frame as a connection error of type
        //# PROTOCOL_VIOLATION.
        if (Role == Role.Server) return TransportError.Of(TransportErrorCode.ProtocolViolation, FrameType.HandshakeDone, "A client sent HANDSHAKE_DONE.");
        if (!_recovery.HandshakeConfirmed) OnHandshakeConfirmed(now);
        return TransportError.None;
    }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-4.9.2
    //# An endpoint MUST discard its Handshake keys when the TLS handshake is
    //# confirmed
    private void OnHandshakeConfirmed(Timestamp now)
    {
        _recovery.HandshakeConfirmed = true;
        _qlog?.ConnectionStateUpdated(now, "handshake_confirmed"u8);
        Discard(now, HandshakeSpace);
        DiscardInitial(now);
        IssueConnectionIds();
        TryPreferredAddress(now);
        _restAt = now + RestAfter;
        _local = _endpoint.Parameters;
        _remote!.ForgetHandshake();
    }

    /// <summary>A packet of the space was authenticated.</summary>
    private void OnPacketOpened(Timestamp now, PacketNumberSpace space, DirectionKeys keys, QuicVersion version, in ConnectionId sourceId)
    {
        if (keys == _switchedRead) SwitchTo(version);
        if (!_hasRemoteId)
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-7.2
            //# Until a packet is received from the server, the client MUST
            //# use the same Destination Connection ID value on all packets in this
            //# connection.
            //
            //= https://www.rfc-editor.org/rfc/rfc9000#section-7.2
            //# A client MUST change the Destination Connection ID it uses for sending
            //# packets in response to only the first received Initial or Retry packet.
            _hasRemoteId = true;
            _remoteIds.SetFirst(sourceId);
        }

        if (Role != Role.Server || space.Id != PacketNumberSpaceId.Handshake) return;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
        //# receipt of a packet protected with Handshake keys
        //# confirms that the peer successfully processed an Initial packet.
        _path.IsValidated = true;
        OpenQlog();

        //= https://www.rfc-editor.org/rfc/rfc9001#section-4.9.1
        //# a server MUST discard Initial keys when
        //# it first successfully processes a Handshake packet.
        DiscardInitial(now);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.2
    //# Any further changes to the Destination Connection ID are only permitted
    //# if the values are taken from NEW_CONNECTION_ID frames; if subsequent
    //# Initial packets include a different Source Connection ID, they MUST be
    //# discarded.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.2
    //# Once a client has received a valid Initial packet from the server, it MUST
    //# discard any subsequent packet it receives on that connection with a
    //# different Source Connection ID.
    private bool IsExpectedSource(in PacketHeader header) =>
        !_hasRemoteId || _recovery.HandshakeConfirmed || header.SourceId.SequenceEqual(_remoteIds.Current.Span);

    private void Discard(Timestamp now, PacketNumberSpace space)
    {
        if (space.IsDiscarded) return;
        space.Discard();
        LogKeysDiscarded(now, space.Id);
        _recovery.OnPacketNumberSpaceDiscarded(now, space.Id, _sentFrames);
    }
}
