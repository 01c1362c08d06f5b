using HyperGen.Quic.Frames;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Tests.Support;

namespace HyperGen.Quic.Tests;

/// <summary>RFC 9221: what is sent once, and what becomes of it.</summary>
public sealed class DatagramTests
{
    private static readonly ConnectionLimits Limits = ConnectionLimits.Default with { MaxDatagramFrameSize = 2000, StreamWindow = 1000, ConnectionWindow = 1000 };

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.21
    //= type=test
    //# Extension frames MUST be congestion controlled and MUST cause an ACK frame to
    //# be sent.
    [Fact]
    public void Datagrams_arrive_in_order_and_their_sender_hears_of_it()
    {
        var pair = new DirectPair(Limits);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(pair.Client.TrySendDatagram([(byte)i, 1, 2], out var id));
            Assert.Equal(i, id);
        }

        // Nothing but datagrams is under way: their acknowledgment is owed to them.
        pair.Exchange();
        pair.Advance(TimeSpan.FromMilliseconds(30));
        Assert.Equal(Enumerable.Range(0, 10).Select(static i => (long)i), Settled(pair.Client, ConnectionEventKind.DatagramAcked).Order());
        var buffer = new byte[100];
        for (var i = 0; i < 10; i++)
        {
            Assert.True(pair.Server.TryReceiveDatagram(buffer, out var length));
            Assert.Equal((3, (byte)i), (length, buffer[0]));
        }

