using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Frames;

/// <summary>An ACK frame (RFC 9000 section 19.3), validated when read; its ranges are decoded while they are enumerated, highest first.</summary>
internal readonly ref struct AckFrame
{
    private readonly ReadOnlySpan<byte> _ranges;
    private readonly long _rangeCount;
    private readonly long _firstRange;

    private AckFrame(PacketNumber largest, long delay, long rangeCount, long firstRange, ReadOnlySpan<byte> ranges, EcnCounts ecn, bool hasEcn)
    {
        Largest = largest;
        Delay = delay;
        Ecn = ecn;
        HasEcn = hasEcn;
        _rangeCount = rangeCount;
        _firstRange = firstRange;
        _ranges = ranges;
    }

    public PacketNumber Largest { get; }

    /// <summary>The ACK Delay field, still to be scaled by the sender's ack_delay_exponent.</summary>
    public long Delay { get; }

    public bool HasEcn { get; }

    public EcnCounts Ecn { get; }

    public Enumerator GetEnumerator() => new(this);

    public static TransportError TryRead(ref WireReader reader, FrameType type, out AckFrame frame)
    {
        frame = default;
        if (!reader.TryReadVarInt(out var largest) || !reader.TryReadVarInt(out var delay)) return TransportError.Malformed(type);
        if (!reader.TryReadVarInt(out var count) || !reader.TryReadVarInt(out var first)) return TransportError.Malformed(type);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-19.3.1
        //# If any computed packet number is negative, an endpoint MUST generate a
        //# connection error of type FRAME_ENCODING_ERROR.
        var smallest = largest - first;
        if (smallest < 0) return NegativePacketNumber(type);
        var measure = reader;
        var start = reader.Position;
        for (long i = 0; i < count; i++)
        {
            if (!measure.TryReadVarInt(out var gap) || !measure.TryReadVarInt(out var length)) return TransportError.Malformed(type);
            smallest -= gap + 2;
            if (smallest < length) return NegativePacketNumber(type);
            smallest -= length;
        }

        reader.TryReadBytes(measure.Position - start, out var ranges);
        var ecn = default(EcnCounts);
        if (type == FrameType.AckEcn)
        {
            if (!reader.TryReadVarInt(out var ect0) || !reader.TryReadVarInt(out var ect1) || !reader.TryReadVarInt(out var ce))
            {
                return TransportError.Malformed(type);
            }

            ecn = new(ect0, ect1, ce);
        }

        frame = new(new(largest), delay, count, first, ranges, ecn, type == FrameType.AckEcn);
        return TransportError.None;
    }

    /// <summary>Writes the newest ranges of <paramref name="ranges" /> that fit; false, with nothing written, when not even one does.</summary>
    public static bool TryWrite(ref WireWriter writer, in RangeSet ranges, long delay, EcnCounts ecn)
    {
        // Type, largest, delay, count, first range, and the ECN counts, each at its widest but for the type.
        const int fixedPart = 1 + 8 + 8 + 2 + 8 + 24;
        const int widestRange = 16;
        if (writer.Remaining < fixedPart) return false;
        var additional = Math.Min(ranges.Count - 1, (writer.Remaining - fixedPart) / widestRange);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.3
        //# ACK frames SHOULD always acknowledge the most recently received packets
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-13.2.3
        //# A receiver SHOULD include an ACK Range containing the largest received packet
        //# number in every ACK frame.
        var newest = ranges[ranges.Count - 1];
        writer.WriteVarInt((long)(ecn.IsZero ? FrameType.Ack : FrameType.AckEcn));
        writer.WriteVarInt(newest.End - 1);
        writer.WriteVarInt(delay);
        writer.WriteVarInt(additional);
        writer.WriteVarInt(newest.End - 1 - newest.Start);
        var above = newest;
        for (var i = 0; i < additional; i++)
        {
            var range = ranges[ranges.Count - 2 - i];
            writer.WriteVarInt(above.Start - range.End - 1);
            writer.WriteVarInt(range.End - 1 - range.Start);
            above = range;
        }

        if (!ecn.IsZero)
        {
            writer.WriteVarInt(ecn.Ect0);
            writer.WriteVarInt(ecn.Ect1);
            writer.WriteVarInt(ecn.CongestionExperienced);
        }

        return true;
    }

    private static TransportError NegativePacketNumber(FrameType type) =>
        TransportError.Of(TransportErrorCode.FrameEncodingError, type, "An ACK range reaches below packet number 0.");

    /// <summary>Walks the acknowledged ranges, highest first.</summary>
    public ref struct Enumerator
    {
        private WireReader _reader;
        private long _left;
        private long _smallest;
        private bool _started;
        private readonly long _first;
        private readonly long _largest;

        public Enumerator(AckFrame frame)
        {
            _reader = new(frame._ranges);
            _left = frame._rangeCount;
            _first = frame._firstRange;
            _largest = frame.Largest.Value;
        }

        public Range64 Current { get; private set; }

        public bool MoveNext()
        {
            var largest = _largest;
            var length = _first;
            if (_started)
            {
                if (_left-- == 0) return false;
                _reader.TryReadVarInt(out var gap);
                _reader.TryReadVarInt(out length);
                largest = _smallest - gap - 2;
            }

            _started = true;
            _smallest = largest - length;
            Current = new(_smallest, largest + 1);
            return true;
        }
    }
}
