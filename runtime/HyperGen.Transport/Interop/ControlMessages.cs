using System.Buffers.Binary;
using HyperGen.Quic;

namespace HyperGen.Transport.Interop;

/// <summary>The ancillary data of datagrams: ECN bits, our own address, and the size of segments. Messages are aligned to 8 bytes.</summary>
internal static class ControlMessages
{
    /// <summary>Room for all that is sent or received with one message.</summary>
    public const int MaxLength = 128;

    private const int HeaderLength = 16;

    /// <summary>Reads what came with a message.</summary>
    /// <param name="control">What the kernel wrote.</param>
    /// <param name="segmentSize">The size of the datagrams that were merged into one; 0 when there is one.</param>
    /// <param name="ecn">The ECN bits.</param>
    /// <param name="local">The address the datagram was sent to, without a port.</param>
    public static void Read(ReadOnlySpan<byte> control, out int segmentSize, out EcnCodepoint ecn, out NetworkAddress local)
    {
        segmentSize = 0;
        ecn = EcnCodepoint.NotEct;
        local = default;
        while (control.Length >= HeaderLength)
        {
            int length = (int)BitConverter.ToInt64(control);
            if (length < HeaderLength || length > control.Length)
            {
                return;
            }
            ReadOnlySpan<byte> data = control[HeaderLength..length];
            switch (BitConverter.ToInt32(control[8..]), BitConverter.ToInt32(control[12..]))
            {
                case (Constants.IPPROTO_UDP, Constants.UDP_GRO):
                    segmentSize = BitConverter.ToInt32(data);
                    break;

                // The kernel passes one byte for IPv4 and an int for IPv6; on little-endian machines the first byte is the low one.
                case (Constants.IPPROTO_IP, Constants.IP_TOS):
                case (Constants.IPPROTO_IPV6, Constants.IPV6_TCLASS):
                    ecn = (EcnCodepoint)(data[0] & 3);
                    break;
                case (Constants.IPPROTO_IP, Constants.IP_PKTINFO):
                    local = NetworkAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(data[8..]), 0);
                    break;
                case (Constants.IPPROTO_IPV6, Constants.IPV6_PKTINFO):
                    local = new NetworkAddress(BinaryPrimitives.ReadUInt128BigEndian(data), 0, BitConverter.ToUInt32(data[16..]));
                    break;
            }
            control = control[Math.Min(Align(length), control.Length)..];
        }
    }

    /// <summary>Writes what goes with a message and returns its length.</summary>
    /// <param name="control">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="segmentSize">The size of the datagrams to cut the message into; 0 for one.</param>
    /// <param name="ecn">The ECN bits.</param>
    /// <param name="local">The address to send from; the default value leaves it to the kernel.</param>
    /// <param name="isIPv4">Whether the datagram travels over IPv4, also from an IPv6 socket.</param>
    public static int Write(Span<byte> control, int segmentSize, EcnCodepoint ecn, in NetworkAddress local, bool isIPv4)
    {
        int written = 0;
        if (segmentSize > 0)
        {
            BitConverter.TryWriteBytes(Begin(control, ref written, Constants.IPPROTO_UDP, Constants.UDP_SEGMENT, sizeof(ushort)), (ushort)segmentSize);
        }
        if (ecn != EcnCodepoint.NotEct)
        {
            (int level, int type) = isIPv4 ? (Constants.IPPROTO_IP, Constants.IP_TOS) : (Constants.IPPROTO_IPV6, Constants.IPV6_TCLASS);
            BitConverter.TryWriteBytes(Begin(control, ref written, level, type, sizeof(int)), (int)ecn);
        }
        if (local != default)
        {
            if (isIPv4)
            {
                // struct in_pktinfo: interface index, then the source address.
                Span<byte> info = Begin(control, ref written, Constants.IPPROTO_IP, Constants.IP_PKTINFO, 12);
                BinaryPrimitives.WriteUInt32BigEndian(info[4..], (uint)local.Address);
            }
            else
            {
                Span<byte> info = Begin(control, ref written, Constants.IPPROTO_IPV6, Constants.IPV6_PKTINFO, 20);
                BinaryPrimitives.WriteUInt128BigEndian(info, local.Address);
                BitConverter.TryWriteBytes(info[16..], local.Scope);
            }
        }
        return written;
    }

    private static Span<byte> Begin(Span<byte> control, ref int written, int level, int type, int length)
    {
        Span<byte> message = control.Slice(written, Align(HeaderLength + length));
        message.Clear();
        BitConverter.TryWriteBytes(message, (long)(HeaderLength + length));
        BitConverter.TryWriteBytes(message[8..], level);
        BitConverter.TryWriteBytes(message[12..], type);
        written += message.Length;
        return message[HeaderLength..];
    }

    private static int Align(int length) => (length + 7) & ~7;
}
