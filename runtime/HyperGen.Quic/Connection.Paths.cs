using System.Buffers.Binary;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Paths;
using HyperGen.Quic.Recovery;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic;

/// <summary>The path in use, the others, and how a connection moves between them: RFC 9000 sections 5.1, 8.2 and 9.</summary>
internal sealed partial class Connection
{
    /// <summary>Paths remembered beside the one in use: the last good one, one being tried, and one more.</summary>
    private const int MaxOtherPaths = 3;

    private List<PathState>? _otherPaths;
    private PathState? _arrival;
    private NetworkPath _unknownPath;
    private int _arrivedLength;
    private Timestamp _pathTimer = Timestamp.Never;

    private int LargestDatagram => (int)Math.Min(_limits.MaxDatagramSize, _remote?.MaxUdpPayloadSize ?? _limits.MaxDatagramSize);

    /// <summary>Counts a datagram for the path it came along; false when it is not to be looked at.</summary>
    private bool OnDatagramArrived(Timestamp now, in NetworkPath path, int length)
    {
        _arrivedLength = length;
        _arrival = path == _path.Path ? _path : FindOther(path);
        if (_arrival is null && Role == Role.Client)
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-9
            //# If a
            //# client receives packets from an unknown server address, the client MUST discard
            //# these packets.
            //
            //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6
            //# the client SHOULD discard these packets
            _arrival = FindPathTo(path.Remote);
            if (_arrival is null) return false;

            // Our own address is not news to us: the system chose it when it was not said, or a datagram comes late to one we left.
            if (_arrival.Path.Local == default) _arrival.Path = path;
        }

        if (_arrival is null)
        {
            _unknownPath = path;
            return true;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1
        //# servers MUST count all of the payload bytes received in datagrams that are
        //# uniquely attributed to a single connection.
        _arrival.OnReceived(length);
        if (_arrival == _path) OnAmplificationLimitMoved(now);
        return true;
    }

    private TransportError HandlePathFrame(Timestamp now, FrameType type, in ConnectionId destinationId, ref WireReader reader)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.1
        //# Unlike other cases where datagrams are expanded, endpoints MUST NOT discard
        //# datagrams that appear to be too small when they contain PATH_CHALLENGE or
        //# PATH_RESPONSE.
        if (!reader.TryReadBytes(sizeof(ulong), out var bytes)) return TransportError.Malformed(type);
        var data = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        if (type == FrameType.PathResponse)
        {
            OnPathResponse(now, data);
            return TransportError.None;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.2
        //# A PATH_RESPONSE frame MUST be sent on the network path where the PATH_CHALLENGE
        //# frame was received.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.2
        //# On receiving a PATH_CHALLENGE frame, an endpoint MUST respond by echoing the
        //# data contained in the PATH_CHALLENGE frame in a PATH_RESPONSE frame.
        _arrival ??= AddPeersPath(now, destinationId);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.17
        //# The recipient of this frame MUST generate a PATH_RESPONSE frame (Section
        //# 19.18) containing the same Data value.
        _arrival?.QueueResponse(data);
        return TransportError.None;
    }

