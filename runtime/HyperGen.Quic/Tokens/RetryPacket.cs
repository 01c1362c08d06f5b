using HyperGen.Quic.Protection;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Tokens;

/// <summary>The packet that asks a client to come again with a token (RFC 9000 section 17.2.5).</summary>
internal static class RetryPacket
{
    /// <summary>No Retry packet of ours is longer.</summary>
    public const int MaxLength = 7 + (2 * ConnectionId.MaxLength) + AddressTokens.MaxLength + RetryIntegrity.TagLength;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.1
    //# The server populates the Destination Connection ID with the
    //# connection ID that the client included in the Source Connection ID of
    //# the Initial packet.

    /// <summary>Writes the packet around a token that stands at <see cref="TokenOffset" /> already; its length.</summary>
    public static int Write(Span<byte> buffer, RetryIntegrity integrity, in PacketHeader initial, in ConnectionId source, int tokenLength)
    {
        var version = initial.Version!;
        var writer = new WireWriter(buffer);
        writer.WriteByte((byte)(PacketHeader.LongForm | PacketHeader.FixedBit | (version.BitsOf(PacketType.Retry) << 4)));
        writer.WriteUInt32(version.Number);
        writer.WriteByte((byte)initial.SourceId.Length);
        writer.WriteBytes(initial.SourceId);
        writer.WriteByte((byte)source.Length);
        writer.WriteBytes(source.Span);
        writer.Advance(tokenLength);
        integrity.ComputeTag(version, initial.DestinationId, buffer[..writer.Position], buffer[writer.Position..]);
        return writer.Position + RetryIntegrity.TagLength;
    }

    /// <summary>Where the token stands.</summary>
    public static int TokenOffset(in PacketHeader initial, in ConnectionId source) => 7 + initial.SourceId.Length + source.Length;
}
