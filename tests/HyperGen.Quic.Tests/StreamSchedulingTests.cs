using HyperGen.Quic.Frames;
using HyperGen.Quic.Tests.Support;

namespace HyperGen.Quic.Tests;

/// <summary>Whose turn it is, and what is said when nobody may go on.</summary>
public sealed class StreamSchedulingTests
{
    private const int Size = 20_000;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-2.3
    //= type=test
    //# A QUIC implementation SHOULD provide ways in which an application can
    //# indicate the relative priority of streams.
    [Fact]
    public void More_urgent_streams_are_complete_before_others_begin()
    {
        var order = Completed(static (stream, index) => stream.SetPriority((byte)(7 - index), incremental: false));
        Assert.Equal([3, 2, 1, 0], order);
    }

    /// <summary>RFC 9218 section 10: responses that are not incremental go one by one, in the order of the requests.</summary>
    [Fact]
    public void Streams_of_one_urgency_go_in_the_order_of_their_IDs_whoever_wrote_first()
    {
        var pair = new DirectPair();
        var streams = Enumerable.Range(0, 4).Select(_ => pair.Client.TryOpenStream()!).ToArray();
        foreach (var stream in streams.Reverse()) Fill(stream);
        Assert.Equal([0, 1, 2, 3], Completions(pair));
    }

    //= https://www.rfc-editor.org/rfc/rfc9218#section-10
    //= type=test
    //# It is RECOMMENDED that, when possible, servers respect the incremental parameter (Section 4.2).
    [Fact]
    public void Incremental_streams_take_turns()
    {
        var pair = new DirectPair();
        var streams = Enumerable.Range(0, 4).Select(_ => pair.Client.TryOpenStream()!).ToArray();
        foreach (var stream in streams)
        {
            stream.SetPriority(3, incremental: true);
            Fill(stream);
        }

        var counts = Receive(pair);
        var received = streams.Select(stream => counts[stream.Id.Value]).ToArray();
        Assert.True(received.Max() - received.Min() <= 2 * 1452, string.Join(" ", received));
        Assert.True(received.Min() > 0);
    }

    //= https://www.rfc-editor.org/rfc/rfc9218#section-10
    //= type=test
    //# It is RECOMMENDED that servers avoid such starvation where possible.
    [Fact]
    public void Incremental_and_other_streams_of_one_urgency_share()
    {
        var pair = new DirectPair();
        var ordered = pair.Client.TryOpenStream()!;
        var shared = pair.Client.TryOpenStream()!;
        shared.SetPriority(3, incremental: true);
        Fill(ordered);
        Fill(shared);
        var counts = Receive(pair);
        Assert.True(Math.Abs(counts[ordered.Id.Value] - counts[shared.Id.Value]) <= 2 * 1452);
    }

    [Fact]
    public void A_priority_changed_while_data_waits_counts_at_once()
    {
        var pair = new DirectPair();
        var first = pair.Client.TryOpenStream()!;
        var second = pair.Client.TryOpenStream()!;
        Fill(first);
        Fill(second);
        second.SetPriority(0, incremental: false);
        Assert.Equal([1, 0], Completions(pair));
    }

