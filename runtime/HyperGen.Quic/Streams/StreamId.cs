namespace HyperGen.Quic;

//= https://www.rfc-editor.org/rfc/rfc9000#section-2.1
//# The least significant bit (0x01) of the stream ID identifies the
//# initiator of the stream.
//= https://www.rfc-editor.org/rfc/rfc9000#section-2.1
//# The second least significant bit (0x02) of the stream ID distinguishes
//# between bidirectional streams (with the bit set to 0) and unidirectional
//# streams (with the bit set to 1).

/// <summary>The number that identifies a stream within its connection for the connection's whole life; it is never reused.</summary>
/// <param name="Value">A 62-bit integer.</param>
internal readonly record struct StreamId(long Value)
{
    /// <summary>The ID of the stream opened <paramref name="sequence" />-th (from 0) of its kind.</summary>
    public StreamId(Role initiator, bool unidirectional, long sequence)
        : this((sequence << 2) | (unidirectional ? 2L : 0L) | (initiator == Role.Server ? 1L : 0L))
    {
    }

    /// <summary>Who opened the stream.</summary>
    public Role Initiator => (Value & 1) == 0 ? Role.Client : Role.Server;

    /// <summary>Whether only the initiator sends.</summary>
    public bool IsUnidirectional => (Value & 2) != 0;

    /// <summary>How many streams of the same kind were opened before this one.</summary>
    public long Sequence => Value >> 2;
}
