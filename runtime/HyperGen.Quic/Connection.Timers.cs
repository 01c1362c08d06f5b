using HyperGen.Quic.Spaces;

namespace HyperGen.Quic;

/// <summary>What happens when nothing happens.</summary>
internal sealed partial class Connection
{
    /// <summary>So many probe timeouts in a row may mean that the path drops datagrams above 1200 bytes.</summary>
    private const int BlackHoleProbes = 3;

    private TimeSpan _idleTimeout;
    private Timestamp _closeDeadline = Timestamp.Never;

    /// <summary>When <see cref="HandleTimeout" /> is to be called at the latest; it may be called at any time, and does nothing when it is too early.</summary>
    public Timestamp NextTimeout
    {
        get
        {
            switch (State)
            {
                case ConnectionState.Drained:
                    return Timestamp.Never;
                case ConnectionState.Closing or ConnectionState.Draining:
                    return _closeDeadline;
                case ConnectionState.Handshaking:
                    var begun = Timestamp.Min(Timestamp.Min(_created + _limits.HandshakeTimeout, _answerBy), Timestamp.Min(_recovery.Timer, IdleDeadline));
                    return Timestamp.Min(begun, AcknowledgeDeadline);
                default:
                    var due = Timestamp.Min(Timestamp.Min(_recovery.Timer, AcknowledgeDeadline), Timestamp.Min(_pacedUntil, IdleDeadline));
                    var keys = Timestamp.Min(_earlyKeysExpire, _oneRtt?.PreviousExpires ?? Timestamp.Never);
                    return Timestamp.Min(Timestamp.Min(due, KeepAliveDeadline), Timestamp.Min(Timestamp.Min(_pathTimer, _restAt), keys));
            }
        }
    }

