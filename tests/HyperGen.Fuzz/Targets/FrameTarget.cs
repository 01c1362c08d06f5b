using HyperGen.Quic;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Wire;

namespace HyperGen.Fuzz.Targets;

/// <summary>The parsers of all frames, over a payload as a packet holds it.</summary>
internal sealed class FrameTarget : Target
{
    public static IEnumerable<byte[]> Frames =>
    [
        [0x00, 0x00], [0x01], [0x02, 0x05, 0x00, 0x00, 0x05], [0x02, 0x09, 0x01, 0x02, 0x01, 0x00, 0x01, 0x00, 0x00], [0x03, 0x05, 0x00, 0x00, 0x05, 0x01, 0x02, 0x03],
        [0x04, 0x00, 0x07, 0x03], [0x05, 0x00, 0x07], [0x06, 0x00, 0x03, 1, 2, 3], [0x06, 0x05, 0x01, 9], [0x07, 0x02, 1, 2], [0x08, 0x00, 1, 2, 3],
        [0x09, 0x04, 1], [0x0a, 0x08, 0x02, 1, 2], [0x0b, 0x0c, 0x00], [0x0c, 0x10, 0x07, 1, 2], [0x0e, 0x00, 0x04, 0x02, 5, 6], [0x0f, 0x02, 0x01, 0x01, 7],
        [0x10, 0x80, 0x10, 0, 0], [0x11, 0x01, 0x80, 0x10, 0, 0], [0x12, 0x40, 0x80], [0x13, 0x20], [0x14, 0x10], [0x15, 0x00, 0x10], [0x16, 0x10], [0x17, 0x10],
        [0x18, 0x04, 0x00, 0x04, 1, 2, 3, 4, .. new byte[16]], [0x18, 0x05, 0x02, 0x08, 8, 7, 6, 5, 4, 3, 2, 1, .. new byte[16]], [0x19, 0x01], [0x1a, 1, 2, 3, 4, 5, 6, 7, 8],
        [0x1b, 1, 2, 3, 4, 5, 6, 7, 8], [0x1c, 0x0a, 0x06, 0x02, 65, 66], [0x1d, 0x41, 0x00, 0x01, 65], [0x1e], [0x30, 1, 2, 3], [0x31, 0x02, 1, 2],
    ];

    public override string Name => "frame";

    public override IEnumerable<byte[]> Seeds => Frames;

    public override string Run(ReadOnlySpan<byte> input)
    {
        var reader = new WireReader(input);
        var last = "empty";
        for (var count = 0; !reader.IsEmpty; count++)
        {
            if (count > input.Length) throw new InvalidOperationException("A frame of no bytes was read.");
            if (!reader.TryReadVarInt(out var value)) return "truncated type";
            var error = Read(ref reader, (FrameType)value);
            if (error.IsError) return Enum.IsDefined((FrameType)value) ? $"{error.Code} in {(FrameType)value}: {error.Reason}" : "unknown type";
            last = $"ends with {(FrameTypes.IsStream((FrameType)value) ? FrameType.Stream : (FrameType)value)}";
        }

        return last;
    }

    private static TransportError Read(ref WireReader reader, FrameType type)
    {
        if (FrameTypes.IsStream(type)) return StreamFrame.TryRead(ref reader, type, out _);
        switch (type)
        {
            case FrameType.Padding:
                reader.SkipAll(0);
                return TransportError.None;
            case FrameType.Ping or FrameType.HandshakeDone:
                return TransportError.None;
            case FrameType.Ack or FrameType.AckEcn:
                var error = AckFrame.TryRead(ref reader, type, out var ack);
                if (error.IsError) return error;
                var previous = long.MaxValue;
                foreach (var range in ack)
                {
                    if (range.Start >= range.End || range.End >= previous || range.Start < 0) throw new InvalidOperationException("An ACK range is out of order.");
                    previous = range.Start;
                }

                return error;
            case FrameType.Crypto:
                return CryptoFrame.TryRead(ref reader, out _);
            case FrameType.ResetStream:
                return ResetStreamFrame.TryRead(ref reader, out _);
            case FrameType.StopSending or FrameType.MaxStreamData or FrameType.StreamDataBlocked:
                return StreamValueFrame.TryRead(ref reader, type, out _);
            case FrameType.ConnectionClose or FrameType.ConnectionCloseApplication:
                return ConnectionCloseFrame.TryRead(ref reader, type, out _);
            case FrameType.NewConnectionId:
                return NewConnectionIdFrame.TryRead(ref reader, out _);
            case FrameType.Datagram or FrameType.DatagramWithLength:
                return DatagramFrame.TryRead(ref reader, type, out _);
            case FrameType.PathChallenge or FrameType.PathResponse:
                return reader.TryReadBytes(8, out _) ? TransportError.None : TransportError.Malformed(type);
            case FrameType.NewToken:
                return reader.TryReadPrefixed(out _) ? TransportError.None : TransportError.Malformed(type);
            case >= FrameType.MaxData and <= FrameType.RetireConnectionId:
                return ValueFrame.TryRead(ref reader, type, out _);
            default:
                return TransportError.Of(TransportErrorCode.FrameEncodingError, FrameType.Padding, "unknown");
        }
    }
}
