namespace HyperGen.Quic;

/// <summary>How this end moves to another address: a client of its own accord, or because the server would rather be reached elsewhere (RFC 9000 section 9).</summary>
internal sealed partial class Connection
{
    private bool _isAtPreferredAddress;

    /// <summary>
    /// Moves a client's connection to another address of its own: the new path is probed first, and used when the server has answered along it. The event
    /// <see cref="ConnectionEventKind.PathChanged" /> or <see cref="ConnectionEventKind.MigrationFailed" /> follows.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="local">The address that datagrams are to be sent from.</param>
    /// <returns>Whether it is tried: not by a server, before the handshake is confirmed, against the server's wish, or without a fresh connection ID.</returns>
    public bool TryMigrate(Timestamp now, in NetworkAddress local)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-9
        //# An endpoint MUST NOT initiate connection migration
        //# before the handshake is confirmed
        if (Role == Role.Server || State != ConnectionState.Established || !IsHandshakeConfirmed) return false;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9
        //# If the peer sent the disable_active_migration transport parameter, an endpoint
        //# also MUST NOT send packets
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
        //# An endpoint that receives this transport parameter MUST NOT use a new local
        //# address when sending to the address that the peer used during the handshake.
        if (_remote!.DisableActiveMigration && !_isAtPreferredAddress) return false;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.5
        //# An endpoint SHOULD NOT initiate migration with a peer that has requested a
        //# zero-length connection ID
        return _remoteIds.Current.Length > 0 && TryMoveTo(now, new(_path.Path.Remote, local));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.1
    //# Once the handshake is confirmed, the client SHOULD select one of the two
    //# addresses provided by the server and initiate path validation

    /// <summary>Tries the address that the server would rather be reached at.</summary>
    private void TryPreferredAddress(Timestamp now)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.2
        //# A client MUST NOT use these for other connections
        if (Role == Role.Server || !_limits.UsesPreferredAddress || _remote!.PreferredAddress is not { } preferred) return;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.3
        //# A client that migrates to a new address SHOULD use a preferred address from the
        //# same address family for the server.
        var address = _path.Path.Remote.IsIPv4 ? preferred.IPv4 : preferred.IPv6;
        if (address is { } remote && remote != _path.Path.Remote) TryMoveTo(now, new(remote, _path.Path.Local));
    }

    /// <summary>Has the transport parameters name the address we prefer, with a connection ID for it.</summary>
    private void OfferPreferredAddress()
    {
        var (v4, v6) = (_endpoint.Options.PreferredIPv4, _endpoint.Options.PreferredIPv6);
        if (v4 is null && v6 is null) return;
        var id = _endpoint.DrawConnectionId();
        _endpoint.Add(id, this);
        _localIds.AddOffered(id);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
        //# Similarly, a server MUST NOT include a zero-length connection ID in this
        //# transport parameter.
        _local.PreferredAddress = new(v4, v6, id, StatelessResetToken.Derive(_endpoint.Options.ResetKey, id));
    }

    private bool TryMoveTo(Timestamp now, in NetworkPath path)
    {
        if (path == _path.Path) return false;
        if (FindOther(path) is { } earlier) Forget(earlier);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-9.6.3
        //= type=exception
        //= reason=a client that moves before it has reached the preferred address gives that address up and stays with the one that works
        //# In this case, the client SHOULD perform path validation to both the original and
        //# preferred server address from the client's new address concurrently.
        _otherPaths?.FindAll(static other => other.IsMigrationTarget).ForEach(Forget);
        if (!_remoteIds.TryTake(out var sequence)) return false;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-21.5.3
        //# A client MUST NOT send non-probing frames to a preferred address prior to
        //# validating that address
        var target = Remember(new(path, validated: true, LargestDatagram) { RemoteIdSequence = sequence, IsMigrationTarget = true });
        StartValidation(target);
        return true;
    }
}
