using HyperGen.Http3.Messages;
using HyperGen.Http3.Qpack;

namespace HyperGen.Http3.Tests.Messages;

public sealed class MessageReaderTests
{
    private const string Head = "head :method=GET :scheme=https :authority=example.com :path=/";

    private readonly List<string> _log = [];

    [Fact]
    public void A_request_comes_in_its_parts()
    {
        Assert.False(Receive([.. Wire.Headers(Wire.Get), .. Wire.Data("abc"), .. Wire.Data("de"), .. Wire.Headers(("x-sum", "1"))]).IsError);
        Assert.Equal([Head, "content abc", "content de", "trailers x-sum=1", "end"], _log);
    }

    [Fact]
    public void A_request_is_the_same_wherever_its_pieces_break()
    {
        byte[] stream = [.. Wire.Frame(0x21 + 0x1f * 1000, "grease"u8), .. Wire.Headers(Wire.Get), .. Wire.Data("abcdef"), .. Wire.Headers(("x", "y"))];
        for (int first = 0; first < stream.Length; first++)
        {
            for (int second = first; second < stream.Length; second++)
            {
                _log.Clear();
                using var reader = new MessageReader(isServer: true, FieldLimits.Default);
                var sink = new RecordingSink(_log);
                Assert.False(reader.Receive(stream.AsSpan(0, first), false, ref sink, out _).IsError);
                Assert.False(reader.Receive(stream.AsSpan(first, second - first), false, ref sink, out _).IsError);
                Assert.False(reader.Receive(stream.AsSpan(second), true, ref sink, out _).IsError);
                Assert.Equal(Head, _log[0]);
                Assert.Equal("abcdef", string.Concat(_log.Where(line => line.StartsWith("content", StringComparison.Ordinal)).Select(line => line[8..])));
                Assert.Equal("end", _log[^1]);
            }
        }
    }

    [Fact]
    public void Content_that_is_not_taken_is_offered_again()
    {
        using var reader = new MessageReader(isServer: true, FieldLimits.Default);
        var slow = new RecordingSink(_log, takeAtMost: 2);
        byte[] stream = [.. Wire.Headers(Wire.Get), .. Wire.Data("abcd")];
        Assert.False(reader.Receive(stream, true, ref slow, out int consumed).IsError);
        Assert.Equal(stream.Length - 2, consumed);
        Assert.False(reader.Receive(stream.AsSpan(consumed), true, ref slow, out consumed).IsError);
        Assert.Equal(2, consumed);
        Assert.Equal([Head, "content ab", "content cd", "end"], _log);
    }

    //= https://www.rfc-editor.org/rfc/rfc9114#section-4.1
    //= type=test
    //# In particular, a DATA frame before any HEADERS frame, or a HEADERS or DATA frame after the trailing HEADERS frame, is considered invalid.
    [Fact]
    public void Frames_out_of_order_close_the_connection()
    {
        AssertConnection(ErrorCode.FrameUnexpected, Receive(Wire.Data("a")));
        AssertConnection(ErrorCode.FrameUnexpected, Receive([.. Wire.Headers(Wire.Get), .. Wire.Headers(("x", "y")), .. Wire.Data("a")]));
        AssertConnection(ErrorCode.FrameUnexpected, Receive([.. Wire.Headers(Wire.Get), .. Wire.Headers(("x", "y")), .. Wire.Headers(("x", "y"))]));
    }

    //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.8
    //= type=test
    //# These frame types MUST NOT be sent, and their receipt MUST be treated as a connection error of type H3_FRAME_UNEXPECTED.
    //
    //= https://www.rfc-editor.org/rfc/rfc9218#section-7.2
    //= type=test
    //# Receiving a PRIORITY_UPDATE frame on a stream other than the client control stream MUST be treated as a connection error of type H3_FRAME_UNEXPECTED.
    [Theory]
    [InlineData(0x02)]
    [InlineData(0x06)]
    [InlineData(0x08)]
    [InlineData(0x09)]
    [InlineData(0x03)]
    [InlineData(0x04)]
    [InlineData(0x05)]
    [InlineData(0x07)]
    [InlineData(0x0d)]
    [InlineData(0xf0700)]
    [InlineData(0xf0701)]
    public void Frames_of_http2_and_of_the_control_stream_close_the_connection(ulong type) =>
        AssertConnection(ErrorCode.FrameUnexpected, Receive(Wire.Frame(type)));

