namespace HyperGen.Quic.Wire;

/// <summary>The kinds of packet, with the numbers of QUIC version 1.</summary>
internal enum PacketType : byte
{
    Initial = 0,
    ZeroRtt = 1,
    Handshake = 2,
    Retry = 3,
    VersionNegotiation,
    OneRtt,

    /// <summary>A long header of a version we do not speak: only its connection IDs are known (RFC 8999).</summary>
    UnknownVersion,
}
