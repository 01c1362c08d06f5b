namespace HyperGen.Http3.Frames;

/// <summary>Writes frames. Each method writes at the beginning of a span and returns the bytes it took.</summary>
internal static class FrameWriter
{
    /// <summary>The most bytes of a header.</summary>
    public const int MaxHeaderLength = 2 * VarInt.MaxLength;

    /// <summary>A frame's type and length, in front of the payload.</summary>
    public static int WriteHeader(Span<byte> destination, FrameType type, ulong length)
    {
        int written = VarInt.Write(destination, (ulong)type);
        return written + VarInt.Write(destination[written..], length);
    }

    /// <summary>A frame whose payload is one integer: GOAWAY, MAX_PUSH_ID, CANCEL_PUSH.</summary>
    public static int WriteInteger(Span<byte> destination, FrameType type, ulong value)
    {
        int written = WriteHeader(destination, type, (ulong)VarInt.Length(value));
        return written + VarInt.Write(destination[written..], value);
    }
}