    // What may not be sent is not waited for: only the peer can change that, and a timer in the past would keep the owner busy.
    private Timestamp AcknowledgeDeadline =>
        Application.Received.HasNews && _oneRtt is not null && !_recovery.AtAmplificationLimit ? Application.Received.Deadline : Timestamp.Never;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.1
    //# To avoid excessively small idle timeout periods, endpoints MUST increase the
    //# idle timeout period to be at least three times the current Probe Timeout (PTO).
    private Timestamp IdleDeadline
    {
        get
        {
            var timeout = State == ConnectionState.Handshaking ? _limits.IdleTimeout : _idleTimeout;
            if (timeout <= TimeSpan.Zero) return Timestamp.Never;
            var least = 3 * _recovery.PtoPeriod;
            return _lastActivity + (timeout > least ? timeout : least);
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.1.2
    //# An endpoint might need to send ack-eliciting packets to avoid an idle
    //# timeout if it is expecting response data but does not have or is unable to send
    //# application data.

    /// <summary>When silence is to be broken: while something is in flight, probe timeouts see to that.</summary>
    private Timestamp KeepAliveDeadline =>
        _limits.KeepAliveInterval > TimeSpan.Zero && Application.Probes == 0 && !_recovery.AtAmplificationLimit
        && !_recovery.HasAckElicitingInFlight(PacketNumberSpaceId.ApplicationData)
            ? _lastActivity + (_idleTimeout > TimeSpan.Zero && _idleTimeout / 2 < _limits.KeepAliveInterval ? _idleTimeout / 2 : _limits.KeepAliveInterval)
            : Timestamp.Never;

    /// <summary>Time passed. To be followed by the same calls as a datagram.</summary>
    public void HandleTimeout(Timestamp now)
    {
        switch (State)
        {
            case ConnectionState.Drained:
                return;
            case ConnectionState.Closing or ConnectionState.Draining:

                //= https://www.rfc-editor.org/rfc/rfc9000#section-10.2
                //# Servers that retain an open socket for accepting new connections SHOULD NOT end
                //# the closing or draining state early.
                if (now >= _closeDeadline) Drain();
                return;
        }

        if (now >= IdleDeadline || (State == ConnectionState.Handshaking && now >= _created + _limits.HandshakeTimeout))
        {
            End(now, new(CloseKind.TimedOut, 0, State == ConnectionState.Handshaking ? "The handshake took too long." : "Nothing was heard for too long."));
            return;
        }

        if (now >= _answerBy)
        {
            GiveUpQuestion(now);
            return;
        }

        if (now >= _earlyKeysExpire) DiscardEarlyKeys();
        _oneRtt?.ForgetExpired(now);
        if (now >= _pathTimer) OnPathTimeout(now);
        if (now >= _recovery.Timer && State != ConnectionState.Drained) OnLossDetectionTimeout(now);
        if (State != ConnectionState.Established) return;
        if (now >= KeepAliveDeadline) Application.Probes = 1;
        OnRestTimeout(now);
    }

    private void OnLossDetectionTimeout(Timestamp now)
    {
        var probed = _recovery.OnLossDetectionTimeout(now);
        if (probed is not { } id)
        {
            OnPacketsLost(now);
            return;
        }

        Statistics.ProbeTimeouts++;
        _qlog?.RecoveryUpdated(now, _recovery, _path);
        if (_recovery.PtoCount >= BlackHoleProbes)
        {
            _path.Ecn.OnProbeTimeouts();
            if (_path.Mtu.Current > MinDatagramSize) _path.Mtu.OnBlackHole(now);
            _recovery.Controller.SetMaxDatagramSize(_path.Mtu.Current);
        }

        //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.4
        //# When a PTO timer expires, a sender MUST send at least one ack-
        //# eliciting packet in the packet number space as a probe.
        Probe(_spaces[(int)id], _recovery.HasAckElicitingInFlight(id) ? 2 : 1);

        //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.4
        //# In addition to sending data in the packet number space for which the
        //# timer expired, the sender SHOULD send ack-eliciting packets from
        //# other packet number spaces with in-flight data, coalescing packets if
        //# possible.
        foreach (var other in _spaces)
        {
            if (other.Id != id && CanSend(other) && _recovery.HasAckElicitingInFlight(other.Id)) Probe(other, 1);
        }

        //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2.2.1
        //# When the PTO fires, the client MUST send a Handshake packet if it has
        //# Handshake keys, otherwise it MUST send an Initial packet in a UDP
        //# datagram with a payload of at least 1200 bytes.
        if (Role == Role.Client && HandshakeSpace.Write is not null) HandshakeSpace.Probes = Math.Max(HandshakeSpace.Probes, 1);
    }

    private bool CanSend(PacketNumberSpace space) => space.Write is not null || (space == Application && _oneRtt is not null);

    private void Probe(PacketNumberSpace space, int count)
    {
        space.Probes = count;

        //= https://www.rfc-editor.org/rfc/rfc9002#section-6.2
        //# A PTO timer expiration event does not indicate packet loss and MUST NOT cause prior
        //# unacknowledged packets to be marked as lost.
        // The oldest packet is the likeliest to be missed: its frames go again, without it being declared lost. Probes hold nothing to be missed.
        var inFlight = _recovery.InFlight(space.Id);
        for (var i = 0; i < inFlight.Count; i++)
        {
            if (inFlight[i].Gone || !inFlight[i].AckEliciting || !IsWorthRepeating(inFlight[i].Frames)) continue;
            Requeue(space, inFlight[i].Frames);
            break;
        }
    }

    private void OnAmplificationLimitMoved(Timestamp now)
    {
        var atLimit = _path.Allowance < (Initial.Write is not null ? MinDatagramSize : MinUsefulPacket);
        if (atLimit == _recovery.AtAmplificationLimit) return;
        _recovery.AtAmplificationLimit = atLimit;
        _recovery.SetLossDetectionTimer(now);
    }

    private static TimeSpan EffectiveIdleTimeout(TimeSpan ours, TimeSpan peers)
    {
        if (ours <= TimeSpan.Zero) return peers;
        if (peers <= TimeSpan.Zero) return ours;
        return ours < peers ? ours : peers;
    }
}
