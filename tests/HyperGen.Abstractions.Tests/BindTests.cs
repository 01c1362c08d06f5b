using System.Text.Json;
using HyperGen.CompilerServices;
using HyperGen.Testing;

namespace HyperGen.Abstractions.Tests;

public class BindTests
{
    [Fact]
    public void A_route_value_is_a_range_of_the_path()
    {
        TestRequest request = new TestRequest(path: "/users/42").WithRoute(new RouteRange(7, 2), RouteRange.Absent);
        BindingErrors errors = default;
        Assert.Equal(42, Bind.Route<int, Utf8Value<int>>(request, 0, "id", ref errors));
        Assert.Equal(5, Bind.RouteOr<int, Utf8Value<int>>(request, 1, "page", 5, ref errors));
        Assert.Equal(9, Bind.RouteOrText<int, Utf8Value<int>>(request, 1, "size", "9"u8, ref errors));
        Assert.False(errors.Any);
    }

    [Theory]
    [InlineData("name=a", "a")]
    [InlineData("NAME=a", "a")]
    [InlineData("%6Eame=a", "a")]
    [InlineData("x=1&&name=a%20b+c&y", "a b c")]
    [InlineData("name=100%", "100%")]
    [InlineData("name=%zz%4", "%zz%4")]
    [InlineData("name=a%26b%3Dc", "a&b=c")]
    [InlineData("name=%E2%98%95", "☕")]
    [InlineData("name=a%0D%0Ab", "a\r\nb")]
    [InlineData("name", "")]
    [InlineData("name=", "")]
    [InlineData("name=a&name=b", "a,b")]
    public void A_query_value_is_decoded_as_ASPNET_Core_decodes_it(string query, string expected)
    {
        BindingErrors errors = default;
        Assert.Equal(expected, Bind.Query<string, StringValue>(new TestRequest(query: query), "name", "name"u8, ref errors));
        Assert.False(errors.Any);
    }

    [Fact]
    public void A_query_value_that_is_missing_or_empty_has_its_default()
    {
        BindingErrors errors = default;
        Assert.Equal(10, Bind.QueryOr<int, Utf8Value<int>>(new TestRequest(query: "other=1"), "size", "size"u8, 10, ref errors));
        Assert.Equal(10, Bind.QueryOr<int, Utf8Value<int>>(new TestRequest(query: "size="), "size", "size"u8, 10, ref errors));
        Assert.Null(Bind.QueryOr<string, StringValue>(new TestRequest(), "q", "q"u8, null, ref errors));
        Assert.Equal("", Bind.QueryOr<string, StringValue>(new TestRequest(query: "q="), "q", "q"u8, null, ref errors));
        Assert.Null(Bind.QueryAll<int, Utf8Value<int>>(new TestRequest(), "id", "id"u8, ref errors));
        Assert.Equal([3, 1, 2], Bind.QueryAll<int, Utf8Value<int>>(new TestRequest(query: "id=3&x=9&id=1&ID=2"), "id", "id"u8, ref errors)!);
        Assert.False(errors.Any);
    }

    [Fact]
    public async Task All_failures_of_a_request_are_told_at_once()
    {
        TestRequest request = new TestRequest(path: "/users/abc", query: "page=99999999999&page2=1&page2=2&text=%00&bad=%FF").WithRoute(new RouteRange(7, 3)).With("X-Id", "nope");
        BindingErrors errors = default;
        Bind.Route<int, Utf8Value<int>>(request, 0, "id", ref errors);
        Bind.Query<int, Utf8Value<int>>(request, "page", "page"u8, ref errors);
        Bind.Query<int, Utf8Value<int>>(request, "page2", "page2"u8, ref errors);
        Bind.Query<bool, SpanValue<bool>>(request, "missing", "missing"u8, ref errors);
        Bind.Query<string, StringValue>(request, "text", "text"u8, ref errors);
        Bind.Query<string, StringValue>(request, "bad", "bad"u8, ref errors);
        Bind.Header<Guid, SpanValue<Guid>>(request, "X-Id", ref errors);
        await errors.WriteAsync(request);

        JsonElement problem = await request.ProblemAsync();
        Assert.Equal(400, request.StatusCode);
        Assert.Equal("https://tools.ietf.org/html/rfc9110#section-15.5.1", problem.GetProperty("type").GetString());
        Assert.Equal("One or more validation errors occurred.", problem.GetProperty("title").GetString());
        Assert.Equal(400, problem.GetProperty("status").GetInt32());
        Assert.Equal("trace-1", problem.GetProperty("traceId").GetString());
        JsonElement all = problem.GetProperty("errors");
        Assert.Equal(["id", "page", "page2", "missing", "text", "bad", "X-Id"], all.EnumerateObject().Select(static p => p.Name));
        Assert.Equal("'abc' is not an integer from -2147483648 to 2147483647.", all.GetProperty("id")[0].GetString());
        Assert.Equal("A value is required in the query.", all.GetProperty("missing")[0].GetString());
    }

