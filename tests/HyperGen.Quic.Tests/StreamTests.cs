using HyperGen.Quic.Admission;
using HyperGen.Quic.Frames;
using HyperGen.Quic.Streams;
using HyperGen.Quic.Tests.Support;

namespace HyperGen.Quic.Tests;

/// <summary>What streams promise, what ends them, and the credit that moves them: RFC 9000 sections 2 to 4.</summary>
public sealed class StreamTests
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-2.1
    //= type=test
    //# A QUIC endpoint MUST NOT reuse a stream ID within a connection.
    [Fact]
    public void No_stream_ID_is_used_twice()
    {
        var pair = new DirectPair();
        var ids = new HashSet<long>();
        for (var i = 0; i < 300; i++)
        {
            var stream = pair.Client.TryOpenStream(unidirectional: i % 3 == 0)!;
            Assert.True(ids.Add(stream.Id.Value));
            stream.Release();
            pair.Exchange();
            while (pair.Server.TryGetEvent(out var next))
            {
                if (next.Kind == ConnectionEventKind.StreamReset) next.Stream!.Release();
            }

            pair.Exchange();
        }
    }

    [Fact]
    public void An_event_that_was_not_taken_is_not_told_of_the_stream_that_another_connection_has_made_of_the_object()
    {
        var (pool, pages) = (new StreamPool(), new PagePool());
        var (ended, next) = (new EventQueue(), new EventQueue());
        var first = new StreamSet(Role.Server, ConnectionLimits.Default, pool, pages, ended);
        var second = new StreamSet(Role.Server, ConnectionLimits.Default, pool, pages, next);
        Assert.False(first.OnStreamFrame(new() { Data = [1] }, isEarly: false).IsError);
        first.CloseAll();
        Assert.False(second.OnStreamFrame(new() { Data = [2] }, isEarly: false).IsError);
        Assert.Equal(1, pool.Outstanding);

        Assert.False(ended.TryTake(out _));
        Assert.True(next.TryTake(out var opened));
        Assert.Equal((ConnectionEventKind.StreamOpened, 0), (opened.Kind, opened.Stream!.Id.Value));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-2.2
    //= type=test
    //# Endpoints MUST be able to deliver stream data to an application as an ordered
    //# byte stream.
    [Fact]
    public void Fragments_that_come_in_any_order_are_read_in_order()
    {
        var (client, stream) = Open();
        byte[] data = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        foreach (var (offset, length, readable) in new[] { (6, 4, 0), (2, 3, 0), (0, 1, 1), (1, 2, 4), (3, 7, 5) })
        {
            client.Send(frames => frames.Integers(0x0e, 0, offset, length).Bytes(data.AsSpan(offset, length)));
            var read = new byte[20];
            var start = (int)stream().Receiving.Buffer.ReadOffset;
            Assert.Equal(readable, stream().Read(read));
            Assert.Equal(data[start..(start + readable)], read[..readable]);
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-2.2
    //= type=test
    //# The data at a given offset MUST NOT change if it is sent multiple times
    [Fact]
    public void What_is_sent_again_is_what_was_sent_before()
    {
        var random = new SeededRandom(5);
        var data = new byte[50_000];
        random.Fill(data);
        var buffer = new SendBuffer();
        buffer.Open(new(new MemoryBudget(1 << 20)));
        while (buffer.WrittenOffset < data.Length)
        {
            var chunk = data.AsMemory((int)buffer.WrittenOffset, Math.Min(1 + random.Below(3000), data.Length - (int)buffer.WrittenOffset));
            if (random.Below(3) == 0) buffer.AppendImmutable(chunk);
            else buffer.Append(chunk.Span);
            buffer.OnSent(buffer.SentOffset, (int)(buffer.WrittenOffset - buffer.SentOffset));
            buffer.OnAcked(buffer.AckedOffset, random.Below((int)buffer.Buffered));
            var (start, length) = ((int)buffer.AckedOffset + random.Below((int)buffer.Buffered), random.Below(4000));
            length = Math.Min(length, (int)buffer.SentOffset - start);
            buffer.OnLost(start, length);
            var again = new byte[length];
            buffer.CopyTo(start, again);
            Assert.Equal(data[start..(start + length)], again);
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-2.2
    //= type=test
    //# An endpoint MUST NOT send data on any stream without ensuring that it is
    //# within the flow control limits set by its peer.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.1
    //= type=test
    //# Senders MUST NOT send data in excess of either limit.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.1
    //= type=test
    //# A sender MUST ignore any MAX_STREAM_DATA or MAX_DATA frames that do not
    //# increase flow control limits.
    [Fact]
    public void Both_limits_are_used_up_and_never_overrun_and_lower_ones_are_ignored()
    {
        var client = new RawClient(static parameters => (parameters.InitialMaxData, parameters.InitialMaxStreamDataUni) = (1000, 600)).Connect();
        var first = client.Server!.TryOpenStream(unidirectional: true)!;
        var second = client.Server.TryOpenStream(unidirectional: true)!;
        client.Send(static frames => frames.Integers((long)FrameType.MaxData, 10, (long)FrameType.MaxStreamData, 3, 10));
        first.Write(new byte[800]);
        second.Write(new byte[800]);
        client.Exchange();
        Assert.Equal((600, 400), (Sent(client, 3), Sent(client, 7)));
        client.Send(static frames => frames.Integers((long)FrameType.MaxData, 1100));
        Assert.Equal((600, 500), (Sent(client, 3), Sent(client, 7)));
        client.Send(static frames => frames.Integers((long)FrameType.MaxData, 5000, (long)FrameType.MaxStreamData, 3, 700));
        Assert.Equal((700, 600), (Sent(client, 3), Sent(client, 7)));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-3.2
    //= type=test
    //# Before a stream is created, all streams of the same type with lower-numbered
    //# stream IDs MUST be created.
    [Fact]
    public void A_stream_brings_those_before_it_along()
    {
        var client = new RawClient().Connect();
        var opened = new List<long>();
        client.Happened = next =>
        {
            if (next.Kind == ConnectionEventKind.StreamOpened) opened.Add(next.Stream!.Id.Value);
        };
        client.Send(static frames => frames.Integers(0x0a, 8, 0));
        client.Send(static frames => frames.Integers(0x0a, 4, 0));
        client.Send(static frames => frames.Integers(0x15, 6, 0));
        Assert.Equal([0, 4, 8, 2, 6], opened);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-3.5
    //= type=test
    //# An endpoint that receives a STOP_SENDING frame MUST send a RESET_STREAM
    //# frame if the stream is in the "Ready" or "Send" state.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-3.5
    //= type=test
    //# An endpoint SHOULD copy the error code from the STOP_SENDING frame to the
    //# RESET_STREAM frame it sends
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-3.5
    //= type=test
    //# If any outstanding data is declared lost, the endpoint SHOULD send a
    //# RESET_STREAM frame instead of retransmitting the data.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-3.3
    //= type=test
    //# A sender MUST NOT send a STREAM or STREAM_DATA_BLOCKED frame for a stream in
    //# the "Reset Sent" state or any terminal state
    [Theory]
    [InlineData(0, false)]
    [InlineData(800, false)]
    [InlineData(500, true)]
    public void STOP_SENDING_brings_RESET_STREAM_with_its_code_and_nothing_else_ever_again(int length, bool finished)
    {
        var client = new RawClient(static parameters => parameters.InitialMaxStreamDataUni = 600).Connect();
        Acknowledge(client);
        var stream = client.Server!.TryOpenStream(unidirectional: true)!;
        stream.Write(new byte[length]);
        if (finished) stream.Finish();
        client.Exchange();
        var sent = Sent(client, 3);
        client.Frames.Clear();
        client.Send(static frames => frames.Integers((long)FrameType.StopSending, 3, 77));
        var reset = Assert.Single(client.Frames, static frame => frame.Type == FrameType.ResetStream);
        Assert.Equal((3, 77, sent), (reset.Id, reset.Value, reset.Size));
        stream.Write(new byte[100]);
        client.Send(static frames => frames.Integers((long)FrameType.MaxStreamData, 3, 5000));
        for (var i = 0; i < 6; i++) client.Advance(TimeSpan.FromSeconds(1));
        Assert.DoesNotContain(client.Frames, static frame => frame.Type is FrameType.Stream or FrameType.StreamDataBlocked);
        if (length == 0) Assert.True(client.Frames.Count(static frame => frame.Type == FrameType.ResetStream) > 1, "It is repeated until it is acknowledged.");
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-3.3
    //= type=test
    //# A sender MUST NOT send any of these frames from a terminal state
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_probe_would_repeat_is_not_sent_when_its_acknowledgment_comes_first(bool reset)
    {
        var client = new RawClient().Connect();
        Acknowledge(client);
        var stream = client.Server!.TryOpenStream(unidirectional: true)!;
        if (reset)
        {
            stream.Reset(5);
        }
        else
        {
            stream.Write(new byte[10]);
            stream.Finish();
        }

        client.Exchange();
        client.Now += TimeSpan.FromSeconds(5);
        client.Server.HandleTimeout(client.Now);
        Assert.True(client.Server.ProbesDue > 0);
        Acknowledge(client);
        for (var i = 0; i < 3; i++) client.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(reset ? SendState.ResetRecvd : SendState.DataRecvd, stream.SendState);
        Assert.DoesNotContain(client.Frames, static frame => frame.Type is FrameType.Stream or FrameType.ResetStream);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-3.5
    //= type=test
    //# STOP_SENDING SHOULD only be sent for a stream that has not been reset by the
    //# peer.
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void A_stream_that_the_peer_reset_is_not_asked_to_stop(bool isReset, int expected)
    {
        var (client, stream) = Open();
        client.Send(static frames => frames.Integers(0x0a, 0, 1).Bytes(1));
        stream().StopSending(5);
        if (isReset) client.Send(static frames => frames.Integers(0x04, 0, 9, 1));
        client.Exchange();
        Assert.Equal(expected, client.Frames.Count(static frame => frame.Type == FrameType.StopSending));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.2
    //= type=test
    //# a receiver MUST NOT wait for a STREAM_DATA_BLOCKED or DATA_BLOCKED frame
    //# before sending a MAX_STREAM_DATA or MAX_DATA frame
    [Fact]
    public void Credit_follows_what_was_read_without_being_asked_for()
    {
        var (client, stream) = Open();
        for (var i = 0; i < 8; i++)
        {
            var offset = 50_000 * i;
            client.Send(frames => frames.Integers(0x0e, 0, offset, 50_000).Bytes(new byte[50_000]));
        }

        Assert.DoesNotContain(client.Frames, static frame => frame.Type is FrameType.MaxData or FrameType.MaxStreamData);
        Assert.Equal(400_000, stream().Read(new byte[500_000]));
        client.Exchange();
        Assert.Contains(client.Frames, static frame => frame.Type == FrameType.MaxStreamData && frame.Value > 512 << 10);
        Assert.Contains(client.Frames, static frame => frame.Type == FrameType.MaxData && frame.Value > 768 << 10);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.4
    //= type=test
    //# Both endpoints MUST maintain flow control state for the stream in the
    //# unterminated direction until that direction enters a terminal state.
    [Fact]
    public void One_direction_keeps_its_limits_when_the_other_has_ended()
    {
        var (client, stream) = Open(static parameters => parameters.InitialMaxStreamDataBidiLocal = 600);
        client.Send(static frames => frames.Integers(0x04, 0, 1, 0));
        stream().Write(new byte[1000]);
        client.Exchange();
        Assert.Equal(600, Sent(client, 0));
        client.Send(static frames => frames.Integers((long)FrameType.MaxStreamData, 0, 800));
        Assert.Equal(800, Sent(client, 0));

        client.Send(static frames => frames.Integers(0x0a, 4, 0));
        stream().Release();
        client.Exchange();
        Acknowledge(client);
        client.Send(static frames => frames.Integers(0x0e, 4, 600_000, 1).Bytes(0));
        client.ExpectClose(TransportErrorCode.FlowControlError);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.5
    //= type=test
    //# An endpoint MUST NOT send data on a stream at or beyond the final size.
    [Fact]
    public void Nothing_is_sent_beyond_the_end_of_a_stream()
    {
        var client = new RawClient().Connect();
        var finished = client.Server!.TryOpenStream(unidirectional: true)!;
        finished.Write(new byte[100]);
        finished.Finish();
        Assert.Throws<InvalidOperationException>(() => finished.Write([1]));
        var reset = client.Server.TryOpenStream(unidirectional: true)!;
        reset.Write(new byte[100]);
        client.Exchange();
        reset.Reset(1);
        reset.Write(new byte[100]);
        client.Exchange();
        Assert.Equal((100, 100), (Sent(client, 3), Sent(client, 7)));
        Assert.Equal(100, Assert.Single(client.Frames, static frame => frame.Type == FrameType.ResetStream).Size);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
    //= type=test
    //# MAX_STREAMS frames that do not increase the stream limit MUST be ignored.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
    //= type=test
    //# Endpoints MUST NOT exceed the limit set by their peer.
    [Fact]
    public void As_many_streams_as_the_highest_limit_allows_are_opened()
    {
        var client = new RawClient(static parameters => parameters.InitialMaxStreamsUni = 2).Connect();
        client.Send(static frames => frames.Integers((long)FrameType.MaxStreamsUni, 1));
        Assert.NotNull(client.Server!.TryOpenStream(unidirectional: true));
        Assert.NotNull(client.Server.TryOpenStream(unidirectional: true));
        Assert.Null(client.Server.TryOpenStream(unidirectional: true));
        client.Send(static frames => frames.Integers((long)FrameType.MaxStreamsUni, 3));
        Assert.NotNull(client.Server.TryOpenStream(unidirectional: true));
        Assert.Null(client.Server.TryOpenStream(unidirectional: true));
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-4.6
    //= type=test
    //# An endpoint MUST NOT wait to receive this signal before advertising additional
    //# credit
    [Fact]
    public void Stream_credit_comes_back_without_being_asked_for()
    {
        var client = new RawClient().Connect();
        client.Happened = static next =>
        {
            if (next.Kind == ConnectionEventKind.StreamReset) next.Stream!.Release();
        };
        for (var i = 0; i < 8; i++) client.Send(frames => frames.Integers(0x04, 2 + (4 * i), 1, 0));
        Assert.Contains(client.Frames, static frame => frame.Type == FrameType.MaxStreamsUni && frame.Value > 8);
    }

    /// <summary>A client, and the stream of its that the server heard of last.</summary>
    private static (RawClient Client, Func<QuicStream> Stream) Open(Action<Parameters.TransportParameters>? change = null)
    {
        QuicStream? stream = null;
        var client = new RawClient(change).Connect();
        client.Happened = next => stream = next.Stream ?? stream;
        return (client, () => stream!);
    }

    private static long Sent(RawClient client, long id) => client.Frames
        .Where(frame => frame.Type == FrameType.Stream && frame.Id == id).Select(static frame => frame.Value + frame.Size).DefaultIfEmpty().Max();

    /// <summary>Acknowledges all that came, and forgets it.</summary>
    private static void Acknowledge(RawClient client)
    {
        var numbers = client.Frames.Select(static frame => frame.Packet).Distinct().ToArray();
        client.Frames.Clear();
        foreach (var number in numbers) client.Send(frames => frames.Integers((long)FrameType.Ack, number, 0, 0, 0));
    }
}