    /// <summary>A 1-RTT packet was processed: if it is newer than all others, and no mere probe, the peer is where it came from.</summary>
    private void OnPacketArrived(Timestamp now, in ConnectionId destinationId, bool isNewest)
    {
        if (_arrival == _path)
        {
            _path.LocalId = destinationId;
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.3
        //# An endpoint only changes the address to which it sends packets in response to
        //# the highest-numbered non-probing packet.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-9
        //# proceed with path validation and allow the peer to migrate
        if (Role == Role.Client || !IsHandshakeConfirmed || !isNewest || _packet.IsProbing) return;
        _arrival ??= AddPeersPath(now, destinationId);
        if (_arrival is not { } path) return;
        path.LocalId = destinationId;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.2
        //# The server MUST send non-probing packets from its
        //# original address until it receives a non-probing packet from the client at its
        //# preferred address and until the server has validated the new path.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.2
        //= type=exception
        //= reason=a client that goes back, because the way to the preferred address broke, is followed rather than cut off
        //# The server SHOULD drop newer packets for this connection that are received on the
        //# old IP address.
        if (path.Path.Local != _path.Path.Local && !path.IsValidated)
        {
            path.IsMigrationTarget = true;
            if (path.Validation is null or { IsAbandoned: true }) StartValidation(path);
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.3
        //# If the recipient permits the migration, it MUST send subsequent packets
        //# to the new peer address and MUST initiate path validation
        Move(now, path);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.5
    //# an endpoint might receive packets from a new source address with the same
    //# Destination Connection ID field value, in which case it MAY continue to use the
    //# current connection ID with the new remote address while still sending from the
    //# same local address.

    /// <summary>The peer was heard from somewhere new; null when it gave us no connection ID to answer it there with.</summary>
    private PathState? AddPeersPath(Timestamp now, in ConnectionId destinationId)
    {
        if (Role == Role.Client || !IsHandshakeConfirmed) return null;
        var sequence = _remoteIds.CurrentSequence;
        var usual = _path.LocalId.Length > 0 ? _path.LocalId : _localIds.First;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.5
        //# an endpoint MUST NOT reuse a connection ID when sending from more than one local
        //# address
        var mayShare = destinationId == usual && _unknownPath.Local == _path.Path.Local;
        if (!mayShare && !_remoteIds.TryTake(out sequence)) return null;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-21.5.6
        //# Endpoints SHOULD NOT refuse to use an address unless they have specific
        //# knowledge about the network indicating that sending datagrams to unvalidated
        //# addresses in a given range is not safe.
        var path = Remember(new(_unknownPath, validated: false, LargestDatagram) { RemoteIdSequence = sequence, LocalId = destinationId });

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9
        //# An endpoint MUST perform path validation (Section 8.2) if it detects any change to
        //# a peer's address, unless it has previously validated that address.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.2
        //# The server MUST probe on the path toward the client from its preferred address.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.3
        //# Servers SHOULD initiate path validation to the client's new address upon receiving
        //# a probe packet from a different address
        path.OnReceived(_arrivedLength);
        StartValidation(path);
        return path;
    }

    private void OnPathResponse(Timestamp now, ulong data)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.3
        //# A PATH_RESPONSE
        //# frame received on any network path validates the path on which the
        //# PATH_CHALLENGE was sent.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.2
        //# This requirement MUST NOT be enforced by the endpoint that initiates path
        //# validation, as that would enable an attack on migration
        var path = _path.Validation?.IsAnsweredBy(data) == true ? _path : _otherPaths?.Find(other => other.Validation?.IsAnsweredBy(data) == true);
        if (path is null) return;
        var isSmall = path.Validation!.IsSmall;
        path.IsValidated = true;
        path.Validation = null;
        _qlog?.MigrationStateUpdated(now, path == _path ? "migration_complete"u8 : "probing_successful"u8, path.Path);
        if (path == _path) OnAmplificationLimitMoved(now);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.3
        //# the endpoint MUST initiate another path validation with an expanded datagram to
        //# verify that the path supports the required MTU.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.1
        //# To ensure that the path MTU is large enough, the endpoint MUST perform a
        //# second path validation by sending a PATH_CHALLENGE frame in a datagram of at
        //# least 1200 bytes.
        if (isSmall) StartValidation(path);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.1
        //# As soon as path validation succeeds, the client SHOULD begin sending all future
        //# packets to the new server address
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.2
        //# A client that migrates to a preferred address MUST validate the address it chooses
        //# before migrating
        else if (path.IsMigrationTarget) Move(now, path);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.3
        //# After verifying a new client address, the server SHOULD send new address
        //# validation tokens
        if (Role == Role.Server && path == _path) _newTokenPending = true;
        ForgetFormerPaths();
        UpdatePathTimer();
    }

    /// <summary>
    /// A packet of full size was acknowledged that left along the path in use: when the peer is known to be there, and only the size is being asked about,
    /// that is the answer, and the connection must not end because challenges and responses are lost.
    /// </summary>
    private void OnSizeShown(Timestamp sent)
    {
        if (!_path.IsValidated || _path.Validation is not { } validation || sent < validation.Begun) return;
        _path.Validation = null;
        ForgetFormerPaths();
        UpdatePathTimer();
    }

    /// <summary>Sends along another path from now on.</summary>
    private void Move(Timestamp now, PathState to)
    {
        var from = _path;
        _otherPaths!.Remove(to);
        to.IsMigrationTarget = false;
        if (Role == Role.Client && to.Path.Remote != from.Path.Remote) _isAtPreferredAddress = true;
        Use(now, to);
        if (!to.IsValidated && to.Validation is null or { IsAbandoned: true }) StartValidation(to);
        if (Role == Role.Client || !from.IsValidated)
        {
            GiveBackIdOf(from);

            //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.2
            //# The server MUST send non-probing packets from its
            //# original address until it receives a non-probing packet from the client at its
            //# preferred address and until the server has validated the new path.
            //
            // Loss can keep it there for long, so it is listened to there from now on; what is said goes to the preferred address.
            if (to.Path.Remote != from.Path.Remote && Role == Role.Client) Remember(from);
        }
        else
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-9.3.3
            //# In response to an apparent migration, endpoints MUST validate the previously
            //# active path using a PATH_CHALLENGE frame.
            Remember(from).WasInUse = true;
            StartValidation(from);
        }

        ForgetFormerPaths();
    }

    private void Use(Timestamp now, PathState to)
    {
        var from = _path;

        // The peer may have retired the ID of either path meanwhile.
        from.RemoteIdSequence = _remoteIds.CurrentSequence;
        TryFindIdFor(to, out _);
        _path = to;
        _remoteIds.Use(to.RemoteIdSequence);
        from.Validation = null;
        if (to.IsValidated) to.Validation = null;
        to.WasInUse = false;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.4
        //# On confirming a peer's ownership of its new address, an endpoint MUST
        //# immediately reset the congestion controller and round-trip time estimator for
        //# the new path to initial values
        if (IsSameHost(to.Path.Remote, from.Path.Remote) && IsSameHost(to.Path.Local, from.Path.Local))
        {
            (to.Ecn, to.Mtu, to.Pacer) = (from.Ecn, from.Mtu, from.Pacer);
        }
        else
        {
            (from.Controller, from.Rtt) = (_recovery.Controller, _recovery.Rtt);
            var controller = to.Controller ?? CongestionController.Create(_limits.CongestionControl, MinDatagramSize);
            controller.SetMaxDatagramSize(to.Mtu.Current);
            _recovery.SwitchPath(now, controller, to.Rtt);
        }

        OnAmplificationLimitMoved(now);
        _recovery.SetLossDetectionTimer(now);
        _events.Add(ConnectionEventKind.PathChanged);
        _qlog?.MigrationStateUpdated(now, "migration_started"u8, to.Path);
    }

    private static bool IsSameHost(in NetworkAddress left, in NetworkAddress right) => left.Address == right.Address && left.Scope == right.Scope;

    private void StartValidation(PathState path)
    {
        var initial = new RttEstimator().Pto + _recovery.MaxAckDelay;
        if (path.Validation is { IsAbandoned: true } abandoned) abandoned.Resume();
        else path.Validation = new(initial > _recovery.PtoPeriod ? initial : _recovery.PtoPeriod);
        UpdatePathTimer();
        _qlog?.MigrationStateUpdated(_lastActivity, "probing_started"u8, path.Path);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.2.4
    //# Endpoints SHOULD abandon path validation based on a timer.
    private void OnPathTimeout(Timestamp now)
    {
        if (now < _pathTimer) return;
        for (var i = (_otherPaths?.Count ?? 0) - 1; i >= 0; i--)
        {
            var other = _otherPaths![i];
            other.Validation?.OnTimeout(now);
            if (other.Validation is not { } validation || now < validation.Deadline) continue;
            if (other.IsMigrationTarget) _events.Add(ConnectionEventKind.MigrationFailed);
            _qlog?.MigrationStateUpdated(now, "probing_abandoned"u8, other.Path);

            // The last good path is fallen back to, silent as it may be now, rather than the connection given up: the peer may come back on either.
            //
            //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.1
            //# If path validation fails, the client MUST continue sending all future packets to
            //# the server's original IP address.
            //
            // A client that speaks to our preferred address is asked again when it does so again, with the same connection ID: each attempt would use up
            // another, and no new ones come while what we say goes to an address that the client has left.
            if (other.IsValidated && !_path.IsValidated) other.Validation = null;
            else if (other.IsMigrationTarget && Role == Role.Server) validation.Abandon();
            else Forget(other);
        }

        _path.Validation?.OnTimeout(now);
        if (_path.Validation is { } own && now >= own.Deadline) OnPathFailed(now);
        UpdatePathTimer();
    }

    /// <summary>The path in use cannot be validated.</summary>
    private void OnPathFailed(Timestamp now)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-14.2
        //# it MUST immediately cease sending QUIC packets, except for those in PMTU
        //# probes or those containing CONNECTION_CLOSE frames, on the affected path.
        var failed = _path;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.3.2
        //# an
        //# endpoint MUST revert to using the last validated peer address when validation
        //# of a new peer address fails.
        if (_otherPaths?.FindLast(static other => other.IsValidated) is { } last)
        {
            _otherPaths.Remove(last);
            Use(now, last);
            GiveBackIdOf(failed);
            return;
        }

        // The peer answered from there, though not to datagrams of 1200 bytes: loss is likelier than so small a path, and idle time ends what is neither.
        if (failed.IsValidated)
        {
            StartValidation(failed);
            return;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.3.2
        //# If an endpoint has no state about the last validated peer address, it MUST close
        //# the connection silently by discarding all connection state.
        End(now, new(CloseKind.TimedOut, (long)TransportErrorCode.NoViablePath, "No path to the peer is left."));
    }

    private PathState? FindOther(in NetworkPath path)
    {
        if (_otherPaths is null) return null;
        foreach (var other in _otherPaths)
        {
            if (other.Path == path) return other;
        }

        return null;
    }

    /// <summary>The path to an address of the peer's, whichever of our own it begins at; the one in use if that is one.</summary>
    private PathState? FindPathTo(in NetworkAddress remote)
    {
        if (_path.Path.Remote == remote) return _path;
        if (_otherPaths is null) return null;
        foreach (var other in _otherPaths)
        {
            if (other.Path.Remote == remote) return other;
        }

        return null;
    }

    private PathState Remember(PathState path)
    {
        _otherPaths ??= new(MaxOtherPaths);
        if (_otherPaths.Count == MaxOtherPaths) Forget(_otherPaths.Find(static other => !other.IsValidated) ?? _otherPaths[0]);
        _otherPaths.Add(path);
        return path;
    }

    private void Forget(PathState path)
    {
        _otherPaths!.Remove(path);
        GiveBackIdOf(path);
        UpdatePathTimer();
    }

    /// <summary>A path left behind is kept while the one in use may yet fail, and while it is being challenged.</summary>
    private void ForgetFormerPaths()
    {
        if (!_path.IsValidated || _otherPaths is null) return;
        for (var i = _otherPaths.Count - 1; i >= 0; i--)
        {
            if (_otherPaths[i] is { WasInUse: true, Validation: null }) Forget(_otherPaths[i]);
        }
    }

    private void GiveBackIdOf(PathState path)
    {
        if (path.RemoteIdSequence == _path.RemoteIdSequence || _otherPaths?.Exists(other => other.RemoteIdSequence == path.RemoteIdSequence) == true) return;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.2
        //# Endpoints SHOULD retire connection IDs when they are no longer actively
        //# using either the local or destination address for which the connection ID
        //# was used.
        _remoteIds.GiveBack(path.RemoteIdSequence);
    }

    private void UpdatePathTimer()
    {
        _pathTimer = TimerOf(_path);
        if (_otherPaths is null) return;
        foreach (var other in _otherPaths) _pathTimer = Timestamp.Min(_pathTimer, TimerOf(other));

        static Timestamp TimerOf(PathState path) =>
            path.Validation is { } validation ? Timestamp.Min(validation.Deadline, validation.NextChallenge) : Timestamp.Never;
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.5
    //# endpoints SHOULD provide new connection IDs before peers migrate

    /// <summary>Gives the peer as many connection IDs as both sides allow, so that it can move without being followed.</summary>
    private void IssueConnectionIds()
    {
        if (_remote is null) return;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.1
        //# An endpoint SHOULD ensure that its peer has a sufficient number of available
        //# and unused connection IDs.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.1
        //# An endpoint MUST NOT provide more connection IDs than the peer's limit.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.1
        //# An endpoint that initiates migration and requires non-zero-length connection
        //# IDs SHOULD ensure that the pool of connection IDs available to its peer
        //# allows the peer to use a new connection ID on migration
        while (_localIds.Count < Math.Min(LocalConnectionIds.MaxActive, _remote.ActiveConnectionIdLimit))
        {
            var id = _endpoint.DrawConnectionId();

            //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1.1
            //# When an endpoint issues a connection ID, it MUST accept packets that carry
            //# this connection ID for the duration of the connection or until its peer
            //# invalidates the connection ID via a RETIRE_CONNECTION_ID frame
            _endpoint.Add(id, this);
            _localIds.AddPending(id);
        }
    }
}
