using System.Buffers.Binary;
using System.Net;
using HyperGen.Quic;

namespace HyperGen.Transport.Interop;

/// <summary>Addresses as <c>struct sockaddr_in</c> and <c>struct sockaddr_in6</c>, as the core's plain values, and as .NET's.</summary>
internal static class SocketAddresses
{
    /// <summary>The larger of the two structures.</summary>
    public const int MaxLength = 28;

    private const int IPv4Length = 16;

    /// <summary>Writes an address for a socket and returns the length of the structure.</summary>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="address">The address.</param>
    /// <param name="isIPv6Socket">Whether the socket's family is IPv6, which takes IPv4 addresses in their mapped form.</param>
    public static int Write(Span<byte> destination, in NetworkAddress address, bool isIPv6Socket)
    {
        destination[..MaxLength].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], address.Port);
        if (!isIPv6Socket)
        {
            BitConverter.TryWriteBytes(destination, (ushort)Constants.AF_INET);
            BinaryPrimitives.WriteUInt32BigEndian(destination[4..], (uint)address.Address);
            return IPv4Length;
        }
        BitConverter.TryWriteBytes(destination, (ushort)Constants.AF_INET6);
        BinaryPrimitives.WriteUInt128BigEndian(destination[8..], address.Address);
        BitConverter.TryWriteBytes(destination[24..], address.Scope);
        return MaxLength;
    }

    /// <summary>Reads the address of a datagram's sender.</summary>
    public static NetworkAddress Read(ReadOnlySpan<byte> source)
    {
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
        return BitConverter.ToUInt16(source) == Constants.AF_INET
            ? NetworkAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(source[4..]), port)
            : new NetworkAddress(BinaryPrimitives.ReadUInt128BigEndian(source[8..]), port, BitConverter.ToUInt32(source[24..]));
    }

    /// <summary>The core's form of an endpoint.</summary>
    public static NetworkAddress FromEndPoint(IPEndPoint endPoint)
    {
        Span<byte> bytes = stackalloc byte[16];
        IPAddress address = endPoint.Address.MapToIPv6();
        address.TryWriteBytes(bytes, out _);
        uint scope = endPoint.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? (uint)endPoint.Address.ScopeId : 0;
        return new NetworkAddress(BinaryPrimitives.ReadUInt128BigEndian(bytes), (ushort)endPoint.Port, scope);
    }

    /// <summary>.NET's form of an address, for those who show it to users.</summary>
    public static IPEndPoint ToEndPoint(in NetworkAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address.Address);
        return address.IsIPv4
            ? new IPEndPoint(new IPAddress(bytes[12..]), address.Port)
            : new IPEndPoint(new IPAddress(bytes, address.Scope), address.Port);
    }
}
