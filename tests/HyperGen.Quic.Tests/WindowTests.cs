using HyperGen.Quic.Admission;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Recovery;
using HyperGen.Quic.Streams;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Tests;

/// <summary>How large windows get: as far as a fast reader makes use of them, and no further than path and memory say.</summary>
public sealed class WindowTests
{
    private const int KiB = 1 << 10;

    private static readonly TimeSpan ShortPath = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongPath = TimeSpan.FromMilliseconds(60);

    private static readonly ConnectionLimits Limits = ConnectionLimits.Default with
    {
        StreamWindow = 64 * KiB,
        MaxStreamWindow = 128 * KiB,
        LongPathStreamWindow = 256 * KiB,
        ConnectionWindow = 96 * KiB,
        MaxConnectionWindow = 224 * KiB,
        LongPathConnectionWindow = 448 * KiB,
    };

    [Fact]
    public void Windows_of_a_fast_reader_grow_to_their_maximum()
    {
        Assert.Equal((128 * KiB, 224 * KiB), Receive(Limits, ShortPath, pause: ShortPath / 4));
        Assert.Equal((256 * KiB, 448 * KiB), Receive(Limits, LongPath, pause: LongPath / 4));
    }

    /// <summary>More than two round trips for half a window: the window is not what holds the peer back.</summary>
    [Fact]
    public void Windows_of_a_slow_reader_stay_as_they_are() =>
        Assert.Equal((64 * KiB, 96 * KiB), Receive(Limits, ShortPath, pause: 3 * ShortPath));

    [Fact]
    public void Windows_do_not_grow_while_memory_is_short()
    {
        var memory = new MemoryBudget(4 << 20);
        Assert.True(memory.TryLease(memory.Capacity / 2));
        Assert.Equal((64 * KiB, 96 * KiB), Receive(Limits, ShortPath, pause: ShortPath / 4, memory));
    }

    [Fact]
    public void A_stream_alone_can_use_its_window()
    {
        var limits = Limits with { MaxConnectionWindow = 96 * KiB };
        Assert.Equal((128 * KiB, 192 * KiB), Receive(limits, ShortPath, pause: ShortPath / 4));
    }

    [Fact]
    public void A_limit_moves_when_half_a_window_was_consumed_and_never_goes_back()
    {
        var window = new ReceiveWindow(100);
        window.Consume(49);
        Assert.False(window.ShouldAdvertise);
        window.Consume(1);
        Assert.True(window.ShouldAdvertise);
        Assert.Equal(150, window.Advertise(new(1), ShortPath, 1000));
        Assert.False(window.ShouldAdvertise);
        window.Consume(50);

        // Quick, but there is only so much.
        Assert.Equal(100 + 130, window.Advertise(new(2), ShortPath, 130));
        Assert.Equal(130, window.Size);
        window.Consume(65);
        Assert.Equal(165 + 130, window.Advertise(new(3), ShortPath, 0));
        Assert.Equal(130, window.Size);
    }

    /// <summary>The send buffer of a stream is twice the congestion window, within bounds, and hardly anything while nearly all memory is gone.</summary>
    [Fact]
    public void A_writer_may_be_two_windows_ahead()
    {
        var memory = new MemoryBudget(4 << 20);
        using var pages = new PagePool(memory);
        var streams = new StreamSet(Role.Client, Limits, new(), pages, new());
        streams.OnPeerParameters(new() { InitialMaxStreamsBidi = 1000 });
        var stream = streams.TryOpen(unidirectional: false)!;
        foreach (var (window, expected) in new[] { (1L, 256 * KiB), (1 << 20, 2048 * KiB), (1L << 30, 8192 * KiB) })
        {
            streams.OnCongestionWindow(window);
            Assert.Equal(expected, stream.WriteCapacity);
        }

        Assert.True(memory.TryLease(memory.Capacity - (memory.Capacity / 8)));
        Assert.Equal(4096, stream.WriteCapacity);
    }

    /// <summary>Four streams' worth is what all may have together, but whoever has nothing yet may begin.</summary>
    [Fact]
    public void A_stream_may_begin_to_write_whatever_the_others_have_written()
    {
        using var pages = new PagePool();
        var streams = new StreamSet(Role.Client, Limits, new(), pages, new());
        streams.OnPeerParameters(new() { InitialMaxStreamsBidi = 1000 });
        for (var i = 0; i < 4; i++)
        {
            var greedy = streams.TryOpen(unidirectional: false)!;
            Assert.Equal(256 * KiB, greedy.WriteCapacity);
            greedy.Write(new byte[256 * KiB]);
            Assert.Equal(0, greedy.WriteCapacity);
        }

        var modest = streams.TryOpen(unidirectional: false)!;
        Assert.Equal(16 * KiB, modest.WriteCapacity);
        modest.Write(new byte[16 * KiB]);
        Assert.Equal(0, modest.WriteCapacity);
        streams.CloseAll();
    }

    /// <summary>Receives on one stream, in pieces of half its window that are read at once, until windows grow no more; how large those of stream and connection are.</summary>
    private static (int Stream, int Connection) Receive(ConnectionLimits limits, TimeSpan rtt, TimeSpan pause, MemoryBudget? memory = null)
    {
        using var pages = new PagePool(memory);
        var events = new EventQueue();
        var streams = new StreamSet(Role.Server, limits, new(), pages, events);
        var now = new Timestamp(TimeSpan.TicksPerSecond);
        QuicStream? stream = null;
        long offset = 0, streamLimit = limits.StreamWindow, connectionLimit = limits.ConnectionWindow;
        for (var i = 0; i < 100; i++)
        {
            var data = new byte[(int)Math.Min(streamLimit, connectionLimit) - (int)offset - 1];
            Assert.False(streams.OnStreamFrame(new() { Id = new(0), Offset = offset, Data = data }, isEarly: false).IsError);
            while (events.TryTake(out var next)) stream ??= next.Stream;
            Assert.Equal(data.Length, stream!.Read(data));
            offset += data.Length;
            now += pause;
            Assert.True(streams.HasControl);
            var packet = new byte[1200];
            var builder = new PacketBuilder(packet, new SentFrames());
            streams.WriteControl(ref builder, now, rtt);
            var reader = new WireReader(packet.AsSpan(0, builder.Writer.Position));
            while (reader.TryReadVarInt(out var type))
            {
                if ((FrameType)type == FrameType.MaxData)
                {
                    ValueFrame.TryRead(ref reader, FrameType.MaxData, out var limit);
                    connectionLimit = limit.Value;
                }
                else
                {
                    Assert.Equal(FrameType.MaxStreamData, (FrameType)type);
                    StreamValueFrame.TryRead(ref reader, FrameType.MaxStreamData, out var limit);
                    streamLimit = limit.Value;
                }
            }
        }

        streams.CloseAll();
        return ((int)(streamLimit - offset), (int)(connectionLimit - offset));
    }
}
