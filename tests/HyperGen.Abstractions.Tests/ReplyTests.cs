using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Primitives;

namespace HyperGen.Abstractions.Tests;

public class ReplyTests
{
    [Fact]
    public async Task Text_bytes_and_html_carry_their_type_and_length()
    {
        TestRequest text = await SendAsync(Reply.Text("naïve"));
        Assert.Equal(("text/plain; charset=utf-8", 6L, 200), (text.ResponseHeaders.ContentType.ToString(), text.ResponseHeaders.ContentLength, text.StatusCode));
        Assert.Equal("naïve", await text.TextAsync());
        TestRequest html = await SendAsync(Reply.Html("<p>", 404));
        Assert.Equal(("text/html; charset=utf-8", 404), (html.ResponseHeaders.ContentType.ToString(), html.StatusCode));
        TestRequest bytes = await SendAsync(Reply.Bytes(new byte[] { 1, 2 }, "image/png"));
        Assert.Equal(("image/png", 2L), (bytes.ResponseHeaders.ContentType.ToString(), bytes.ResponseHeaders.ContentLength));
    }

    [Fact]
    public async Task Large_bytes_arrive_whole()
    {
        byte[] large = [.. Enumerable.Range(0, 300_000).Select(static i => (byte)i)];
        TestRequest request = await SendAsync(Reply.Bytes(large));
        Assert.Equal(large.Length, request.ResponseHeaders.ContentLength);
        Assert.Equal(large, await request.BytesAsync());
        TestRequest head = new("HEAD");
        await Reply.Bytes(large).WriteAsync(head);
        Assert.Equal(large.Length, head.ResponseHeaders.ContentLength);
    }

    [Fact]
    public async Task A_status_without_a_body_has_none()
    {
        Assert.Equal(200, (await SendAsync(default)).StatusCode);
        Assert.Equal(200, (await SendAsync(Reply.Ok())).StatusCode);
        TestRequest none = await SendAsync(Reply.NoContent());
        Assert.Equal((204, null), (none.StatusCode, none.ResponseHeaders.ContentLength));
        Assert.Equal(202, (await SendAsync(Reply.Status(202))).StatusCode);
        Assert.Throws<ArgumentOutOfRangeException>(static () => Reply.Status(199));
        Assert.Throws<ArgumentOutOfRangeException>(static () => Reply.Status(600));
        Assert.Throws<ArgumentOutOfRangeException>(static () => Reply.Problem(200));
    }

    [Fact]
    public async Task A_value_is_JSON_and_null_is_404()
    {
        TestRequest ok = await SendAsync<Person>(new Person("Ada", 36));
        Assert.Equal("""{"name":"Ada","age":36}""", await ok.TextAsync());
        Assert.Equal("application/json; charset=utf-8", ok.ResponseHeaders.ContentType);
        TestRequest created = await SendAsync(Reply.Created("/people/1", new Person("Ada", 36)));
        Assert.Equal((201, "/people/1"), (created.StatusCode, created.ResponseHeaders.Location.ToString()));
        Assert.Equal(409, (await SendAsync(Reply.Status(409, new Person("Ada", 36)))).StatusCode);
        Assert.Equal(404, (await SendAsync<Person>((Person?)null)).StatusCode);
        Assert.Equal("null", await (await SendAsync<Person>(Reply.Ok<Person>(null!))).TextAsync());
        Assert.Equal(404, (await SendAsync<Person>(Reply.NotFound())).StatusCode);
    }

    [Fact]
    public async Task A_value_is_written_by_its_own_type_where_a_context_covers_it()
    {
        TestRequest request = await SendAsync<Animal>(new Dog { Name = "Rex", Barks = true });
        Assert.Equal("""{"barks":true,"name":"Rex"}""", await request.TextAsync());
    }

