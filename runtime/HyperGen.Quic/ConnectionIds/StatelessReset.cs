using HyperGen.Quic.Wire;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic;

/// <summary>The datagram that ends a connection of which we know nothing any more (RFC 9000 section 10.3).</summary>
internal static class StatelessReset
{
    /// <summary>Five bytes that look like a short header, and the token.</summary>
    public const int MinimumLength = 5 + StatelessResetToken.Length;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.3
    //# A Stateless Reset that is smaller than 41 bytes might be identifiable
    //# as a Stateless Reset by an observer, depending upon the length of the
    //# peer's connection IDs.

    /// <summary>What we send when the triggering datagram permits: as long as a packet that asks nothing of its receiver.</summary>
    public const int MaxLength = 42;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.3
    //# An endpoint MUST ensure that every Stateless Reset that it sends is
    //# smaller than the packet that triggered it

    /// <summary>Writes a reset for a packet of <paramref name="triggerLength" /> bytes; its length, 0 when none may be sent.</summary>
    public static int Write(Span<byte> buffer, int triggerLength, StatelessResetToken token, RandomSource random)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
        //# An endpoint that sends a Stateless Reset in response to a packet that is 43 bytes
        //# or shorter SHOULD send a Stateless Reset that is one byte shorter than the packet
        //# it responds to.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
        //# An endpoint MUST NOT send a Stateless Reset that is three times or more larger
        //# than the packet it receives
        var length = Math.Min(MaxLength, triggerLength - 1);
        if (length < MinimumLength) return 0;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
        //# values that SHOULD be indistinguishable from random
        random(buffer[..(length - StatelessResetToken.Length)]);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
        //# Endpoints MUST send Stateless Resets formatted as a packet with a short header.
        buffer[0] = (byte)((buffer[0] & 0x3f) | PacketHeader.FixedBit);
        token.CopyTo(buffer[(length - StatelessResetToken.Length)..]);
        return length;
    }
}
