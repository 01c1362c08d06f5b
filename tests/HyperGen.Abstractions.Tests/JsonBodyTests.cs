using System.Text;
using System.Text.Json;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace HyperGen.Abstractions.Tests;

public class JsonBodyTests
{
    [Fact]
    public async Task A_body_is_read_with_web_defaults()
    {
        Assert.Equal(new Person("Ada", 36), await ReadAsync<Person>(TestRequest.Post("application/json", """{"NAME":"Ada","age":"36"}""")));
        Assert.Equal(new Person("Ada", 36), await ReadAsync<Person>(TestRequest.Post("application/vnd.api+json; charset=UTF-8", "\uFEFF{\"name\":\"Ada\",\"age\":36}")));
        Assert.Equal(7, await ReadAsync<int>(TestRequest.Post("application/json", " 7 ")));
    }

    [Theory]
    [InlineData("", 400, "person", "A body is required.")]
    [InlineData("null", 400, "person", "The body must not be null.")]
    [InlineData("{", 400, "$", "The JSON is malformed: ")]
    [InlineData("{} {}", 400, "$", null)]
    [InlineData("""{"name":"Ada","age":36} 1""", 400, "$", null)]
    [InlineData("""{"name":"Ada","age":36,}""", 400, "$", "The JSON is malformed: ")]
    [InlineData("""{"name":"Ada","age":99999999999}""", 400, "$.age", "The value is of the wrong JSON type, out of range or badly formatted (line 1, byte 32).")]
    [InlineData("""{"name":"Ada","age":{}}""", 400, "$.age", null)]
    [InlineData("""{"name":"Ada"}""", 400, "$", "Required properties are missing: 'age'.")]
    [InlineData("""{"name":null,"age":1}""", 400, "$.name", "The value must not be null.")]
    [InlineData("""{"name":"Ada","age":1,"age":2}""", 400, "$.age", "The property 'age' stands there more than once.")]
    [InlineData("[]", 400, "$", null)]
    public async Task What_is_wrong_with_a_body_is_told_by_path(string body, int status, string name, string? message)
    {
        TestRequest request = TestRequest.Post("application/json", body);
        JsonElement problem = await FailAsync<Person>(request, status);
        JsonProperty error = Assert.Single(problem.GetProperty("errors").EnumerateObject());
        Assert.Equal(name, error.Name);
        Assert.StartsWith(message ?? "", error.Value[0].GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("HyperGen", problem.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("System.", problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deep_nesting_is_refused()
    {
        JsonElement problem = await FailAsync<JsonElement>(TestRequest.Post("application/json", new string('[', 100_000)), 400);
        Assert.Contains("depth", problem.GetProperty("errors").GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'"', 0xFF, (byte)'"' })]
    [InlineData(new byte[] { (byte)'"', 0xC3, (byte)'"' })]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'1', 0 })]
    public async Task Bad_utf8_is_refused(byte[] body) => await FailAsync<string>(TestRequest.Post("application/json", body), 400);

