namespace HyperGen.Quic;

/// <summary>The transport error codes of RFC 9000 section 20.1, sent in a CONNECTION_CLOSE frame of type 0x1c.</summary>
internal enum TransportErrorCode : long
{
    /// <summary>Closed without an error.</summary>
    NoError = 0x0,

    /// <summary>We cannot go on, through no fault of the peer.</summary>
    InternalError = 0x1,

    /// <summary>The server does not take new connections.</summary>
    ConnectionRefused = 0x2,

    /// <summary>More data than was permitted.</summary>
    FlowControlError = 0x3,

    /// <summary>A stream beyond the permitted number.</summary>
    StreamLimitError = 0x4,

    /// <summary>A frame for a stream that was not in a state that permits it.</summary>
    StreamStateError = 0x5,

    /// <summary>The final size of a stream changed, or data went beyond it.</summary>
    FinalSizeError = 0x6,

    /// <summary>A badly formed frame.</summary>
    FrameEncodingError = 0x7,

    /// <summary>Badly formed, missing, forbidden or invalid transport parameters.</summary>
    TransportParameterError = 0x8,

    /// <summary>More connection IDs than were permitted.</summary>
    ConnectionIdLimitError = 0x9,

    /// <summary>Anything else that the protocol forbids.</summary>
    ProtocolViolation = 0xa,

    /// <summary>A client's token was invalid.</summary>
    InvalidToken = 0xb,

    /// <summary>The application or its protocol closed the connection during the handshake.</summary>
    ApplicationError = 0xc,

    /// <summary>More handshake data than is buffered.</summary>
    CryptoBufferExceeded = 0xd,

    /// <summary>An error in a key update.</summary>
    KeyUpdateError = 0xe,

    /// <summary>The AEAD's confidentiality or integrity limit was reached.</summary>
    AeadLimitReached = 0xf,

    /// <summary>There is no viable path to the peer.</summary>
    NoViablePath = 0x10,

    /// <summary>The versions that were negotiated and those that were announced contradict each other (RFC 9368).</summary>
    VersionNegotiationError = 0x11,

    /// <summary>The first of the 256 codes that carry a TLS alert in their low byte.</summary>
    CryptoError = 0x100,
}
