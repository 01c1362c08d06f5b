namespace HyperGen.Quic;

/// <summary>How a connection ended.</summary>
internal enum CloseKind : byte
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>The application here closed it.</summary>
    ByApplication,

    /// <summary>The transport here closed it because of an error of the peer's, or of ours.</summary>
    ByTransport,

    /// <summary>The peer's application closed it.</summary>
    ByPeerApplication,

    /// <summary>The peer's transport closed it.</summary>
    ByPeerTransport,

    /// <summary>Nothing was heard for too long, or the handshake took too long.</summary>
    TimedOut,

    /// <summary>The peer has forgotten the connection and said so (RFC 9000 section 10.3).</summary>
    StatelessReset,

    /// <summary>The server speaks no version of ours.</summary>
    VersionNegotiation,
}

/// <summary>Why a connection ended.</summary>
/// <param name="Kind">Who ended it.</param>
/// <param name="ErrorCode">An error code of the application's protocol or of the transport's, as <paramref name="Kind" /> says.</param>
/// <param name="Reason">For a log; the peer's words when it was the peer's doing.</param>
internal readonly record struct CloseReason(CloseKind Kind, long ErrorCode = 0, string? Reason = null);
