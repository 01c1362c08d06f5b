namespace HyperGen.Quic;

/// <summary>What happened, for the layer above.</summary>
internal enum ConnectionEventKind : byte
{
    /// <summary>TLS has a question for the application (<see cref="Connection.Handshake" />): the handshake waits for its answer.</summary>
    HandshakeQuestion,

    /// <summary>The handshake is complete (RFC 9001 section 4.1.1): streams may be opened, the peer is who its certificate says.</summary>
    HandshakeCompleted,

    /// <summary>At a client: the server gave a token for the next connection (<see cref="Connection.TryTakeToken" />).</summary>
    TokenReceived,

    /// <summary>At a client: the server gave a ticket to resume this session with (<see cref="Connection.TryTakeSession" />).</summary>
    SessionReceived,

    /// <summary>
    /// At a client: the server did not read the early data. All of it is being sent again as it was written, which is not early any more.
    /// </summary>
    EarlyDataRejected,

    /// <summary>The peer opened a stream.</summary>
    StreamOpened,

    /// <summary>There are bytes to read, or the end was reached.</summary>
    StreamReadable,

    /// <summary>A writer that was out of capacity may go on.</summary>
    StreamWritable,

    /// <summary>The peer acknowledged everything including FIN, or our reset.</summary>
    StreamFinished,

    /// <summary>The peer reset its sending part; <see cref="ConnectionEvent.ErrorCode" /> is the application's.</summary>
    StreamReset,

    /// <summary>The peer wants no more of ours; our sending part was reset with the same code.</summary>
    StreamStopSending,

    /// <summary>Streams may be opened again after <see cref="Connection.TryOpenStream" /> refused one.</summary>
    StreamsAvailable,

    /// <summary>Another path is in use (<see cref="Connection.Path" />): the peer moved, we did, or a move was undone.</summary>
    PathChanged,

    /// <summary>The server did not answer along the path that <see cref="Connection.TryMigrate" /> or a preferred address asked for: the old one stays.</summary>
    MigrationFailed,

    /// <summary>Datagrams wait to be taken with <see cref="Connection.TryReceiveDatagram" />; not said again before all are.</summary>
    DatagramReceived,

    /// <summary>The packet that carried a datagram of ours was acknowledged; <see cref="ConnectionEvent.ErrorCode" /> is its number.</summary>
    DatagramAcked,

    /// <summary>The packet that carried a datagram of ours was lost, or the path became too small for it. It is not sent again.</summary>
    DatagramLost,

    /// <summary>The connection is over (<see cref="Connection.CloseReason" />). No other event follows; every stream still open is dead.</summary>
    Closed,
}

/// <summary>One event of a connection.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Stream">The stream it happened to; null for those of the connection.</param>
/// <param name="ErrorCode">The peer's application error code of a reset or stop-sending, the number of a datagram, otherwise 0.</param>
internal readonly record struct ConnectionEvent(ConnectionEventKind Kind, QuicStream? Stream = null, long ErrorCode = 0);
