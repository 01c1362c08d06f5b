namespace HyperGen.Http3;

/// <summary>The codes that HTTP/3 and QPACK put into RESET_STREAM, STOP_SENDING and CONNECTION_CLOSE (RFC 9114 section 8.1, RFC 9204 section 8.3).</summary>
internal enum ErrorCode : long
{
    /// <summary>Nothing is wrong: also what is said to a client whose request body is not needed.</summary>
    NoError = 0x100,
    GeneralProtocolError = 0x101,

    /// <summary>Ours, never the peer's.</summary>
    InternalError = 0x102,
    StreamCreationError = 0x103,
    ClosedCriticalStream = 0x104,
    FrameUnexpected = 0x105,
    FrameError = 0x106,

    /// <summary>The glitch budget is spent.</summary>
    ExcessiveLoad = 0x107,
    IdError = 0x108,
    SettingsError = 0x109,
    MissingSettings = 0x10a,

    /// <summary>No handler saw the request: the client may send it again.</summary>
    RequestRejected = 0x10b,
    RequestCancelled = 0x10c,
    RequestIncomplete = 0x10d,
    MessageError = 0x10e,
    ConnectError = 0x10f,
    VersionFallback = 0x110,
    QpackDecompressionFailed = 0x200,
    QpackEncoderStreamError = 0x201,
    QpackDecoderStreamError = 0x202,
}
