namespace HyperGen.Quic.Wire;

/// <summary>The answer to a version we do not speak (RFC 9000 section 17.2.1).</summary>
internal static class VersionNegotiationPacket
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-6.1
    //# If the version selected by the client is not acceptable to the server,
    //# the server responds with a Version Negotiation packet

    /// <summary>Writes the packet; its length.</summary>
    /// <param name="buffer">At least 7 + 2 * 255 + 12 bytes.</param>
    /// <param name="destination">The Source Connection ID that was received.</param>
    /// <param name="source">The Destination Connection ID that was received.</param>
    /// <param name="versions">What we speak.</param>
    /// <param name="refused">The version that was received.</param>
    /// <param name="unpredictable">Entropy for the bits whose value does not matter.</param>
    public static int Write(
        Span<byte> buffer, ReadOnlySpan<byte> destination, ReadOnlySpan<byte> source, IReadOnlyList<QuicVersion> versions, uint refused, byte unpredictable)
    {
        var writer = new WireWriter(buffer);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.1
        //# servers SHOULD set the most significant bit of this field (0x40) to 1 so that
        //# Version Negotiation packets appear to have the Fixed Bit field.
        writer.WriteByte((byte)(PacketHeader.LongForm | PacketHeader.FixedBit | unpredictable));

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.1
        //# The Version field of a Version Negotiation packet MUST be set to 0x00000000.
        writer.WriteUInt32(QuicVersion.Negotiation);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.1
        //# The server MUST include the value from the Source Connection ID field of the
        //# packet it receives in the Destination Connection ID field.
        writer.WriteByte((byte)destination.Length);
        writer.WriteBytes(destination);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.1
        //# The value for Source Connection ID MUST be copied from the Destination
        //# Connection ID of the received packet
        writer.WriteByte((byte)source.Length);
        writer.WriteBytes(source);
        writer.WriteUInt32(QuicVersion.Grease(refused, unpredictable));
        for (var i = 0; i < versions.Count; i++) writer.WriteUInt32(versions[i].Number);
        return writer.Position;
    }

    /// <summary>Whether a Version Negotiation packet lists <paramref name="version" />.</summary>
    public static bool Lists(ReadOnlySpan<byte> versions, uint version)
    {
        var reader = new WireReader(versions);
        while (reader.TryReadUInt32(out var listed))
        {
            if (listed == version) return true;
        }

        return false;
    }
}
