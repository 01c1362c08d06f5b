using System.Text;
using HyperGen.Http3.Messages;
using HyperGen.Http3.Qpack;

namespace HyperGen.Http3.Tests.Messages;

public sealed class HeadReaderTests
{
    [Fact]
    public void A_request_gives_its_control_data()
    {
        FieldSection fields = Decode([.. Wire.Get, ("content-length", "12"), ("accept", "*/*")]);
        Assert.False(HeadReader.ReadRequest(fields, out MessageHead head).IsError);
        Assert.Equal("GET", Encoding.ASCII.GetString(fields.Value(head.Method)));
        Assert.Equal("example.com", Encoding.ASCII.GetString(fields.Value(head.Authority)));
        Assert.Equal("/", Encoding.ASCII.GetString(fields.Value(head.Path)));
        Assert.Equal((12, 4), (head.ContentLength, head.PseudoCount));
    }

    [Fact]
    public void A_host_field_stands_in_for_the_authority()
    {
        FieldSection fields = Decode([(":method", "GET"), (":scheme", "https"), (":path", "/"), ("host", "example.com")]);
        Assert.False(HeadReader.ReadRequest(fields, out MessageHead head).IsError);
        Assert.Equal("example.com", Encoding.ASCII.GetString(fields.Value(head.Authority)));
    }

    public static TheoryData<string, (string, string)[]> Malformed => new()
    {
        { "no method", [(":scheme", "https"), (":authority", "a"), (":path", "/")] },
        { "no path", [(":method", "GET"), (":scheme", "https"), (":authority", "a")] },
        { "no scheme", [(":method", "GET"), (":authority", "a"), (":path", "/")] },
        { "no authority", [(":method", "GET"), (":scheme", "https"), (":path", "/")] },
        { "empty path", [(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "")] },
        { "empty authority", [(":method", "GET"), (":scheme", "https"), (":authority", ""), (":path", "/")] },
        { "userinfo", [(":method", "GET"), (":scheme", "https"), (":authority", "me@a"), (":path", "/")] },
        { "relative path", [(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "x")] },
        { "star for GET", [(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "*")] },
        { "path with a space", [(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "/a b")] },
        { "method with a space", [(":method", "GE T"), (":scheme", "https"), (":authority", "a"), (":path", "/")] },
        { "two methods", [.. Wire.Get, (":method", "GET")] },
        { "unknown pseudo", [.. Wire.Get, (":hello", "x")] },
        { "status", [.. Wire.Get, (":status", "200")] },
        { "protocol", [.. Wire.Get, (":protocol", "websocket")] },
        { "pseudo after field", [(":method", "GET"), ("x", "y"), (":scheme", "https"), (":authority", "a"), (":path", "/")] },
        { "host differs", [.. Wire.Get, ("host", "other.com")] },
        { "two hosts", [.. Wire.Get, ("host", "example.com"), ("host", "example.com")] },
        { "upper case", [.. Wire.Get, ("Accept", "*/*")] },
        { "empty name", [.. Wire.Get, ("", "x")] },
        { "name with a space", [.. Wire.Get, ("a b", "x")] },
        { "value with a line feed", [.. Wire.Get, ("a", "x\ny")] },
        { "value with a zero", [.. Wire.Get, ("a", "x\0y")] },
        { "value that begins with a space", [.. Wire.Get, ("a", " x")] },
        { "connection", [.. Wire.Get, ("connection", "close")] },
        { "keep-alive", [.. Wire.Get, ("keep-alive", "1")] },
        { "proxy-connection", [.. Wire.Get, ("proxy-connection", "close")] },
        { "transfer-encoding", [.. Wire.Get, ("transfer-encoding", "chunked")] },
        { "upgrade", [.. Wire.Get, ("upgrade", "h2c")] },
        { "te other than trailers", [.. Wire.Get, ("te", "gzip")] },
        { "lengths that differ", [.. Wire.Get, ("content-length", "1"), ("content-length", "2")] },
        { "CONNECT with a path", [(":method", "CONNECT"), (":authority", "a:1"), (":path", "/")] },
        { "CONNECT without authority", [(":method", "CONNECT")] },
    };

    //= https://www.rfc-editor.org/rfc/rfc9114#section-4.1.2
    //= type=test
    //# Malformed requests or responses that are detected MUST be treated as a stream error of type H3_MESSAGE_ERROR.
    [Theory]
    [MemberData(nameof(Malformed))]
    public void Malformed_requests_are_stream_errors(string what, (string, string)[] request)
    {
        Http3Error error = HeadReader.ReadRequest(Decode(request), out _);
        Assert.True(error.IsError, what);
        Assert.Equal((ErrorCode.MessageError, false), (error.Code, error.ClosesConnection));
    }

    public static TheoryData<string, (string, string)[]> WellFormed => new()
    {
        { "te: trailers", [.. Wire.Get, ("te", "trailers")] },
        { "same host", [.. Wire.Get, ("host", "example.com")] },
        { "same length twice", [.. Wire.Get, ("content-length", "0"), ("content-length", "0")] },
        { "OPTIONS *", [(":method", "OPTIONS"), (":scheme", "https"), (":authority", "a"), (":path", "*")] },
        { "CONNECT", [(":method", "CONNECT"), (":authority", "a:443")] },
        { "own method", [(":method", "PURGE"), (":scheme", "https"), (":authority", "a"), (":path", "/")] },
        { "obs-text in a value", [.. Wire.Get, ("a", "caf\u00e9\tx")] },
    };

    [Theory]
    [MemberData(nameof(WellFormed))]
    public void Unusual_requests_are_fine(string what, (string, string)[] request) =>
        Assert.False(HeadReader.ReadRequest(Decode(request), out _).IsError, what);

    [Theory]
    [InlineData("200", true)]
    [InlineData("099", false)]
    [InlineData("20", false)]
    [InlineData("2000", false)]
    [InlineData("+20", false)]
    [InlineData("abc", false)]
    public void A_response_needs_a_status_of_three_digits(string status, bool isValid) =>
        Assert.Equal(isValid, !HeadReader.ReadResponse(Decode([(":status", status)]), out _).IsError);

    //= https://www.rfc-editor.org/rfc/rfc9114#section-4.3
    //= type=test
    //# Pseudo-header fields MUST NOT appear in trailer sections.
    [Fact]
    public void Trailers_have_no_pseudo_header_fields()
    {
        Assert.True(HeadReader.ReadTrailers(Decode([(":status", "200")])).IsError);
        Assert.False(HeadReader.ReadTrailers(Decode([("x-sum", "200")])).IsError);
    }

    private static FieldSection Decode(params (string, string)[] list)
    {
        var fields = new FieldSection(Lists.Unlimited);
        Assert.False(FieldSectionDecoder.Decode(Lists.Encode(false, list), fields).IsError);
        return fields;
    }
}
