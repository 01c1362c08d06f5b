namespace HyperGen.Quic.Frames;

//= https://www.rfc-editor.org/rfc/rfc9000#section-12.4
//# a frame type MUST use the shortest possible encoding

/// <summary>The frame types of RFC 9000 section 19, by their RFC names.</summary>
internal enum FrameType : long
{
    Padding = 0x00,
    Ping = 0x01,
    Ack = 0x02,
    AckEcn = 0x03,
    ResetStream = 0x04,
    StopSending = 0x05,
    Crypto = 0x06,
    NewToken = 0x07,

    /// <summary>0x08 to 0x0f: the low bits say OFF, LEN and FIN.</summary>
    Stream = 0x08,
    MaxData = 0x10,
    MaxStreamData = 0x11,
    MaxStreamsBidi = 0x12,
    MaxStreamsUni = 0x13,
    DataBlocked = 0x14,
    StreamDataBlocked = 0x15,
    StreamsBlockedBidi = 0x16,
    StreamsBlockedUni = 0x17,
    NewConnectionId = 0x18,
    RetireConnectionId = 0x19,
    PathChallenge = 0x1a,
    PathResponse = 0x1b,
    ConnectionClose = 0x1c,
    ConnectionCloseApplication = 0x1d,
    HandshakeDone = 0x1e,

    /// <summary>RFC 9221.</summary>
    Datagram = 0x30,
    DatagramWithLength = 0x31,
}

internal static class FrameTypes
{
    public const int StreamFin = 0x01;
    public const int StreamLength = 0x02;
    public const int StreamOffset = 0x04;

    public static bool IsStream(FrameType type) => ((long)type & ~7L) == (long)FrameType.Stream;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.1
    //# ack-eliciting packets
    //# MUST be acknowledged at least once within the maximum delay an endpoint
    //# communicated using the max_ack_delay transport parameter

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.21
    //# Extension frames MUST be congestion controlled and MUST cause an ACK frame to
    //# be sent.

    /// <summary>Every frame but ACK, PADDING and CONNECTION_CLOSE asks for an acknowledgment.</summary>
    public static bool IsAckEliciting(FrameType type) =>
        type is not (FrameType.Padding or FrameType.Ack or FrameType.AckEcn or FrameType.ConnectionClose or FrameType.ConnectionCloseApplication);

    public static bool IsKnown(long type) => type is <= (long)FrameType.HandshakeDone or (long)FrameType.Datagram or (long)FrameType.DatagramWithLength;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-12.4
    //# An endpoint MUST treat receipt of a frame in a packet type that is not
    //# permitted as a connection error of type PROTOCOL_VIOLATION.

    /// <summary>Table 3 of RFC 9000: only these travel in Initial and Handshake packets.</summary>
    public static bool IsPermittedInHandshake(FrameType type) =>
        type is FrameType.Padding or FrameType.Ping or FrameType.Ack or FrameType.AckEcn or FrameType.Crypto or FrameType.ConnectionClose;

    /// <summary>Table 3 of RFC 9000: these never travel in 0-RTT packets.</summary>
    public static bool IsForbiddenInZeroRtt(FrameType type) =>
        type is FrameType.Ack or FrameType.AckEcn or FrameType.Crypto or FrameType.NewToken or FrameType.PathResponse or FrameType.RetireConnectionId
            or FrameType.HandshakeDone;
}
