namespace HyperGen.Http3.Frames;

/// <summary>Frame types (RFC 9114 section 7.2, RFC 9218 section 7.1).</summary>
internal enum FrameType : ulong
{
    Data = 0x00,
    Headers = 0x01,
    CancelPush = 0x03,
    Settings = 0x04,
    PushPromise = 0x05,
    GoAway = 0x07,
    MaxPushId = 0x0d,
    PriorityUpdateRequest = 0xf0700,
    PriorityUpdatePush = 0xf0701,
}

/// <summary>What can be said of a frame type before its payload.</summary>
internal static class FrameTypes
{
    //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.8
    //# These frame types MUST NOT be sent, and their receipt MUST be treated as a connection error of type H3_FRAME_UNEXPECTED.
    /// <summary>PRIORITY, PING, WINDOW_UPDATE and CONTINUATION of HTTP/2.</summary>
    public static bool IsForbidden(this FrameType type) => (ulong)type is 0x02 or 0x06 or 0x08 or 0x09;
}
