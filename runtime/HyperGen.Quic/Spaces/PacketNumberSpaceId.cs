namespace HyperGen.Quic.Spaces;

/// <summary>The three packet number spaces of RFC 9000 section 12.3, in the order in which they are used.</summary>
internal enum PacketNumberSpaceId : byte
{
    Initial = 0,
    Handshake = 1,
    ApplicationData = 2,
}
