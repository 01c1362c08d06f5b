using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using HyperGen.Quic;
using HyperGen.Transport.Interop;

namespace HyperGen.Transport.Udp;

/// <summary>
/// A UDP socket of Linux as QUIC wants it: many datagrams a call in both directions, ECN bits, our own address with each datagram when it is bound
/// to none, no fragmentation. It belongs to one thread. <see cref="ReceiveBatch"/> and <see cref="SendBatch"/> read from it and write to it.
/// </summary>
internal sealed class UdpSocket : IDisposable
{
    /// <summary>What quic-go and msquic ask for too; the default of 208 KiB drops packets at every pause of ours.</summary>
    private const int BufferSize = 4 << 20;

    private UdpSocket(int descriptor, bool isIPv6, bool isWildcard)
    {
        Descriptor = descriptor;
        IsIPv6 = isIPv6;
        IsWildcard = isWildcard;
    }

    /// <summary>Whether this machine can have such sockets: 64-bit little-endian Linux.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && BitConverter.IsLittleEndian && nint.Size == 8;

    /// <summary>The file descriptor.</summary>
    public int Descriptor { get; }

    /// <summary>Whether the family is IPv6. Bound to any address, such a socket serves IPv4 too.</summary>
    public bool IsIPv6 { get; }

    /// <summary>Whether it is bound to no address of its own, so that each answer must name the address the question came to.</summary>
    public bool IsWildcard { get; }

    /// <summary>The address it is bound to.</summary>
    public NetworkAddress LocalAddress { get; private set; }

    /// <summary>Whether the kernel cuts one large message into datagrams; false after it refused to.</summary>
    public bool SendsSegments { get; internal set; } = true;

    /// <summary>Opens and binds a socket.</summary>
    /// <param name="endPoint">Where to; port 0 for any free one.</param>
    /// <param name="sharesPort">Whether others of this process will bind to the same port (SO_REUSEPORT).</param>
    /// <exception cref="SocketException">The address cannot be bound to.</exception>
    public static unsafe UdpSocket Bind(IPEndPoint endPoint, bool sharesPort)
    {
        bool isIPv6 = endPoint.AddressFamily == AddressFamily.InterNetworkV6;
        bool isWildcard = endPoint.Address.Equals(IPAddress.Any) || endPoint.Address.Equals(IPAddress.IPv6Any);
        int descriptor = Libc.Socket(
            isIPv6 ? Constants.AF_INET6 : Constants.AF_INET,
            Constants.SOCK_DGRAM | Constants.SOCK_NONBLOCK | Constants.SOCK_CLOEXEC,
            Constants.IPPROTO_UDP);
        if (descriptor < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "A UDP socket cannot be opened.");
        }
        var socket = new UdpSocket(descriptor, isIPv6, isWildcard);
        try
        {
            socket.Configure(sharesPort);
            byte* address = stackalloc byte[SocketAddresses.MaxLength];
            int length = SocketAddresses.Write(new Span<byte>(address, SocketAddresses.MaxLength), SocketAddresses.FromEndPoint(endPoint), isIPv6);
            if (Libc.Bind(descriptor, address, (uint)length) < 0)
            {
                // SocketException speaks of address and port in the words users know from Kestrel.
                throw new SocketException(ToSocketError(Marshal.GetLastPInvokeError()), $"UDP port {endPoint} cannot be bound to.");
            }
            uint size = SocketAddresses.MaxLength;
            _ = Libc.GetSockName(descriptor, address, &size);
            socket.LocalAddress = SocketAddresses.Read(new ReadOnlySpan<byte>(address, SocketAddresses.MaxLength));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Has the kernel choose among the sockets of this port by a program over the datagram; they count in the order of binding.</summary>
    /// <returns>Whether the kernel took it.</returns>
    public unsafe bool TrySteer(ReadOnlySpan<SocketFilter> program)
    {
        fixed (SocketFilter* instructions = program)
        {
            SocketProgram description = new() { Length = (ushort)program.Length, Instructions = instructions };
            return Libc.SetSockOpt(Descriptor, Constants.SOL_SOCKET, Constants.SO_ATTACH_REUSEPORT_CBPF, &description, (uint)sizeof(SocketProgram)) == 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ = Libc.Close(Descriptor);

    private void Configure(bool sharesPort)
    {
        if (sharesPort)
        {
            TrySet(Constants.SOL_SOCKET, Constants.SO_REUSEPORT, 1);
        }

        // The forced form is for processes that may exceed net.core.rmem_max; the other is silently capped at it.
        _ = TrySet(Constants.SOL_SOCKET, Constants.SO_RCVBUFFORCE, BufferSize) || TrySet(Constants.SOL_SOCKET, Constants.SO_RCVBUF, BufferSize);
        _ = TrySet(Constants.SOL_SOCKET, Constants.SO_SNDBUFFORCE, BufferSize) || TrySet(Constants.SOL_SOCKET, Constants.SO_SNDBUF, BufferSize);
        TrySet(Constants.IPPROTO_UDP, Constants.UDP_GRO, 1);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-14
        //# UDP datagrams MUST NOT be fragmented at the IP layer.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-14
        //# the Don't Fragment (DF) bit MUST be set if possible, to prevent fragmentation
        //# on the path.
        TrySet(Constants.IPPROTO_IP, Constants.IP_MTU_DISCOVER, Constants.IP_PMTUDISC_PROBE);
        TrySet(Constants.IPPROTO_IP, Constants.IP_RECVTOS, 1);
        if (IsIPv6)
        {
            TrySet(Constants.IPPROTO_IPV6, Constants.IPV6_MTU_DISCOVER, Constants.IP_PMTUDISC_PROBE);
            TrySet(Constants.IPPROTO_IPV6, Constants.IPV6_RECVTCLASS, 1);
            TrySet(Constants.IPPROTO_IPV6, Constants.IPV6_V6ONLY, IsWildcard ? 0 : 1);
        }
        if (IsWildcard)
        {
            _ = IsIPv6 ? TrySet(Constants.IPPROTO_IPV6, Constants.IPV6_RECVPKTINFO, 1) : TrySet(Constants.IPPROTO_IP, Constants.IP_PKTINFO, 1);
        }
    }

    private unsafe bool TrySet(int level, int name, int value) => Libc.SetSockOpt(Descriptor, level, name, &value, sizeof(int)) == 0;

    private static int ToSocketError(int errno) => errno switch
    {
        13 => (int)SocketError.AccessDenied,
        98 => (int)SocketError.AddressAlreadyInUse,
        99 => (int)SocketError.AddressNotAvailable,
        _ => (int)SocketError.SocketError,
    };
}
