using System.Text.Unicode;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Frames;

/// <summary>A CONNECTION_CLOSE frame of either type (RFC 9000 section 19.19).</summary>
internal readonly ref struct ConnectionCloseFrame
{
    /// <summary>Our reasons are constant sentences; longer ones of the application are cut here so that the frame always fits.</summary>
    public const int MaxReasonLength = 256;

    public bool IsApplication { get; init; }

    public long ErrorCode { get; init; }

    public long FrameType { get; init; }

    public ReadOnlySpan<byte> Reason { get; init; }

    public static TransportError TryRead(ref WireReader reader, FrameType type, out ConnectionCloseFrame frame)
    {
        frame = default;
        long frameType = 0;
        var application = type == Frames.FrameType.ConnectionCloseApplication;
        if (!reader.TryReadVarInt(out var code)) return TransportError.Malformed(type);
        if (!application && !reader.TryReadVarInt(out frameType)) return TransportError.Malformed(type);
        if (!reader.TryReadPrefixed(out var reason)) return TransportError.Malformed(type);
        frame = new() { IsApplication = application, ErrorCode = code, FrameType = frameType, Reason = reason };
        return TransportError.None;
    }

    public static void Write(ref WireWriter writer, bool application, long code, long frameType, string? reason)
    {
        writer.WriteByte((byte)(application ? Frames.FrameType.ConnectionCloseApplication : Frames.FrameType.ConnectionClose));
        writer.WriteVarInt(code);
        if (!application) writer.WriteVarInt(frameType);
        Span<byte> text = stackalloc byte[MaxReasonLength];

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.19
        //# This SHOULD be a UTF-8 encoded string
        Utf8.FromUtf16(reason, text, out _, out var length);
        writer.WritePrefixed(text[..length]);
    }
}
