using HyperGen.Quic.Parameters;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;
using HyperGen.Tls;

namespace HyperGen.Quic;

/// <summary>
/// Which version is spoken: the one the client began with, one that the server took both to in the same handshake (RFC 9368 section 2.3, RFC 9369 section 4),
/// or one that the client tries anew after a Version Negotiation packet.
/// </summary>
internal sealed partial class Connection
{
    /// <summary>The version the client's first packets have.</summary>
    private QuicVersion _originalVersion = QuicVersion.V1;

    /// <summary>The version of what we send.</summary>
    private QuicVersion _version = QuicVersion.V1;

    private Func<ReadOnlyMemory<byte>, TlsHandshake>? _createHandshake;
    private bool _reactedToVersions;

    /// <summary>
    /// Opens Initial packets of the other version while the two are not yet settled on one: at a server those of the version it left, at a client those
    /// of the version the server may go to.
    /// </summary>
    private DirectionKeys? _otherRead;
    private DirectionKeys? _switchedRead;

    /// <summary>The version in use; settled once the handshake is complete.</summary>
    public QuicVersion Version => _version;

    /// <summary>At a client: whether the server had our address proved first.</summary>
    public bool WasRetried => _retrySourceId is not null;

    /// <summary>Makes the keys of Initial packets, for the current version and the connection ID they are derived from.</summary>
    private void InstallInitialKeys()
    {
        Initial.Read?.Dispose();
        Initial.Write?.Dispose();
        var (client, server) = InitialSecrets.Derive(_endpoint.Options.Crypto, _version, _initialDestinationId.Span);
        (Initial.Read, Initial.Write) = Role == Role.Client ? (server, client) : (client, server);
    }

    /// <summary>The keys that a packet of this version can have been sealed with; null when it is to be dropped.</summary>
    private DirectionKeys? KeysFor(PacketNumberSpace space, in PacketHeader header)
    {
        //= https://www.rfc-editor.org/rfc/rfc9369#section-4.1
        //# Both endpoints MUST send Handshake and 1-RTT packets using the
        //# negotiated version.  An endpoint MUST drop packets using any other
        //# version.
        if (header.Type == PacketType.ZeroRtt) return header.Version == _originalVersion ? space.Read : null;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-5.2.1
        //= type=exception
        //= reason=RFC 9368 section 2.3 lets the server go on in another version that the client offered; packets of all others are dropped
        //# If a client receives a packet that uses a different version than it
        //# initially selected, it MUST discard that packet.
        if (header.Version == _version) return space.Read;
        if (space.Id != PacketNumberSpaceId.Initial) return null;
        if (_otherRead is not null) return _otherRead;

        //= https://www.rfc-editor.org/rfc/rfc9369#section-4.1
        //# The client learns the negotiated version by observing the first long
        //# header Version field that differs from the original version.
        if (Role != Role.Client || _version != _originalVersion || HandshakeSpace.Read is not null || !_endpoint.Speaks(header.Version!)) return null;
        if (_switchedRead is not null) return _switchedRead;
        var (client, server) = InitialSecrets.Derive(_endpoint.Options.Crypto, header.Version!, _initialDestinationId.Span);
        client.Dispose();
        return _switchedRead = server;
    }

    /// <summary>From now on another version is sent; Initial packets of the one before are still read at a server.</summary>
    private void SwitchTo(QuicVersion version)
    {
        DisposeSwitchedKeys();
        if (Role == Role.Server)
        {
            //= https://www.rfc-editor.org/rfc/rfc9369#section-4.1
            //# The server MUST NOT discard its original
            //# version Initial receive keys until it successfully processes a
            //# Handshake packet with the negotiated version.
            _otherRead = Initial.Read;
            Initial.Read = null;
        }

        //= https://www.rfc-editor.org/rfc/rfc9369#section-5
        //# After compatible version negotiation, any resulting session ticket
        //# maps to the negotiated version rather than the original one.
        _version = version;
        Handshake.QuicVersion = version.Number;
        InstallInitialKeys();
    }

    private void DisposeSwitchedKeys()
    {
        _otherRead?.Dispose();
        _switchedRead?.Dispose();
        _otherRead = _switchedRead = null;
    }

    private void DiscardInitial(Timestamp now)
    {
        DisposeSwitchedKeys();
        Discard(now, Initial);
    }

    private TransportError NegotiateVersion(VersionInformation? remote) => Role == Role.Server ? SelectVersion(remote) : CheckVersion(remote);