    [Fact]
    public async Task A_value_whose_own_type_no_context_covers_is_written_as_declared()
    {
        JsonTypeInfo<Animal> type = TestJson.Of<Animal>(static options => options.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver()));
        TestRequest request = new();
        await Reply.Ok<Animal>(new Cat { Name = "Tom", Secret = "s" }).WriteAsync(request, type);
        Assert.Equal("""{"name":"Tom"}""", await request.TextAsync());
    }

    [Fact]
    public async Task Text_of_a_problem_is_readable_as_it_is()
    {
        TestRequest request = await SendAsync(Reply.Problem(422, "It's <naïve>."));
        Assert.Contains("\"detail\":\"It's <naïve>.\"", await request.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_problem_names_the_trace_and_what_it_concerns()
    {
        TestRequest request = await SendAsync(Reply.Problem(422, "No \"such\" <thing>.", errors: new Dictionary<string, string[]> { ["name"] = ["too short"] }));
        JsonElement problem = await request.ProblemAsync();
        Assert.Equal("Unprocessable Entity", problem.GetProperty("title").GetString());
        Assert.Equal("No \"such\" <thing>.", problem.GetProperty("detail").GetString());
        Assert.Equal("too short", problem.GetProperty("errors").GetProperty("name")[0].GetString());
        Assert.Equal("trace-1", problem.GetProperty("traceId").GetString());
        Assert.Equal("no-store", request.ResponseHeaders.CacheControl);
    }

    [Theory]
    [InlineData("X Y", "v")]
    [InlineData("", "v")]
    [InlineData("X:", "v")]
    [InlineData("X", "a\r\nSet-Cookie: b")]
    [InlineData("X", "a\nb")]
    [InlineData("X", "a\0b")]
    [InlineData("X", "na\u00efve")]
    public void A_header_cannot_start_another(string name, string value)
    {
        Assert.ThrowsAny<ArgumentException>(() => Reply.Ok().WithHeader(name, value));
        Assert.ThrowsAny<ArgumentException>(() => Reply.Ok(1).WithHeader(name, value));
    }

    [Fact]
    public void A_content_type_cannot_start_a_header()
    {
        Assert.Throws<ArgumentException>(static () => Reply.Text("", "text/plain\r\nX: y"));
        Assert.Throws<ArgumentException>(static () => Reply.Bytes(default, "a/b\n"));
    }

    [Fact]
    public async Task Headers_are_kept_in_order_beside_those_that_are_there()
    {
        TestRequest request = new();
        request.ResponseHeaders["X-A"] = "0";
        await Reply.Text("").WithHeader("X-A", "1").WithHeader("X-A", "2").WithHeader("X-B", "3").WriteAsync(request);
        Assert.Equal(new StringValues(["0", "1", "2"]), request.ResponseHeaders["X-A"]);
        Assert.Equal("3", request.ResponseHeaders["X-B"]);
    }

    [Theory]
    [InlineData("/home", "/home")]
    [InlineData("/", "/")]
    [InlineData("home?x=1#y", "home?x=1#y")]
    [InlineData("?page=2", "?page=2")]
    [InlineData("/a?u=http://x", "/a?u=http://x")]
    [InlineData("/é", "/%C3%A9")]
    [InlineData("/a%20b", "/a%20b")]
    public async Task A_redirection_within_the_server_is_sent(string location, string expected)
    {
        TestRequest request = await SendAsync(Reply.Redirect(location));
        Assert.Equal((302, expected), (request.StatusCode, request.ResponseHeaders.Location.ToString()));
    }

    [Theory]
    [InlineData("//evil.test")]
    [InlineData("/\\evil.test")]
    [InlineData("\\\\evil.test")]
    [InlineData("https://evil.test")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/\t/evil.test")]
    [InlineData("/a\r\nSet-Cookie: b")]
    [InlineData(" /a")]
    [InlineData("")]
    public async Task A_redirection_that_leads_away_is_refused(string location)
    {
        TestRequest request = await SendAsync(Reply.Redirect(location));
        Assert.Equal(400, request.StatusCode);
        Assert.Equal(0, request.ResponseHeaders.Location.Count);
    }

    [Theory]
    [InlineData(false, false, 302)]
    [InlineData(true, false, 301)]
    [InlineData(false, true, 307)]
    [InlineData(true, true, 308)]
    public async Task A_redirection_on_purpose_leads_anywhere(bool permanent, bool preserveMethod, int status)
    {
        TestRequest request = await SendAsync(Reply.Redirect(new Uri("https://example.test/a b"), permanent, preserveMethod));
        Assert.Equal((status, "https://example.test/a%20b"), (request.StatusCode, request.ResponseHeaders.Location.ToString()));
        Assert.Throws<ArgumentException>(static () => Reply.Redirect(new Uri("ftp://example.test")));
        Assert.Throws<ArgumentException>(static () => Reply.Redirect(new Uri("/a", UriKind.Relative)));
    }

    [Fact]
    public async Task A_location_cannot_start_a_header()
    {
        TestRequest request = await SendAsync(Reply.Created("/users/a\r\nSet-Cookie: b\ud800"));
        Assert.Equal("/users/a%0D%0ASet-Cookie:%20b%EF%BF%BD", request.ResponseHeaders.Location);
    }

    [Fact]
    public async Task A_stream_is_sent_to_its_end_and_disposed()
    {
        MemoryStream content = new(Encoding.UTF8.GetBytes("content"));
        TestRequest request = await SendAsync(Reply.Stream(content, "text/csv"));
        Assert.Equal("content", await request.TextAsync());
        Assert.Equal(7, request.ResponseHeaders.ContentLength);
        Assert.False(content.CanRead);
    }

    private static async Task<TestRequest> SendAsync(Reply reply)
    {
        TestRequest request = new();
        await reply.WriteAsync(request);
        return request;
    }

    private static async Task<TestRequest> SendAsync<T>(Reply<T> reply)
    {
        TestRequest request = new();
        await reply.WriteAsync(request, TestJson.Of<T>());
        return request;
    }
}