    [Fact]
    public async Task Bad_utf8_in_a_name_or_a_member_is_refused()
    {
        await FailAsync<Person>(TestRequest.Post("application/json", [.. "{\"name\":\""u8, 0xFF, .. "\",\"age\":1}"u8]), 400);
        await FailAsync<Person>(TestRequest.Post("application/json", [.. "{\"na"u8, 0xFF, .. "me\":\"x\",\"age\":1}"u8]), 400);
        await FailAsync<string>(TestRequest.Post("application/json", "\"\\ud800\""), 400);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/jsonx")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task A_body_that_is_not_JSON_is_415(string contentType)
    {
        JsonElement problem = await FailAsync<Person>(TestRequest.Post(contentType, """{"name":"Ada","age":36}"""), 415);
        Assert.Contains("application/json", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_413_whether_or_not_it_says_so()
    {
        await FailAsync<Person>(TestRequest.Post("application/json", """{"name":"Ada","age":36}""").WithLimit(10), 413);
        TestRequest chunked = TestRequest.Post("application/json", """{"name":"Ada","age":36}""").WithLimit(10);
        chunked.RequestHeaders.ContentLength = null;
        chunked.RequestHeaders.TransferEncoding = "chunked";
        await FailAsync<Person>(chunked, 413);
    }

    [Fact]
    public async Task A_server_that_refuses_the_body_is_quoted_by_status()
    {
        TestRequest request = TestRequest.Post("application/json", "{}");
        request.HttpContext.Request.Body = new FailingStream(new BadHttpRequestException("Request body too large.", 413));
        await FailAsync<Person>(request, 413);
        TestRequest cut = TestRequest.Post("application/json", "{}");
        cut.HttpContext.Request.Body = new FailingStream(new IOException("The connection was reset."));
        await FailAsync<Person>(cut, 400);
    }

    [Fact]
    public async Task A_body_that_may_be_missing_has_a_default()
    {
        BindingErrors errors = default;
        Assert.Null((await Bind.JsonAsync(new TestRequest("POST"), TestJson.Of<Person>())).Or(null, ref errors));
        Assert.Null(Bind.OrNull(await Bind.JsonAsync(new TestRequest("POST"), TestJson.Of<int>()), ref errors));
        Assert.Equal(5, Bind.OrNull(await Bind.JsonAsync(TestRequest.Post("application/json", "5"), TestJson.Of<int>()), ref errors));
        Assert.False(errors.Any);
    }

    [Fact]
    public async Task No_truncation_of_a_body_is_more_than_a_400()
    {
        byte[] whole = Encoding.UTF8.GetBytes("""{"head":{"name":"☕\u00e9","age":1},"members":[{"name":"b","age":2}]}""");
        for (int length = 1; length < whole.Length; length++)
        {
            await FailAsync<Family>(TestRequest.Post("application/json", whole.AsSpan(0, length)), 400);
        }
    }

    [Fact]
    public async Task No_changed_byte_of_a_body_is_more_than_a_400()
    {
        byte[] whole = Encoding.UTF8.GetBytes("""{"head":{"name":"☕","age":1},"members":[]}""");
        for (int place = 0; place < whole.Length; place++)
        {
            foreach (byte value in (byte[])[0, 0xFF, (byte)'"', (byte)'{', (byte)'\\', 0x80])
            {
                byte[] changed = [.. whole];
                changed[place] = value;
                BindingErrors errors = default;
                (await Bind.JsonAsync(TestRequest.Post("application/json", changed), TestJson.Of<Family>())).Required("family", ref errors);
            }
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"radius":1}""")]
    public async Task A_body_that_does_not_say_which_derived_type_it_is_is_refused(string body)
    {
        JsonElement problem = await FailAsync<Shape>(TestRequest.Post("application/json", body), 400);
        Assert.Contains("discriminator", problem.GetProperty("errors").GetProperty("$")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(new Circle(1), await ReadAsync<Shape>(TestRequest.Post("application/json", """{"kind":"circle","radius":1}""")));
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData(" null ", null)]
    [InlineData("7", 7)]
    public async Task Null_is_a_value_of_a_nullable_body(string body, int? expected)
    {
        BindingErrors errors = default;
        int? value = Bind.OrNull(await Bind.JsonOrNullAsync(TestRequest.Post("application/json", body), TestJson.Of<int>()), ref errors);
        Assert.False(errors.Any);
        Assert.Equal(expected, value);
    }

    private static async Task<T> ReadAsync<T>(TestRequest request)
    {
        BindingErrors errors = default;
        T value = (await Bind.JsonAsync(request, TestJson.Of<T>())).Required("value", ref errors);
        if (errors.Any)
        {
            await errors.WriteAsync(request);
            Assert.Fail(await request.TextAsync());
        }
        return value;
    }

    private static async Task<JsonElement> FailAsync<T>(TestRequest request, int status)
    {
        BindingErrors errors = default;
        (await Bind.JsonAsync(request, TestJson.Of<T>())).Required("person", ref errors);
        Assert.True(errors.Any);
        await errors.WriteAsync(request);
        Assert.Equal(status, request.StatusCode);
        return await request.ProblemAsync();
    }

    private sealed class FailingStream(Exception failure) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromException<int>(failure);
    }
}
