using HyperGen.Quic.Paths;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Tests.Support;

namespace HyperGen.Quic.Tests;

/// <summary>What one send call is given: UDP_SEGMENT cuts equal datagrams, 64 at the most, of which the last may be shorter, for one address with one mark.</summary>
public sealed class BatchTests
{
    private readonly byte[] _buffer = new byte[400_000];

    [Fact]
    public void A_batch_has_64_datagrams_at_most_all_alike_but_the_last()
    {
        var pair = Quick();
        var stream = pair.Client.TryOpenStream(unidirectional: true)!;
        stream.Write(new byte[150_000]);
        Assert.True(pair.Client.TryTransmit(pair.Now, _buffer, out var transmit));
        Assert.Equal((64 * transmit.SegmentSize, 1452), (transmit.Length, transmit.SegmentSize));
        Assert.True(pair.Client.TryTransmit(pair.Now, _buffer, out transmit));
        Assert.InRange(transmit.Length, 150_000 - (64 * 1452), (64 * 1452) - 1);
        Assert.NotEqual(0, transmit.Length % transmit.SegmentSize);
        Assert.False(pair.Client.TryTransmit(pair.Now, _buffer, out _));
    }

    [Fact]
    public void A_datagram_alone_is_its_own_segment()
    {
        var pair = Quick();
        pair.Client.TryOpenStream(unidirectional: true)!.Write(new byte[100]);
        Assert.True(pair.Client.TryTransmit(pair.Now, _buffer, out var transmit));
        Assert.InRange(transmit.Length, 100, 200);
        Assert.Equal(transmit.Length, transmit.SegmentSize);
    }

    /// <summary>The tenth marked packet is the last before an answer, wherever in a batch it is: the batch says of all what is so of the first.</summary>
    [Fact]
    public void A_batch_has_one_mark()
    {
        var client = new RawClient().Connect();
        Assert.Equal(EcnValidation.State.Testing, client.Server!.EcnState);
        client.Server.TryOpenStream(unidirectional: true)!.Write(new byte[30_000]);
        client.Exchange();
        Assert.Equal(EcnValidation.State.Unknown, client.Server.EcnState);

        // The batch began with marked packets, and so is marked as a whole: more than the ten.
        Assert.InRange(client.Packets.Count(static packet => packet.Mark == EcnCodepoint.Ect0), 11, 20);
    }

    /// <summary>A client's last word in its handshake is as long as a segment, and there is one of it.</summary>
    [Fact]
    public void The_end_is_one_datagram()
    {
        var random = new SeededRandom(1);
        var endpoint = new Endpoint(new() { Random = random.Fill, ResetKey = new byte[32] });
        var client = endpoint.Connect(new(1), default, parameters => TestTls.Client(parameters, random));
        Assert.True(client.TryTransmit(new(1), _buffer, out _));
        client.Close(new(1), 7);
        Assert.True(client.TryTransmit(new(1), _buffer, out var transmit));
        Assert.Equal((1200, 1200), (transmit.Length, transmit.SegmentSize));
        Assert.False(client.TryTransmit(new(1), _buffer, out _));
    }

    /// <summary>Numbers are left out while a connection lasts: an acknowledgment that claims one is a lie, and who is never tested lies for ever.</summary>
    [Fact]
    public void Numbers_go_on_being_left_out()
    {
        var client = new RawClient().Connect();
        for (var i = 0; i < 2; i++) client.Server!.TryOpenStream(unidirectional: true)!.Write(new byte[250_000]);
        for (var i = 0; i < 400; i++)
        {
            client.Acknowledge();
            client.Advance(TimeSpan.FromMilliseconds(1));
        }

        var numbers = client.Packets.Where(static packet => packet.Space == PacketNumberSpaceId.ApplicationData).Select(static packet => packet.Number).Order().ToList();
        Assert.True(numbers.Count > 200);
        Assert.InRange(numbers.Zip(numbers.Skip(1)).Count(static pair => pair.Second != pair.First + 1), 2, 4);
    }

    /// <summary>Whose window is used grows, whose is not does not.</summary>
    [Fact]
    public void A_window_of_which_a_packet_is_used_at_a_time_does_not_grow()
    {
        var pair = new DirectPair();
        for (var i = 0; i < 10; i++) pair.Advance(TimeSpan.FromMilliseconds(30));
        var window = pair.Client.Recovery.Controller.Window;
        var stream = pair.Client.TryOpenStream(unidirectional: true)!;
        for (var i = 0; i < 100; i++)
        {
            stream.Write(new byte[500]);
            pair.Advance(TimeSpan.FromMilliseconds(30));
        }

        Assert.Equal(window, pair.Client.Recovery.Controller.Window);
        stream.Write(new byte[200_000]);
        pair.Exchange();
        Assert.True(pair.Client.Recovery.Controller.Window > window);
    }

    /// <summary>A pair that knows its path and whose client may send 200 KB at once.</summary>
    private static DirectPair Quick()
    {
        var pair = new DirectPair();
        var stream = pair.Client.TryOpenStream(unidirectional: true)!;
        for (var i = 0; i < 20 && pair.Client.Recovery.Controller.Window < 400_000; i++)
        {
            stream.Write(new byte[200_000]);
            pair.Exchange();
            while (pair.Server.TryGetEvent(out var next)) next.Stream?.Read(new byte[1 << 20]);
            pair.Advance(TimeSpan.FromMilliseconds(30));
        }

        Assert.True(pair.Client.Recovery.Controller.Window >= 400_000);
        Assert.Equal(1452, pair.Client.DatagramSize);
        return pair;
    }
}