    [Fact]
    public async Task A_query_with_more_pairs_than_anyone_needs_is_refused()
    {
        TestRequest request = new(query: string.Join('&', Enumerable.Range(0, 1025).Select(static i => "p" + i)));
        BindingErrors errors = default;
        Bind.QueryOr<int, Utf8Value<int>>(request, "x", "x"u8, 0, ref errors);
        await errors.WriteAsync(request);
        Assert.Equal("The query has more than 1024 parameters.", (await request.ProblemAsync()).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_request_cannot_make_the_answer_grow_without_bound()
    {
        TestRequest request = new(query: string.Join('&', Enumerable.Repeat("n=" + new string('x', 500), 1000)));
        BindingErrors errors = default;
        Bind.QueryAll<int, Utf8Value<int>>(request, "n", "n"u8, ref errors);
        await errors.WriteAsync(request);
        Assert.InRange((await request.BytesAsync()).Length, 1, 8192);
    }

    [Fact]
    public void A_header_is_a_value_or_a_list()
    {
        TestRequest request = new TestRequest().With("X-One", "7").With("X-Many", "1, 2").With("X-Many", "3");
        BindingErrors errors = default;
        Assert.Equal(7, Bind.Header<int, Utf8Value<int>>(request, "x-one", ref errors));
        Assert.Equal("7", Bind.Header<string, StringValue>(request, "x-one", ref errors));
        Assert.Equal([1, 2, 3], Bind.HeaderAll<int, Utf8Value<int>>(request, "X-Many", ref errors)!);
        Assert.Equal(5, Bind.HeaderOr<int, Utf8Value<int>>(request, "X-None", 5, ref errors));
        Assert.Null(Bind.HeaderAll<int, Utf8Value<int>>(request, "X-None", ref errors));
        Assert.False(errors.Any);
    }

    [Fact]
    public void Every_truncation_of_a_query_is_read_without_an_exception()
    {
        const string whole = "a=1&%6E%61me=%E2%98%95+x&n=%zz&&=v&b";
        for (int length = 0; length <= whole.Length; length++)
        {
            BindingErrors errors = default;
            TestRequest request = new(query: whole[..length]);
            Bind.QueryAll<string, StringValue>(request, "name", "name"u8, ref errors);
            Bind.QueryOr<int, Utf8Value<int>>(request, "n", "n"u8, 0, ref errors);
        }
    }

    [Fact]
    public void Binding_a_request_that_is_right_allocates_nothing()
    {
        TestRequest request = new TestRequest(path: "/users/42", query: "page=7&when=2025-01-31&mode=b%6Cue").WithRoute(new RouteRange(7, 2));
        Assert.Equal(0, Allocations.LeastOf(Run));

        void Run()
        {
            BindingErrors errors = default;
            Bind.Route<int, Utf8Value<int>>(request, 0, "id", ref errors);
            Bind.Query<int, Utf8Value<int>>(request, "page", "page"u8, ref errors);
            Bind.Query<DateOnly, SpanValue<DateOnly>>(request, "when", "when"u8, ref errors);
            Bind.Query<ConsoleColor, EnumValue<ConsoleColor>>(request, "mode", "mode"u8, ref errors);
        }
    }
}