    //= https://www.rfc-editor.org/rfc/rfc9114#section-7.1
    //= type=test
    //# When a stream terminates cleanly, if the last frame on the stream was truncated, this MUST be treated as a connection error of type H3_FRAME_ERROR.
    [Fact]
    public void A_stream_that_ends_inside_a_frame_closes_the_connection()
    {
        byte[] head = Wire.Headers(Wire.Get);
        for (int cut = 1; cut < head.Length; cut++)
        {
            AssertConnection(ErrorCode.FrameError, Receive(head[..cut]));
        }
        AssertConnection(ErrorCode.FrameError, Receive([.. head, .. Wire.Data("abc")[..^1]]));
    }

    [Fact]
    public void A_stream_that_ends_before_its_head_is_an_incomplete_request()
    {
        Http3Error error = Receive([]);
        Assert.Equal((ErrorCode.RequestIncomplete, false), (error.Code, error.ClosesConnection));
    }

    //= https://www.rfc-editor.org/rfc/rfc9114#section-4.1.2
    //= type=test
    //# is malformed if the value of the Content-Length header field does not equal the sum of the DATA frame lengths received.
    [Theory]
    [InlineData("2", "abc")]
    [InlineData("4", "abc")]
    [InlineData("-3", "abc")]
    [InlineData("99999999999999999999", "abc")]
    [InlineData("", "")]
    public void A_content_length_that_lies_makes_the_request_malformed(string length, string content)
    {
        Http3Error error = Receive([.. Wire.Headers([.. Wire.Get, ("content-length", length)]), .. Wire.Data(content)]);
        Assert.Equal((ErrorCode.MessageError, false), (error.Code, error.ClosesConnection));
    }

    [Fact]
    public void An_oversized_head_is_reported_and_the_rest_dropped()
    {
        using var reader = new MessageReader(isServer: true, new FieldLimits(100, 200));
        var sink = new RecordingSink(_log);
        byte[] stream = [.. Wire.Headers([.. Wire.Get, ("cookie", new string('x', 300))]), .. Wire.Data("abc")];
        Assert.False(reader.Receive(stream, true, ref sink, out int consumed).IsError);
        Assert.Equal((stream.Length, MessageState.Discarded), (consumed, reader.State));
        Assert.Equal(["oversized"], _log);
    }

    [Fact]
    public void Interim_responses_come_before_the_final_one()
    {
        byte[] stream = [.. Wire.Headers((":status", "103")), .. Wire.Headers((":status", "200"), ("content-length", "2")), .. Wire.Data("ok")];
        Assert.False(Receive(stream, isServer: false).IsError);
        Assert.Equal(["head :status=103", "head :status=200 content-length=2", "content ok", "end"], _log);
    }

    [Fact]
    public void Mutated_streams_never_throw()
    {
        var random = new Random(9114);
        byte[] stream = [.. Wire.Headers([.. Wire.Get, ("content-length", "6")]), .. Wire.Data("abcdef"), .. Wire.Headers(("x", "y"))];
        for (int round = 0; round < 20_000; round++)
        {
            byte[] mutated = [.. stream];
            for (int count = random.Next(1, 4); count > 0; count--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }
            Receive(mutated[..random.Next(mutated.Length + 1)]);
        }
    }

    [Fact]
    public void A_reader_in_its_steady_state_allocates_nothing()
    {
        byte[] stream = Wire.Headers(Wire.Get);
        using var reader = new MessageReader(isServer: true, FieldLimits.Default);
        var sink = new CountingSink();
        Assert.Equal(0, Allocations.LeastOf(Run));

        void Run()
        {
            for (int index = 0; index < 2_000; index++)
            {
                reader.Reset();
                reader.Receive(stream, true, ref sink, out _);
            }
        }
    }

    [Fact]
    public void Nothing_interim_comes_after_the_final_response()
    {
        byte[] stream = [.. Wire.Headers((":status", "200")), .. Wire.Headers((":status", "103"), ("link", "</a>"))];
        Http3Error error = Receive(stream, isServer: false);
        Assert.Equal((ErrorCode.MessageError, false), (error.Code, error.ClosesConnection));
        Assert.Equal(["head :status=200"], _log);
    }

    private static void AssertConnection(ErrorCode code, Http3Error error) => Assert.Equal((code, true), (error.Code, error.ClosesConnection));

    private Http3Error Receive(byte[] stream, bool isServer = true)
    {
        using var reader = new MessageReader(isServer, FieldLimits.Default);
        var sink = new RecordingSink(_log);
        return reader.Receive(stream, true, ref sink, out _);
    }

    private struct CountingSink : IMessageSink
    {
        public int Count;

        public void OnHead(FieldSection fields, in MessageHead head) => Count++;

        public void OnOversizedHead() => Count++;

        public int OnContent(ReadOnlySpan<byte> content) => content.Length;

        public void OnTrailers(FieldSection trailers) => Count++;

        public void OnEnd() => Count++;
    }
}
