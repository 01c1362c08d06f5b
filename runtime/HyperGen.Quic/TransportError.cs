using HyperGen.Quic.Frames;

namespace HyperGen.Quic;

/// <summary>
/// Why a connection is being closed: a value, because nothing that a peer sends may throw. The default value is "no error".
/// </summary>
/// <param name="Code">What the CONNECTION_CLOSE frame carries.</param>
/// <param name="FrameType">The type of the frame at fault, 0 when it is unknown or none was.</param>
/// <param name="Reason">A constant sentence for the person who debugs the peer; null only in the default value.</param>
internal readonly record struct TransportError(TransportErrorCode Code, long FrameType, string? Reason)
{
    /// <summary>Whether there is an error at all.</summary>
    public bool IsError => Reason is not null;

    internal static TransportError None => default;

    internal static TransportError Of(TransportErrorCode code, FrameType frameType, string reason) => new(code, (long)frameType, reason);

    internal static TransportError Of(TransportErrorCode code, string reason) => new(code, 0, reason);

    internal static TransportError Malformed(FrameType frameType) =>
        new(TransportErrorCode.FrameEncodingError, (long)frameType, "The frame ends before its fields do.");

    /// <inheritdoc />
    public override string ToString() => IsError ? $"{Code} (frame type 0x{FrameType:x}): {Reason}" : "no error";
}
