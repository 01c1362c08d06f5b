using System.Net;
using System.Net.Sockets;
using HyperGen.Quic;
using HyperGen.Transport.Interop;
using HyperGen.Transport.Shards;
using HyperGen.Transport.Udp;

namespace HyperGen.Transport.Tests.Udp;

public sealed class UdpSocketTests
{
    public static TheoryData<string> Addresses => ["127.0.0.1", "::1"];

    [Theory]
    [MemberData(nameof(Addresses))]
    public void A_message_of_many_datagrams_arrives_with_its_sender_and_its_ecn_bits(string address)
    {
        SkipUnlessSupported();
        using UdpSocket sender = Bind(address);
        using UdpSocket receiver = Bind(address);
        using var outgoing = new SendBatch(sender);
        using var incoming = new ReceiveBatch(receiver);
        byte[] expected = Write(outgoing, receiver.LocalAddress, length: 1200 * 20 + 77, segmentSize: 1200, EcnCodepoint.Ect0);
        outgoing.Flush();

        (byte[] data, NetworkAddress from, EcnCodepoint ecn) = ReceiveAll(receiver, incoming, expected.Length);
        Assert.Equal(expected, data);
        Assert.Equal(sender.LocalAddress, from);
        Assert.Equal(EcnCodepoint.Ect0, ecn);
        Assert.Equal(0, outgoing.Dropped);
    }

    [Fact]
    public void Where_the_kernel_does_not_cut_messages_each_datagram_is_sent_by_itself()
    {
        SkipUnlessSupported();
        using UdpSocket sender = Bind("127.0.0.1");
        using UdpSocket receiver = Bind("127.0.0.1");
        using var outgoing = new SendBatch(sender);
        using var incoming = new ReceiveBatch(receiver);
        sender.SendsSegments = false;
        byte[] expected = Write(outgoing, receiver.LocalAddress, length: 1200 * 3 + 5, segmentSize: 1200, EcnCodepoint.Ect0);
        byte[] single = Write(outgoing, receiver.LocalAddress, length: 100, segmentSize: 100, EcnCodepoint.NotEct);
        outgoing.Flush();
        (byte[] data, _, _) = ReceiveAll(receiver, incoming, expected.Length + single.Length);
        Assert.Equal([.. expected, .. single], data);
    }

    [Fact]
    public void More_messages_than_a_batch_holds_are_sent_on_the_way()
    {
        SkipUnlessSupported();
        using UdpSocket sender = Bind("127.0.0.1");
        using UdpSocket receiver = Bind("127.0.0.1");
        using var outgoing = new SendBatch(sender);
        using var incoming = new ReceiveBatch(receiver);
        var expected = new List<byte>();
        for (int index = 0; index < 150; index++)
        {
            expected.AddRange(Write(outgoing, receiver.LocalAddress, length: 300 + index, segmentSize: 300 + index, EcnCodepoint.NotEct));
        }
        outgoing.Flush();
        (byte[] data, _, _) = ReceiveAll(receiver, incoming, expected.Count);
        Assert.Equal(expected, data);
    }

    [Fact]
    public void A_datagram_nobody_takes_is_dropped_and_the_next_one_sent()
    {
        SkipUnlessSupported();
        using UdpSocket sender = Bind("127.0.0.1");
        using UdpSocket receiver = Bind("127.0.0.1");
        using var outgoing = new SendBatch(sender);
        using var incoming = new ReceiveBatch(receiver);

        // Port 0 is no destination.
        Write(outgoing, NetworkAddress.FromIPv4(0x7f000001, 0), length: 10, segmentSize: 10, EcnCodepoint.NotEct);
        byte[] expected = Write(outgoing, receiver.LocalAddress, length: 10, segmentSize: 10, EcnCodepoint.NotEct);
        outgoing.Flush();
        Assert.Equal(expected, ReceiveAll(receiver, incoming, expected.Length).Data);
        Assert.Equal(1, outgoing.Dropped);
    }

