namespace HyperGen.Quic;

/// <summary>Where a connection stands, from its first datagram to the last thing known of it.</summary>
internal enum ConnectionState : byte
{
    /// <summary>Keys are being agreed.</summary>
    Handshaking,

    /// <summary>The handshake is complete.</summary>
    Established,

    /// <summary>We closed it: CONNECTION_CLOSE answers whatever still arrives (RFC 9000 section 10.2.1).</summary>
    Closing,

    /// <summary>The peer closed it: nothing is sent any more (section 10.2.2).</summary>
    Draining,

    /// <summary>Nothing is left of it. It is in no map and has no timer.</summary>
    Drained,
}