    private TransportError SelectVersion(VersionInformation? client)
    {
        if (client is null) return TransportError.None;

        //= https://www.rfc-editor.org/rfc/rfc9368#section-4
        //# the server MUST validate that the
        //# client's Chosen Version matches the version in use for the
        //# connection.  If the two differ, the server MUST close the connection
        //# with a version negotiation error.
        if (client.Chosen != _originalVersion.Number) return VersionError("The client chose another version than it speaks.");

        //= https://www.rfc-editor.org/rfc/rfc9368#section-2.3
        //# the server MUST
        //# select one of these versions that it (1) supports and (2) knows the
        //# client's Chosen Version is compatible with.
        foreach (var number in client.Available)
        {
            if (QuicVersion.Find(number) is not { } version || !_endpoint.Speaks(version)) continue;
            if (version == _version) break;
            SwitchTo(version);
            Handshake.SetTransportParameters(EncodeParameters().Span);
            break;
        }

        return TransportError.None;
    }

    private TransportError CheckVersion(VersionInformation? server)
    {
        if (server is null)
        {
            //= https://www.rfc-editor.org/rfc/rfc9368#section-8
            //# the client SHALL proceed as if the
            //# server's transport parameters contained a version_information
            //# transport parameter with a Chosen Version set to 0x00000001 and an
            //# Available Version list containing exactly one version set to 0x00000001.
            if (_version == QuicVersion.V1 && _originalVersion == QuicVersion.V1) return TransportError.None;

            //= https://www.rfc-editor.org/rfc/rfc9368#section-4
            //# Clients MUST NOT complete the handshake if they are reacting to a
            //# Version Negotiation packet and the Version Information is missing
            return _version != _originalVersion || _reactedToVersions ? VersionError("The server does not say which version it chose.") : TransportError.None;
        }

        //= https://www.rfc-editor.org/rfc/rfc9368#section-4
        //# clients MUST validate that the server's Chosen Version is equal to
        //# the Negotiated Version; if they do not match, the client MUST close
        //# the connection with a version negotiation error.
        if (server.Chosen != _version.Number) return VersionError("The server chose another version than it speaks.");

        //= https://www.rfc-editor.org/rfc/rfc9368#section-4
        //# If the client received and acted on a Version Negotiation packet, the
        //# client MUST validate the server's Available Versions field.
        if (!_reactedToVersions) return TransportError.None;
        var expected = VersionInformation.Select(_endpoint.Options.Versions, number => number == _version.Number || server.Available.Contains(number));
        return expected == _originalVersion && server.Available.Count > 0
            ? TransportError.None
            : VersionError("The Version Negotiation packet was not what the server would have sent.");
    }

    private void HandleVersionNegotiation(Timestamp now, in PacketHeader header)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-6.2
        //# A client MUST discard any Version Negotiation packet if it has
        //# received and successfully processed any other packet, including an
        //# earlier Version Negotiation packet.
        Statistics.PacketsDropped++;
        if (Role == Role.Server || _hasRemoteId || _retrySourceId is not null || _reactedToVersions) return;

        // The server echoes an ID that only those on the path can know.
        if (!header.SourceId.SequenceEqual(_originalDestinationId.Span)) return;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-6.2
        //# A client MUST discard a Version Negotiation packet that lists
        //# the QUIC version selected by the client.
        if (VersionNegotiationPacket.Lists(header.Token, _originalVersion.Number)) return;
        QuicVersion? choice = null;
        foreach (var version in _endpoint.Options.Versions)
        {
            if (choice is null && VersionNegotiationPacket.Lists(header.Token, version.Number)) choice = version;
        }

        // A session belongs to a version, so that whoever began with one has to begin again without.
        if (choice is null || _createHandshake is null || _remembered is not null)
        {
            End(now, new(CloseKind.VersionNegotiation, 0, "The server speaks no version of ours."));
            return;
        }

        StartAgain(now, choice);
    }

    /// <summary>Tries another version, as a new connection would: with a hello of its own, to another connection ID.</summary>
    private void StartAgain(Timestamp now, QuicVersion version)
    {
        _reactedToVersions = true;
        _token = default;
        DisposeSwitchedKeys();
        _version = _originalVersion = version;
        _recovery.OnRetry(now, PacketNumberSpaceId.Initial);
        for (var i = 0; i < _recovery.Lost.Count; i++) _sentFrames.ReleaseAll(_recovery.Lost[i].Frames);
        Handshake.Dispose();
        Initial.Crypto.Reset();
        DrawDestination();
        StartTls(_createHandshake!);
        AdvanceHandshake(now);
        _recovery.SetLossDetectionTimer(now);
    }

    private static TransportError VersionError(string reason) => TransportError.Of(TransportErrorCode.VersionNegotiationError, reason);
}