    [Fact]
    public void An_answer_from_a_wildcard_socket_comes_from_the_address_that_was_asked()
    {
        SkipUnlessSupported();
        using UdpSocket client = Bind("127.0.0.1");
        using UdpSocket server = Bind("::");
        using var question = new SendBatch(client);
        using var answer = new SendBatch(server);
        using var atServer = new ReceiveBatch(server);
        using var atClient = new ReceiveBatch(client);
        var asked = NetworkAddress.FromIPv4(0x7f000002, server.LocalAddress.Port);
        Write(question, asked, length: 10, segmentSize: 10, EcnCodepoint.Ect0);
        question.Flush();
        WaitFor(server, atServer);
        NetworkPath path = atServer[0].Path;
        Assert.Equal(asked.Address, path.Local.Address);
        Assert.Equal(EcnCodepoint.Ect0, atServer[0].Ecn);

        Memory(answer)[..10].Fill(1);
        answer.Add(10, 10, path, EcnCodepoint.Ect0);
        answer.Flush();
        WaitFor(client, atClient);
        Assert.Equal(asked, atClient[0].Path.Remote);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-21.11
    //= type=test
    //# endpoints that share a static key for stateless resets (see Section 10.3.2)
    //# MUST be arranged so that packets with a given connection ID always arrive at
    //# an instance that has connection state, unless that connection is no longer
    //# active.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-21.11
    //= type=test
    //# servers MUST NOT generate a stateless reset if a connection with the
    //# corresponding connection ID could be active on any endpoint using the same
    //# static key.
    [Fact]
    public void The_kernel_steers_by_the_same_function_of_the_connection_id_as_we_do()
    {
        SkipUnlessSupported();
        const int shards = 3;
        using UdpSocket first = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0), sharesPort: true);
        UdpSocket[] sockets = [first, .. Enumerable.Range(1, shards - 1).Select(_ => UdpSocket.Bind(SocketAddresses.ToEndPoint(first.LocalAddress), sharesPort: true))];
        Assert.True(first.TrySteer(Steering.Program(shards)));
        using UdpSocket sender = Bind("127.0.0.1");
        using var outgoing = new SendBatch(sender);
        ReceiveBatch[] batches = [.. sockets.Select(socket => new ReceiveBatch(socket))];
        var random = new Random(1);
        for (int round = 0; round < 60; round++)
        {
            bool isLong = round % 2 == 0;
            var id = new byte[8];
            random.NextBytes(id);
            byte[] datagram = isLong ? [0xc0, 0, 0, 0, 1, 8, .. id, 1, 2, 3] : [0x40, .. id, 1, 2, 3];
            datagram.CopyTo(Memory(outgoing));
            outgoing.Add(datagram.Length, datagram.Length, new NetworkPath(first.LocalAddress), EcnCodepoint.NotEct);
            outgoing.Flush();
            int shard = Steering.ShardOf(id, shards);
            WaitFor(sockets[shard], batches[shard]);
            Assert.Equal(datagram, batches[shard][0].Data.ToArray());
        }
        foreach (ReceiveBatch batch in batches)
        {
            batch.Dispose();
        }
        foreach (UdpSocket socket in sockets[1..])
        {
            socket.Dispose();
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-14
    //= type=test
    //# UDP datagrams MUST NOT be fragmented at the IP layer.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-14
    //= type=test
    //# In IPv4 [IPv4], the Don't Fragment (DF) bit MUST be set if possible, to prevent
    //# fragmentation on the path.
    [Theory]
    [MemberData(nameof(Addresses))]
    public void The_kernel_fragments_nothing_and_forbids_others_to(string address)
    {
        SkipUnlessSupported();
        using UdpSocket bound = Bind(address);
        using var socket = new Socket(new SafeSocketHandle(bound.Descriptor, ownsHandle: false));
        var value = new byte[sizeof(int)];
        foreach ((int level, int name) in new[] { (Constants.IPPROTO_IP, Constants.IP_MTU_DISCOVER), (Constants.IPPROTO_IPV6, Constants.IPV6_MTU_DISCOVER) })
        {
            if (level == Constants.IPPROTO_IPV6 && !bound.IsIPv6)
            {
                continue;
            }
            Assert.Equal(sizeof(int), socket.GetRawSocketOption(level, name, value));
            Assert.Equal(Constants.IP_PMTUDISC_PROBE, BitConverter.ToInt32(value));
        }
    }

    private static void SkipUnlessSupported() => Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");

    private static UdpSocket Bind(string address) => UdpSocket.Bind(new IPEndPoint(IPAddress.Parse(address), 0), sharesPort: false);

    private static Span<byte> Memory(SendBatch batch)
    {
        Assert.True(batch.TryGetMemory(out Span<byte> memory));
        return memory;
    }

    private static byte[] Write(SendBatch batch, NetworkAddress to, int length, int segmentSize, EcnCodepoint ecn)
    {
        var data = new byte[length];
        new Random(length).NextBytes(data);
        data.CopyTo(Memory(batch));
        batch.Add(length, segmentSize, new NetworkPath(to), ecn);
        return data;
    }

    private static (byte[] Data, NetworkAddress From, EcnCodepoint Ecn) ReceiveAll(UdpSocket socket, ReceiveBatch batch, int length)
    {
        var data = new List<byte>();
        NetworkAddress from = default;
        EcnCodepoint ecn = default;
        while (data.Count < length)
        {
            WaitFor(socket, batch);
            for (int index = 0; index < batch.Count; index++)
            {
                data.AddRange(batch[index].Data);
                from = batch[index].Path.Remote;
                ecn = batch[index].Ecn;
            }
        }
        return ([.. data], from, ecn);
    }

    private static void WaitFor(UdpSocket socket, ReceiveBatch batch)
    {
        using var waker = new Waker();
        for (int attempt = 0; attempt < 10 && batch.Receive() == 0; attempt++)
        {
            waker.Sleep(socket.Descriptor, waitsForRoom: false, TimeSpan.FromSeconds(1));
        }
        Assert.True(batch.Count > 0, "Nothing arrived in ten seconds.");
    }
}
