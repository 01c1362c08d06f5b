using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Frames;

/// <summary>A DATAGRAM frame (RFC 9221 section 4); the data points into the packet.</summary>
internal readonly ref struct DatagramFrame
{
    public ReadOnlySpan<byte> Data { get; init; }

    /// <summary>The whole frame, as max_datagram_frame_size counts.</summary>
    public int FrameLength { get; init; }

    public static TransportError TryRead(ref WireReader reader, FrameType type, out DatagramFrame frame)
    {
        frame = default;
        var start = reader.Position;
        ReadOnlySpan<byte> data;
        if (type == FrameType.DatagramWithLength)
        {
            if (!reader.TryReadPrefixed(out data)) return TransportError.Malformed(type);
        }
        else
        {
            reader.TryReadBytes(reader.Remaining, out data);
        }

        frame = new() { Data = data, FrameLength = 1 + reader.Position - start };
        return TransportError.None;
    }

    public static int Length(int data) => 1 + VarInt.Length(data) + data;

    public static void Write(ref WireWriter writer, ReadOnlySpan<byte> data)
    {
        writer.WriteByte((byte)FrameType.DatagramWithLength);
        writer.WritePrefixed(data);
    }
}
