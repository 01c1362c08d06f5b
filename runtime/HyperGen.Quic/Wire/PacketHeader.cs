namespace HyperGen.Quic.Wire;

/// <summary>
/// The part of a packet's header that can be read before header protection is removed. Spans point into the datagram.
/// </summary>
internal readonly ref struct PacketHeader
{
    public const byte LongForm = 0x80;
    public const byte FixedBit = 0x40;
    public const byte KeyPhaseBit = 0x04;
    public const byte LongReservedBits = 0x0c;
    public const byte ShortReservedBits = 0x18;

    public PacketType Type { get; init; }

    /// <summary>The number in the header; meaningless in a short header.</summary>
    public uint VersionNumber { get; init; }

    /// <summary>The version, if it is one we speak; null in a short header.</summary>
    public QuicVersion? Version { get; init; }

    public ReadOnlySpan<byte> DestinationId { get; init; }

    public ReadOnlySpan<byte> SourceId { get; init; }

    /// <summary>The token of an Initial or Retry packet; the supported versions of a Version Negotiation packet.</summary>
    public ReadOnlySpan<byte> Token { get; init; }

    /// <summary>Where the protected packet number starts; 0 for packets without one.</summary>
    public int PacketNumberOffset { get; init; }

    /// <summary>Where the packet ends in the datagram; another may follow.</summary>
    public int End { get; init; }

    /// <summary>Reads the first packet of <paramref name="datagram" />; false when it is not a packet of any kind.</summary>
    /// <param name="datagram">What is left of the datagram.</param>
    /// <param name="localIdLength">The length of our own connection IDs: a short header does not carry it.</param>
    /// <param name="header">The header.</param>
    public static bool TryRead(ReadOnlySpan<byte> datagram, int localIdLength, out PacketHeader header)
    {
        header = default;
        if (datagram.IsEmpty) return false;
        return (datagram[0] & LongForm) == 0 ? TryReadShort(datagram, localIdLength, out header) : TryReadLong(datagram, out header);
    }

    private static bool TryReadShort(ReadOnlySpan<byte> datagram, int localIdLength, out PacketHeader header)
    {
        header = default;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.3.1
        //# Packets containing a zero value for this bit are not
        //# valid packets in this version and MUST be discarded.
        if ((datagram[0] & FixedBit) == 0 || datagram.Length < 1 + localIdLength) return false;
        header = new()
        {
            Type = PacketType.OneRtt,
            DestinationId = datagram.Slice(1, localIdLength),
            PacketNumberOffset = 1 + localIdLength,
            End = datagram.Length,
        };
        return true;
    }

    private static bool TryReadLong(ReadOnlySpan<byte> datagram, out PacketHeader header)
    {
        header = default;
        var reader = new WireReader(datagram);
        if (!reader.TryReadByte(out var first) || !reader.TryReadUInt32(out var version)) return false;
        if (!reader.TryReadByte(out var length) || !reader.TryReadBytes(length, out var destination)) return false;
        if (!reader.TryReadByte(out length) || !reader.TryReadBytes(length, out var source)) return false;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2
        //# In order to properly form a Version Negotiation packet, servers SHOULD be able
        //# to read longer connection IDs from other QUIC versions.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.1
        //# Version-specific rules for the connection ID therefore MUST NOT influence a
        //# decision about whether to send a Version Negotiation packet.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.1
        //# Clients MUST ignore the value of this field.
        if (QuicVersion.Find(version) is not { } known)
        {
            header = new()
            {
                Type = version == QuicVersion.Negotiation ? PacketType.VersionNegotiation : PacketType.UnknownVersion,
                VersionNumber = version,
                DestinationId = destination,
                SourceId = source,
                Token = reader.ReadRest(),
                End = datagram.Length,
            };
            return true;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2
        //# Endpoints that receive a version 1 long header with a
        //# value larger than 20 MUST drop the packet.
        if (destination.Length > ConnectionId.MaxLength || source.Length > ConnectionId.MaxLength) return false;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2
        //# Packets containing a zero value for this bit are not
        //# valid packets in this version and MUST be discarded.
        if ((first & FixedBit) == 0) return false;

        var type = known.TypeOf(first >> 4);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5
        //# a client MUST ignore these bits.
        if (type == PacketType.Retry)
        {
            header = new()
            {
                Type = type,
                VersionNumber = version,
                Version = known,
                DestinationId = destination,
                SourceId = source,
                Token = reader.ReadRest(),
                End = datagram.Length,
            };
            return true;
        }

        var token = default(ReadOnlySpan<byte>);
        if (type == PacketType.Initial && !reader.TryReadPrefixed(out token)) return false;
        if (!reader.TryReadVarInt(out var rest)) return false;
        var offset = reader.Position;
        if (!reader.TryReadBytes(rest, out _)) return false;
        header = new()
        {
            Type = type,
            VersionNumber = version,
            Version = known,
            DestinationId = destination,
            SourceId = source,
            Token = token,
            PacketNumberOffset = offset,
            End = reader.Position,
        };
        return true;
    }

    /// <summary>Writes a long header up to and including a two-byte Length field that <see cref="VarInt.WriteTwoBytes" /> fills in once it is known.</summary>
    public static void WriteLong(
        ref WireWriter writer, QuicVersion version, PacketType type, scoped ReadOnlySpan<byte> destination, scoped ReadOnlySpan<byte> source,
        ReadOnlySpan<byte> token, int packetNumberLength)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2
        //# The value included prior to protection MUST be set to 0.
        writer.WriteByte((byte)(LongForm | FixedBit | (version.BitsOf(type) << 4) | (packetNumberLength - 1)));
        writer.WriteUInt32(version.Number);
        writer.WriteByte((byte)destination.Length);
        writer.WriteBytes(destination);
        writer.WriteByte((byte)source.Length);
        writer.WriteBytes(source);
        if (type == PacketType.Initial) writer.WritePrefixed(token);
        writer.WriteZeros(2);
    }

    public static void WriteShort(ref WireWriter writer, scoped ReadOnlySpan<byte> destination, bool keyPhase, int packetNumberLength)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.3.1
        //# The value included prior to protection MUST be set to 0.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.4
        //# An endpoint that does not support this feature MUST disable it, as defined
        //# below.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.4
        //= type=exception
        //= reason=a bit that is always 0 tells an observer nothing either, and costs no entropy for each packet
        //# It is RECOMMENDED that endpoints set the spin bit to a random value
        writer.WriteByte((byte)(FixedBit | (keyPhase ? KeyPhaseBit : 0) | (packetNumberLength - 1)));
        writer.WriteBytes(destination);
    }

    public static void WritePacketNumber(ref WireWriter writer, PacketNumber number, int length)
    {
        for (var shift = 8 * (length - 1); shift >= 0; shift -= 8) writer.WriteByte((byte)(number.Value >> shift));
    }
}
