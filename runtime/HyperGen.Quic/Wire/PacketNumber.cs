namespace HyperGen.Quic.Wire;

/// <summary>The number of a packet in its packet number space: 0 to 2^62-1.</summary>
internal readonly record struct PacketNumber(long Value) : IComparable<PacketNumber>
{
    /// <summary>Below every packet number: "none received, sent or acknowledged yet".</summary>
    public static PacketNumber None => new(-1);

    public bool IsNone => Value < 0;

    public PacketNumber Next => new(Value + 1);

    public int CompareTo(PacketNumber other) => Value.CompareTo(other.Value);

    public static bool operator <(PacketNumber left, PacketNumber right) => left.Value < right.Value;

    public static bool operator >(PacketNumber left, PacketNumber right) => left.Value > right.Value;

    public static bool operator <=(PacketNumber left, PacketNumber right) => left.Value <= right.Value;

    public static bool operator >=(PacketNumber left, PacketNumber right) => left.Value >= right.Value;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.1
    //# the sender MUST use a packet number size able to represent more than
    //# twice as large a range as the difference between the largest
    //# acknowledged packet number and the packet number being sent

    /// <summary>The number of bytes (1-4) this packet number needs on the wire when the peer acknowledged <paramref name="largestAcked" />.</summary>
    public int EncodedLength(PacketNumber largestAcked)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.1
        //# Prior to receiving an acknowledgment for a packet number space, the full
        //# packet number MUST be included
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.1
        //# An endpoint SHOULD use a large enough packet number encoding to allow the
        //# packet number to be recovered even if the packet arrives after packets that
        //# are sent afterwards.
        var range = (Value - largestAcked.Value) * 2;
        return range switch
        {
            < 1 << 8 => 1,
            < 1 << 16 => 2,
            < 1 << 24 => 3,
            _ => 4,
        };
    }

    /// <summary>The full number of a packet whose header carried the low <paramref name="length" /> bytes in <paramref name="truncated" /> (RFC 9000 A.3).</summary>
    public static PacketNumber Decode(PacketNumber largestReceived, uint truncated, int length)
    {
        var expected = largestReceived.Value + 1;
        var window = 1L << (8 * length);
        var half = window / 2;
        var candidate = (expected & ~(window - 1)) | truncated;
        if (candidate <= expected - half && candidate < (1L << 62) - window) return new(candidate + window);
        if (candidate > expected + half && candidate >= window) return new(candidate - window);
        return new(candidate);
    }
}
