namespace HyperGen.Quic;

/// <summary>
/// What a connection gives up while nothing goes on over it: ciphers that can be keyed again, room that traffic made. Most connections of a server rest most of
/// the time, and each of these costs more than all else that is kept of it. What goes on again makes it again, once.
/// </summary>
internal sealed partial class Connection
{
    /// <summary>
    /// The silence after which a connection rests: longer than a reader takes from page to page, so that what was given up is seldom wanted at once, and
    /// short beside the time for which clients keep connections open (Chromium 30 s, curl 118 s).
    /// </summary>
    private static readonly TimeSpan RestAfter = TimeSpan.FromSeconds(5);

    /// <summary>When to see whether it rests; never while it does, and before the handshake is confirmed.</summary>
    private Timestamp _restAt = Timestamp.Never;

    /// <summary>A 1-RTT packet is to be sealed or opened, genuine or not: whatever that takes is given up again.</summary>
    private void OnKeysUsed(Timestamp now)
    {
        if (_restAt.IsNever && IsHandshakeConfirmed) _restAt = now + RestAfter;
    }

    private void OnRestTimeout(Timestamp now)
    {
        if (now < _restAt) return;
        var silentSince = _lastActivity + RestAfter;
        if (now < silentSince || _recovery.HasAckElicitingInFlight(Spaces.PacketNumberSpaceId.ApplicationData))
        {
            _restAt = Timestamp.Max(silentSince, now + RestAfter / 2);
            return;
        }

        _restAt = Timestamp.Never;
        _oneRtt?.Rest();
        _events.Shrink();
        _streams.Shrink();
        _sentFrames.Shrink();
        _recovery.Shrink();
        _remoteIds.Shrink();
        Application.Shrink();
    }
}
