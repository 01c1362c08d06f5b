using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using HyperGen.Quic;
using HyperGen.Transport.Shards;
using HyperGen.Transport.Udp;

namespace HyperGen.Transport.Tests.Udp;

/// <summary>
/// What happens while the socket's buffer is full. On the loopback device no datagram stays in a buffer, so a stream socket stands in: the kernel takes the same
/// calls for it, and what it took can be counted.
/// </summary>
public sealed class SendBatchTests : IDisposable
{
    private static readonly NetworkPath s_path = new(NetworkAddress.FromIPv4(0x7f000001, 1));

    private readonly Socket _writer = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _reader;

    public SendBatchTests()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _writer.Connect(listener.LocalEndPoint!);
        _writer.Blocking = false;
        _reader = listener.Accept();
    }

    public void Dispose()
    {
        _writer.Dispose();
        _reader.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_socket_has_no_room_for_is_kept_and_sent_when_it_is_writable(bool sendsSegments)
    {
        UdpSocket socket = Open();
        socket.SendsSegments = sendsSegments;
        using var batch = new SendBatch(socket);
        using var waker = new Waker();
        int before = FillBuffer();
        byte[] expected = [.. Write(batch, 3_000, 1_000), .. Write(batch, 700, 700)];

        batch.Flush();
        Assert.True(batch.IsBlocked);
        batch.Flush();
        Assert.True(batch.IsBlocked);
        Assert.Equal(new byte[before], Read(before));
        while (batch.IsBlocked)
        {
            waker.Sleep((int)_writer.Handle, waitsForRoom: true, Timeout.InfiniteTimeSpan);
            batch.Flush();
        }

        Assert.Equal(expected, Read(expected.Length));
        Assert.Equal(0, _reader.Available);
        Assert.Equal(0, batch.Dropped);
    }

    [Fact]
    public void A_full_batch_that_cannot_be_sent_gives_no_memory_until_it_can()
    {
        using var batch = new SendBatch(Open());
        using var waker = new Waker();
        int before = FillBuffer();
        var expected = new List<byte>();
        while (batch.TryGetMemory(out _))
        {
            expected.AddRange(Write(batch, 100, 100));
        }

        Assert.Equal(64 * 100, expected.Count);
        Read(before);
        while (batch.IsBlocked)
        {
            waker.Sleep((int)_writer.Handle, waitsForRoom: true, Timeout.InfiniteTimeSpan);
            batch.Flush();
        }

        Assert.True(batch.TryGetMemory(out _));
        Assert.Equal(expected, Read(expected.Count));
        Assert.Equal(0, batch.Dropped);
    }

    private UdpSocket Open() => Open((int)_writer.Handle, isIPv6: false, isWildcard: false);

    /// <summary>Writes zeros until the kernel takes no more.</summary>
    private int FillBuffer()
    {
        int length = 0;
        var zeros = new byte[65_536];
        while (true)
        {
            int taken = _writer.Send(zeros, SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                return length;
            }
            length += taken;
        }
    }

    private byte[] Read(int length)
    {
        var data = new byte[length];
        for (int read = 0; read < length;)
        {
            int count = _reader.Receive(data.AsSpan(read));
            Assert.NotEqual(0, count);
            read += count;
        }
        return data;
    }

    private static byte[] Write(SendBatch batch, int length, int segmentSize)
    {
        var data = new byte[length];
        new Random(length).NextBytes(data);
        Assert.True(batch.TryGetMemory(out Span<byte> memory));
        data.CopyTo(memory);
        batch.Add(length, segmentSize, s_path, EcnCodepoint.NotEct);
        return data;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern UdpSocket Open(int descriptor, bool isIPv6, bool isWildcard);
}