    /// <summary>The reason HTTP/3 exists: what another stream lost holds nobody else up.</summary>
    [Fact]
    public void One_lost_packet_delays_only_its_own_streams_data()
    {
        var pair = new DirectPair();
        var streams = Enumerable.Range(0, 8).Select(_ => pair.Client.TryOpenStream()!).ToArray();
        var complete = new List<long>();
        foreach (var stream in streams)
        {
            stream.Write(new byte[1000]);
            stream.Finish();
            pair.DropsToServer = stream == streams[2];
            pair.ExchangeOnce();
            Drain();
            Assert.Equal(stream != streams[2], complete.Contains(stream.Id.Sequence));
        }

        for (var i = 0; i < 50; i++) pair.Advance(TimeSpan.FromMilliseconds(10));
        Drain();
        Assert.Equal(8, complete.Count);
        Assert.True(complete.IndexOf(2) > complete.IndexOf(3));

        void Drain()
        {
            while (pair.Server.TryGetEvent(out var next))
            {
                if (next.Kind != ConnectionEventKind.StreamReadable) continue;
                while (next.Stream!.Read(new byte[Size]) > 0)
                {
                }

                if (next.Stream.IsReadToEnd) complete.Add(next.Stream.Id.Sequence);
            }
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.1
    //= type=test
    //# A sender SHOULD send a STREAM_DATA_BLOCKED or DATA_BLOCKED frame to indicate
    //# to the receiver that it has data to write but is blocked by flow control
    //# limits.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
    //= type=test
    //# An endpoint that is unable to open a new stream due to the peer's limits
    //# SHOULD send a STREAMS_BLOCKED frame
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.12
    //= type=test
    //# A sender SHOULD send a DATA_BLOCKED frame (type=0x14) when it wishes to send
    //# data but is unable to do so due to connection-level flow control
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.13
    //= type=test
    //# A sender SHOULD send a STREAM_DATA_BLOCKED frame (type=0x15) when it wishes to
    //# send data but is unable to do so due to stream-level flow control.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.14
    //= type=test
    //# A sender SHOULD send a STREAMS_BLOCKED frame (type=0x16 or 0x17) when it
    //# wishes to open a stream but is unable to do so due to the maximum stream limit
    //# set by its peer
    [Fact]
    public void A_sender_that_is_blocked_says_so_once_for_each_limit()
    {
        var client = new RawClient(static parameters =>
        {
            parameters.InitialMaxData = 1000;
            parameters.InitialMaxStreamDataUni = 600;
            parameters.InitialMaxStreamsUni = 2;
        }).Connect();
        var first = client.Server!.TryOpenStream(unidirectional: true)!;
        var second = client.Server.TryOpenStream(unidirectional: true)!;
        Assert.Null(client.Server.TryOpenStream(unidirectional: true));
        client.Frames.Clear();
        first.Write(new byte[800]);
        second.Write(new byte[500]);
        client.Exchange();
        client.Exchange();
        Assert.Equal(1, client.Frames.Count(static frame => frame.Type == FrameType.StreamDataBlocked));
        Assert.Equal(1, client.Frames.Count(static frame => frame.Type == FrameType.DataBlocked));
        Assert.Equal(1, client.Frames.Count(static frame => frame.Type == FrameType.StreamsBlockedUni));

        client.Frames.Clear();
        client.Send(static frames => frames.Integers((long)FrameType.MaxStreamData, 3, 700, (long)FrameType.MaxData, 1100));
        client.Exchange();
        Assert.Equal(1, client.Frames.Count(static frame => frame.Type == FrameType.DataBlocked));
        Assert.Equal(0, client.Frames.Count(static frame => frame.Type == FrameType.StreamsBlockedUni));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.9
    //= type=test
    //# The sum of the final sizes on all streams -- including streams in terminal
    //# states -- MUST NOT exceed the value advertised by a receiver.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.10
    //= type=test
    //# The data sent on a stream MUST NOT exceed the largest maximum stream data value
    //# advertised by the receiver.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.11
    //= type=test
    //# MAX_STREAMS frames that do not increase the stream limit MUST be ignored.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-19.11
    //= type=test
    //# An endpoint MUST NOT open more streams than permitted by the current stream
    //# limit set by its peer.
    [Fact]
    public void A_sender_keeps_to_the_last_byte_and_stream_of_its_limits()
    {
        var server = new RawServer(static parameters =>
        {
            parameters.InitialMaxData = 1000;
            parameters.InitialMaxStreamDataUni = 600;
            parameters.InitialMaxStreamsUni = 3;
        }).Connect();
        server.Send(static frames => frames.Integers((long)FrameType.MaxStreamsUni, 2, (long)FrameType.MaxData, 10));
        var streams = Enumerable.Range(0, 3).Select(_ => server.Client.TryOpenStream(unidirectional: true)!).ToArray();
        Assert.Null(server.Client.TryOpenStream(unidirectional: true));
        server.Send(static frames => frames.Integers((long)FrameType.MaxStreamData, 2, 10));
        foreach (var stream in streams) stream.Write(new byte[700]);
        server.Exchange();
        Assert.Equal([(2, 600), (6, 400)], Ends());

        // What was reset before it ended counts as far as it was sent, for ever.
        streams[0].Reset(7);
        server.Exchange();
        Assert.Equal(600, Assert.Single(server.Frames, static frame => frame.Type == FrameType.ResetStream).Value);
        server.Send(static frames => frames.Integers((long)FrameType.MaxData, 1300));
        Assert.Equal([(2, 600), (6, 600), (10, 100)], Ends());
        server.Send(static frames => frames.Integers((long)FrameType.MaxStreamsUni, 4));
        Assert.NotNull(server.Client.TryOpenStream(unidirectional: true));
        Assert.Null(server.Client.TryOpenStream(unidirectional: true));

        List<(long, long)> Ends() =>
        [
            .. server.Frames.Where(static frame => frame.Type == FrameType.Stream).GroupBy(static frame => frame.Id).OrderBy(static group => group.Key)
                .Select(static group => (group.Key, group.Max(static frame => frame.Value))),
        ];
    }

    /// <summary>A reader that never reads: neither one stream nor a hundred may grow without end, and none is forgotten when it reads again.</summary>
    [Fact]
    public void Writers_to_a_stalled_reader_are_held_back_together_and_go_on_together()
    {
        var pair = new DirectPair(ConnectionLimits.Default with { StreamWindow = 1000, ConnectionWindow = 1000, BidirectionalStreams = 200 });
        var streams = Enumerable.Range(0, 100).Select(_ => pair.Client.TryOpenStream()!).ToArray();
        var left = streams.ToDictionary(static stream => stream.Id, static _ => 200_000);
        foreach (var stream in streams) Write(stream, left);
        Assert.InRange(streams.Sum(static stream => stream.Buffered), 1 << 20, 3 << 20);

        Span<byte> sink = stackalloc byte[4096];
        while (left.Values.Any(static count => count > 0))
        {
            pair.Exchange();
            pair.Advance(TimeSpan.FromMilliseconds(1));
            while (pair.Server.TryGetEvent(out var next))
            {
                if (next.Kind != ConnectionEventKind.StreamReadable) continue;
                while (next.Stream!.Read(sink) > 0)
                {
                }
            }

            while (pair.Client.TryGetEvent(out var next))
            {
                if (next.Kind == ConnectionEventKind.StreamWritable) Write(next.Stream!, left);
            }
        }
    }

    private static void Write(QuicStream stream, Dictionary<StreamId, int> left)
    {
        while (left[stream.Id] > 0 && stream.WriteCapacity is > 0 and var capacity)
        {
            var length = (int)Math.Min(left[stream.Id], Math.Min(capacity, 4096));
            stream.Write(new byte[length]);
            left[stream.Id] -= length;
        }
    }

    private static void Fill(QuicStream stream)
    {
        stream.Write(new byte[Size]);
        stream.Finish();
    }

    private static List<int> Completed(Action<QuicStream, int> prioritize)
    {
        var pair = new DirectPair();
        var streams = Enumerable.Range(0, 4).Select(_ => pair.Client.TryOpenStream()!).ToArray();
        for (var i = 0; i < streams.Length; i++)
        {
            prioritize(streams[i], i);
            Fill(streams[i]);
        }

        return Completions(pair);
    }

    /// <summary>What one batch brings each stream.</summary>
    private static Dictionary<long, int> Receive(DirectPair pair)
    {
        var counts = new Dictionary<long, int>();
        while (counts.Count == 0)
        {
            pair.ExchangeOnce();
            while (pair.Server.TryGetEvent(out var next))
            {
                if (next.Kind != ConnectionEventKind.StreamReadable) continue;
                counts[next.Stream!.Id.Value] = next.Stream.Read(new byte[Size]);
            }
        }

        return counts;
    }

    /// <summary>The sequence numbers of streams in the order in which their ends arrived.</summary>
    private static List<int> Completions(DirectPair pair)
    {
        var order = new List<int>();
        for (var round = 0; round < 1000 && order.Count < 4; round++)
        {
            pair.ExchangeOnce();
            while (pair.Server.TryGetEvent(out var next))
            {
                if (next.Kind != ConnectionEventKind.StreamReadable) continue;
                var stream = next.Stream!;
                while (stream.Peek() is { IsEmpty: false } bytes) stream.Consume(bytes.Length);
                if (stream.IsReadToEnd) order.Add((int)stream.Id.Sequence);
            }
        }

        return order;
    }
}