        Assert.False(pair.Server.TryReceiveDatagram(buffer, out _));
        Assert.Equal(0, pair.ServerEndpoint.PagesInUse + pair.ClientEndpoint.PagesInUse);
    }

    [Fact]
    public void The_longest_fits_one_packet_and_a_longer_one_is_refused()
    {
        var pair = new DirectPair(Limits);
        var longest = pair.Client.MaxDatagramLength;
        Assert.InRange(longest, 1100, Limits.MaxDatagramSize);
        Assert.False(pair.Client.TrySendDatagram(new byte[longest + 1], out _));
        Assert.True(pair.Client.TrySendDatagram(new byte[longest], out _));
        pair.Exchange();
        Assert.False(pair.Server.TryReceiveDatagram(new byte[longest - 1], out var length));
        Assert.Equal(longest, length);
        Assert.True(pair.Server.TryReceiveDatagram(new byte[longest], out _));
    }

    [Fact]
    public void Datagrams_and_streams_take_turns()
    {
        var client = new RawClient(static parameters => parameters.MaxDatagramFrameSize = 4096).Connect();
        client.Acknowledge();
        client.Frames.Clear();
        client.Server!.TryOpenStream(unidirectional: true)!.Write(new byte[200_000]);
        for (var i = 0; i < 20; i++) Assert.True(client.Server.TrySendDatagram(new byte[client.Server.MaxDatagramLength], out _));
        for (var i = 0; i < 20; i++)
        {
            client.Exchange();
            client.Acknowledge();
        }

        var order = client.Frames.Where(static frame => frame.Type is FrameType.DatagramWithLength or FrameType.Stream).DistinctBy(static frame => frame.Packet)
            .Select(static frame => frame.Type == FrameType.Stream).Take(30).ToList();
        Assert.InRange(order.Count(static isStream => isStream), 12, 20);
    }

    [Fact]
    public void A_datagram_that_a_new_path_is_too_small_for_is_lost_and_told_so()
    {
        var client = new RawClient(static parameters => parameters.MaxDatagramFrameSize = 4096).Connect();
        for (var i = 0; i < 5; i++)
        {
            client.Acknowledge();
            client.Advance(TimeSpan.FromMilliseconds(30));
        }

        Assert.Equal(1452, client.Server!.DatagramSize);
        var lost = new List<long>();
        client.Happened = next =>
        {
            if (next.Kind == ConnectionEventKind.DatagramLost) lost.Add(next.ErrorCode);
        };
        Assert.True(client.Server.TrySendDatagram(new byte[100], out _));
        Assert.True(client.Server.TrySendDatagram(new byte[1400], out var id));
        client.Deliver(client.Packet(PacketNumberSpaceId.ApplicationData, [0x01, .. new byte[1100]]), RawClient.Path with { Remote = NetworkAddress.FromIPv4(0x0A000063, 1) });
        client.Exchange();
        Assert.Equal([id], lost);
    }

    [Fact]
    public void A_peer_that_takes_none_is_sent_none()
    {
        var pair = new DirectPair();
        Assert.Equal(0, pair.Client.MaxDatagramLength);
        Assert.False(pair.Client.TrySendDatagram([1], out _));
    }

    [Fact]
    public void Both_queues_are_bounded()
    {
        var pair = new DirectPair(Limits);
        var sent = 0;
        while (pair.Client.TrySendDatagram(new byte[10], out _)) sent++;
        Assert.Equal(64, sent);
        pair.Exchange();
        Assert.True(pair.Client.TrySendDatagram(new byte[10], out _));
        pair.Exchange();
        Assert.Equal(1, pair.Server.Statistics.DatagramsDropped);
    }

    [Fact]
    public void What_there_is_no_memory_for_is_dropped_and_the_connection_goes_on()
    {
        var memory = new Admission.MemoryBudget(4 << 20);
        var pair = new DirectPair(Limits, serverMemory: memory);
        var rest = memory.Capacity - memory.Leased;
        Assert.True(memory.TryLease(rest));
        for (var i = 0; i < 64; i++)
        {
            pair.Client.TrySendDatagram(new byte[1000], out _);
            pair.Exchange();
        }

        Assert.InRange(pair.Server.Statistics.DatagramsDropped, 1, 63);
        Assert.True(memory.Leased <= memory.Capacity);
        memory.Return(rest);
        while (pair.Server.TryReceiveDatagram(new byte[1000], out _))
        {
        }

        Assert.True(pair.Client.TrySendDatagram([7], out _));
        pair.Exchange();
        Assert.True(pair.Server.TryReceiveDatagram(new byte[1000], out var length));
        Assert.Equal(1, length);
    }

    [Fact]
    public void Stream_flow_control_does_not_hold_them_back()
    {
        var pair = new DirectPair(Limits);
        pair.Client.TryOpenStream()!.Write(new byte[100_000]);
        pair.Exchange();
        Assert.True(pair.Client.TrySendDatagram([1], out _));
        pair.Exchange();
        Assert.True(pair.Server.TryReceiveDatagram(new byte[1], out _));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.21
    //= type=test
    //# Extension frames MUST be congestion controlled and MUST cause an ACK frame to
    //# be sent.
    [Fact]
    public void The_congestion_window_holds_them_back_and_a_loss_is_told()
    {
        var pair = new DirectPair(Limits) { DropsToServer = true };
        for (var i = 0; i < 64; i++) Assert.True(pair.Client.TrySendDatagram(new byte[1000], out _));
        pair.Exchange();
        Assert.InRange(pair.Client.Recovery.Controller.BytesInFlight, 10_000, pair.Client.Recovery.Controller.Window);
        pair.DropsToServer = false;
        for (var i = 0; i < 100; i++) pair.Advance(TimeSpan.FromMilliseconds(20));
        var lost = Settled(pair.Client, ConnectionEventKind.DatagramLost);
        Assert.InRange(lost.Count, 5, 20);
        Assert.Equal(0, lost.Min());
    }

    //= https://www.rfc-editor.org/rfc/rfc9221#section-3
    //= type=test
    //# an endpoint that
    //# receives a DATAGRAM frame that is larger than the value it sent in its
    //# max_datagram_frame_size transport parameter MUST terminate the connection with
    //# an error of type PROTOCOL_VIOLATION.
    [Theory]
    [InlineData((long)FrameType.Datagram)]
    [InlineData((long)FrameType.DatagramWithLength)]
    public void A_datagram_that_was_not_asked_for_is_a_violation(long type)
    {
        var client = new RawClient().Connect();
        client.Send(frames => frames.Integers(type, 1).Bytes(1));
        client.ExpectClose(TransportErrorCode.ProtocolViolation);
    }

    private static List<long> Settled(Connection connection, ConnectionEventKind kind)
    {
        var settled = new List<long>();
        while (connection.TryGetEvent(out var next))
        {
            if (next.Kind == kind) settled.Add(next.ErrorCode);
        }

        return settled;
    }
}
