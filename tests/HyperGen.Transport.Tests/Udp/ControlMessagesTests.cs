using HyperGen.Quic;
using HyperGen.Transport.Interop;

namespace HyperGen.Transport.Tests.Udp;

public sealed class ControlMessagesTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_written_fits_and_truncations_are_read_without_harm(bool isIPv4)
    {
        var control = new byte[ControlMessages.MaxLength];
        var local = isIPv4 ? NetworkAddress.FromIPv4(0x0a000001, 0) : new NetworkAddress(new UInt128(0xfe80UL << 48, 1), 0, 3);
        int written = ControlMessages.Write(control, 1200, EcnCodepoint.CongestionExperienced, local, isIPv4);
        Assert.InRange(written, 24 + 24 + 32, ControlMessages.MaxLength);
        ControlMessages.Read(control.AsSpan(0, written), out _, out EcnCodepoint ecn, out _);
        Assert.Equal(EcnCodepoint.CongestionExperienced, ecn);
        for (int cut = 0; cut < written; cut++)
        {
            ControlMessages.Read(control.AsSpan(0, cut), out _, out _, out _);
        }
    }

    [Theory]
    [InlineData("127.0.0.1", 4433)]
    [InlineData("::1", 1)]
    [InlineData("fe80::1%7", 65535)]
    [InlineData("0.0.0.0", 0)]
    public void Addresses_survive_the_way_to_the_socket_and_back(string text, int port)
    {
        var endPoint = new System.Net.IPEndPoint(System.Net.IPAddress.Parse(text), port);
        NetworkAddress address = SocketAddresses.FromEndPoint(endPoint);
        var bytes = new byte[SocketAddresses.MaxLength];
        SocketAddresses.Write(bytes, address, isIPv6Socket: !address.IsIPv4);
        Assert.Equal(address, SocketAddresses.Read(bytes));
        Assert.Equal(endPoint, SocketAddresses.ToEndPoint(address));
    }
}
