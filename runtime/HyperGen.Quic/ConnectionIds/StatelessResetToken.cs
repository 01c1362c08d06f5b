using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HyperGen.Quic;

/// <summary>The 16 bytes that end a stateless reset (RFC 9000 section 10.3), by value.</summary>
internal readonly record struct StatelessResetToken(ulong High, ulong Low)
{
    public const int Length = 16;

    public StatelessResetToken(ReadOnlySpan<byte> bytes)
        : this(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]))
    {
    }

    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.2
    //# A single static key can be used across all connections to the same
    //# endpoint by generating the proof using a pseudorandom function that
    //# takes a static key and the connection ID chosen by the endpoint

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.2
    //# The stateless reset token MUST be difficult to guess.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.2
    //# The same stateless reset token MUST NOT be used for multiple connection IDs.

    /// <summary>The token of one of our own connection IDs: HMAC-SHA-256 under the endpoint's static key, cut to 16 bytes.</summary>
    public static StatelessResetToken Derive(ReadOnlySpan<byte> key, in ConnectionId id)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, id.Span, mac);
        return new(mac);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.1
    //# When comparing a datagram to stateless reset token values, endpoints
    //# MUST perform the comparison without leaking information about the
    //# value of the token.

    /// <summary>Compares with the end of a datagram in constant time.</summary>
    public bool Matches(ReadOnlySpan<byte> tail)
    {
        Span<byte> own = stackalloc byte[Length];
        CopyTo(own);
        return CryptographicOperations.FixedTimeEquals(own, tail);
    }
}
