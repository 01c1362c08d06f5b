using System.Text;
using Microsoft.AspNetCore.Http;

namespace HyperGen.Abstractions.Tests;

public class FileReplyTests
{
    private static readonly DateTimeOffset s_modified = new(2025, 1, 31, 12, 0, 0, 500, TimeSpan.Zero);

    [Fact]
    public async Task A_file_says_what_it_is()
    {
        TestRequest request = await SendAsync(new TestRequest());
        Assert.Equal("0123456789", await request.TextAsync());
        IHeaderDictionary headers = request.ResponseHeaders;
        Assert.Equal(("\"v1\"", "Fri, 31 Jan 2025 12:00:00 GMT", "bytes", 10L, "text/plain"),
            (headers.ETag.ToString(), headers.LastModified.ToString(), headers.AcceptRanges.ToString(), headers.ContentLength, headers.ContentType.ToString()));
    }

    [Theory]
    [InlineData("bytes=0-3", 206, "0123", "bytes 0-3/10")]
    [InlineData("bytes=8-", 206, "89", "bytes 8-9/10")]
    [InlineData("bytes=-3", 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=-99", 206, "0123456789", "bytes 0-9/10")]
    [InlineData("bytes=5-99", 206, "56789", "bytes 5-9/10")]
    [InlineData("bytes=0-1,3-4", 200, "0123456789", "")]
    [InlineData("items=0-1", 200, "0123456789", "")]
    [InlineData("bytes=3-1", 200, "0123456789", "")]
    [InlineData("nonsense", 200, "0123456789", "")]
    [InlineData("bytes=10-", 416, null, "bytes */10")]
    [InlineData("bytes=-0", 416, null, "bytes */10")]
    public async Task A_range_is_answered_with_that_part(string range, int status, string? body, string contentRange)
    {
        TestRequest request = await SendAsync(new TestRequest().With("Range", range));
        Assert.Equal((status, contentRange), (request.StatusCode, request.ResponseHeaders.ContentRange.ToString()));
        if (body is not null)
        {
            Assert.Equal(body, await request.TextAsync());
        }
    }

    [Theory]
    [InlineData("If-None-Match", "\"v1\"", 304)]
    [InlineData("If-None-Match", "W/\"v1\"", 304)]
    [InlineData("If-None-Match", "*", 304)]
    [InlineData("If-None-Match", "\"v0\", \"v2\"", 200)]
    [InlineData("If-Modified-Since", "Fri, 31 Jan 2025 12:00:00 GMT", 304)]
    [InlineData("If-Modified-Since", "Fri, 31 Jan 2025 11:59:59 GMT", 200)]
    [InlineData("If-Modified-Since", "yesterday", 200)]
    [InlineData("If-Match", "\"v1\"", 200)]
    [InlineData("If-Match", "W/\"v1\"", 412)]
    [InlineData("If-Match", "\"v0\"", 412)]
    [InlineData("If-Match", "*", 200)]
    [InlineData("If-Unmodified-Since", "Fri, 31 Jan 2025 12:00:00 GMT", 200)]
    [InlineData("If-Unmodified-Since", "Fri, 31 Jan 2025 11:59:59 GMT", 412)]
    public async Task A_condition_spares_or_stops_the_transfer(string header, string value, int status)
    {
        TestRequest request = await SendAsync(new TestRequest().With(header, value));
        Assert.Equal(status, request.StatusCode);
        if (status == 304)
        {
            Assert.Equal("\"v1\"", request.ResponseHeaders.ETag);
            Assert.Empty(await request.BytesAsync());
        }
    }

    [Theory]
    [InlineData("\"v1\"", 206)]
    [InlineData("\"v0\"", 200)]
    [InlineData("W/\"v1\"", 200)]
    [InlineData("Fri, 31 Jan 2025 12:00:00 GMT", 206)]
    [InlineData("Fri, 31 Jan 2025 12:00:01 GMT", 200)]
    public async Task A_part_is_sent_only_of_the_same_file(string condition, int status) =>
        Assert.Equal(status, (await SendAsync(new TestRequest().With("Range", "bytes=0-3").With("If-Range", condition))).StatusCode);

    [Fact]
    public async Task HEAD_has_the_headers_and_no_body()
    {
        TestRequest request = await SendAsync(new TestRequest("HEAD"));
        Assert.Equal(10, request.ResponseHeaders.ContentLength);
        Assert.Empty(await request.BytesAsync());
    }

    [Theory]
    [InlineData("bytes=0-3")]
    [InlineData("bytes=10-")]
    public async Task HEAD_knows_no_ranges(string range)
    {
        TestRequest request = await SendAsync(new TestRequest("HEAD").With("Range", range));
        Assert.Equal((200, 10L, ""), (request.StatusCode, request.ResponseHeaders.ContentLength, request.ResponseHeaders.ContentRange.ToString()));
    }

    [Fact]
    public async Task A_download_name_cannot_start_a_header()
    {
        TestRequest request = new();
        await Reply.File(Content, downloadName: "a\"\r\nX: y☕.csv").WriteAsync(request);
        string disposition = request.ResponseHeaders.ContentDisposition.ToString();
        Assert.StartsWith("attachment; filename=", disposition, StringComparison.Ordinal);
        Assert.DoesNotContain(disposition, char.IsControl);
        Assert.Equal("text/csv", request.ResponseHeaders.ContentType);
    }

    [Fact]
    public async Task A_file_on_disk_has_the_tag_of_its_state_and_a_missing_one_is_404()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("hypergen").FullName, "page.html");
        await File.WriteAllTextAsync(path, "<p>", TestContext.Current.CancellationToken);
        TestRequest first = new();
        await Reply.File(path).WriteAsync(first);
        Assert.Equal(("text/html", "<p>"), (first.ResponseHeaders.ContentType.ToString(), await first.TextAsync()));
        TestRequest again = new TestRequest().With("If-None-Match", first.ResponseHeaders.ETag.ToString());
        await Reply.File(path).WriteAsync(again);
        Assert.Equal(304, again.StatusCode);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        TestRequest gone = new();
        await Reply.File(path).WriteAsync(gone);
        Assert.Equal(404, gone.StatusCode);
        Assert.Throws<ArgumentException>(static () => Reply.File("a\0b"));
    }

    [Fact]
    public async Task A_stream_is_read_at_the_place_of_the_range_and_disposed()
    {
        MemoryStream stream = new(Encoding.ASCII.GetBytes("skip0123456789")) { Position = 4 };
        TestRequest request = new TestRequest().With("Range", "bytes=2-4");
        await Reply.File(stream).WriteAsync(request);
        Assert.Equal("234", await request.TextAsync());
        Assert.False(stream.CanRead);
    }

    [Fact]
    public void An_entity_tag_is_quoted() => Assert.Throws<ArgumentException>(static () => Reply.File(Content, etag: "v1"));

    private static ReadOnlyMemory<byte> Content => "0123456789"u8.ToArray();

    private static async Task<TestRequest> SendAsync(TestRequest request)
    {
        await Reply.File(Content, "text/plain", lastModified: s_modified, etag: "\"v1\"").WriteAsync(request);
        return request;
    }
}
