using System.Buffers.Binary;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Parameters;

/// <summary>The preferred_address transport parameter (RFC 9000 section 18.2): where a server would rather be, and a connection ID to go there with.</summary>
/// <param name="IPv4">Its IPv4 address; null for none.</param>
/// <param name="IPv6">Its IPv6 address; null for none.</param>
/// <param name="Id">The connection ID with sequence number 1.</param>
/// <param name="ResetToken">Its stateless reset token.</param>
internal readonly record struct PreferredAddress(NetworkAddress? IPv4, NetworkAddress? IPv6, ConnectionId Id, StatelessResetToken ResetToken)
{
    public const int MaxLength = 4 + 2 + 16 + 2 + 1 + ConnectionId.MaxLength + StatelessResetToken.Length;

    public static bool TryRead(ReadOnlySpan<byte> value, out PreferredAddress address)
    {
        address = default;
        var reader = new WireReader(value);
        if (!reader.TryReadBytes(4, out var v4) || !reader.TryReadBytes(2, out var v4Port)) return false;
        if (!reader.TryReadBytes(16, out var v6) || !reader.TryReadBytes(2, out var v6Port)) return false;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-18.2
        //# Similarly, a server MUST NOT include a zero-length connection ID in this
        //# transport parameter.
        if (!reader.TryReadByte(out var length) || length is 0 or > ConnectionId.MaxLength || !reader.TryReadBytes(length, out var id)) return false;
        if (!reader.TryReadBytes(StatelessResetToken.Length, out var token) || !reader.IsEmpty) return false;
        var port4 = BinaryPrimitives.ReadUInt16BigEndian(v4Port);
        var port6 = BinaryPrimitives.ReadUInt16BigEndian(v6Port);
        address = new(
            port4 == 0 ? null : NetworkAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(v4), port4),
            port6 == 0 ? null : new NetworkAddress(BinaryPrimitives.ReadUInt128BigEndian(v6), port6),
            new(id),
            new(token));
        return true;
    }

    /// <summary>Writes the value; its length.</summary>
    public int Write(Span<byte> destination)
    {
        var writer = new WireWriter(destination);
        BinaryPrimitives.WriteUInt32BigEndian(writer.Free, (uint)(IPv4?.Address ?? 0));
        BinaryPrimitives.WriteUInt16BigEndian(writer.Free[4..], IPv4?.Port ?? 0);
        BinaryPrimitives.WriteUInt128BigEndian(writer.Free[6..], IPv6?.Address ?? 0);
        BinaryPrimitives.WriteUInt16BigEndian(writer.Free[22..], IPv6?.Port ?? 0);
        writer.Advance(24);
        writer.WriteByte((byte)Id.Length);
        writer.WriteBytes(Id.Span);
        ResetToken.CopyTo(writer.Free);
        writer.Advance(StatelessResetToken.Length);
        return writer.Position;
    }
}
