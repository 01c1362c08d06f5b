namespace HyperGen.Generator.Tests;

public sealed class BindingTests
{
    [Fact]
    public async Task Simple_values_come_from_route_query_and_headers()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            using Microsoft.AspNetCore.Mvc;
            using Microsoft.Extensions.Primitives;

            internal enum Color { Red, Green }

            [HyperController("/t/{tenant}")]
            internal sealed class Values
            {
                [Get("/route/{id:int}/{when}")] public string Route(string tenant, int id, DateOnly when) => $"{tenant} {id} {when:O}";
                [Get("/defaults/{size=7}/{page?}")] public string Defaults(int size, int? page) => $"{size} {page}";
                [Get("/rest/{**path}")] public string Rest(string path) => $"[{path}]";
                [Get("/query")] public string Query(string q, int? page, Color color = Color.Green, bool @class = false, double ratio = 1.5, string? text = null, Guid? id = null) =>
                    $"{q}|{page}|{color}|{@class}|{ratio}|{text}|{id}";
                [Get("/many")] public string Many(int[] id, string[]? names, StringValues raw, [FromQuery(Name = "l")] List<long> list, [FromQuery] IReadOnlyList<Guid>? none) =>
                    $"{string.Join(',', id)}|{names?.Length}|{raw}|{string.Join(',', list)}|{none?.Count}";
                [Get("/header")] public string Header([FromHeader(Name = "X-Id")] int id, [FromHeader] string? host, [FromHeader(Name = "X-List")] int[] list) => $"{id}|{host}|{list.Length}";
                [Get("/named/{name}")] public string Named([FromRoute(Name = "name")] string other, [FromQuery(Name = "a b")] string? spaced) => other + spaced;
                [Get("/odd/{context}/{handler}/{errors}")] public string Odd(string context, string handler, string errors, RequestContext request, CancellationToken form) => context + handler + errors + request.Method;
            }
            """));

        Assert.Equal("200 text/plain acme 42 2025-01-31", await app.AnswerAsync("GET", "/t/acme/route/42/2025-01-31"));
        Assert.Equal("200 text/plain 7 ", await app.AnswerAsync("GET", "/t/a/defaults"));
        Assert.Equal("200 text/plain 9 3", await app.AnswerAsync("GET", "/t/a/defaults/9/3"));
        Assert.Equal("200 text/plain [a/b]", await app.AnswerAsync("GET", "/t/a/rest/a/b"));
        Assert.Equal("200 text/plain []", await app.AnswerAsync("GET", "/t/a/rest/"));
        Assert.Equal("200 text/plain x||Green|False|1.5||", await app.AnswerAsync("GET", "/t/a/query?q=x"));
        Assert.Equal("200 text/plain a b|2|Red|True|0.5|t|00000000-0000-0000-0000-000000000000",
            await app.AnswerAsync("GET", "/t/a/query?q=a+b&page=2&color=red&class=true&ratio=0.5&text=t&id=00000000-0000-0000-0000-000000000000"));
        Assert.Equal("200 text/plain 1,2||a,b|3|", await app.AnswerAsync("GET", "/t/a/many?id=1&id=2&raw=a&raw=b&l=3"));
        Assert.Equal("200 text/plain 7|h|2", await app.AnswerAsync("GET", "/t/a/header", headers: [("X-Id", "7"), ("Host", "h"), ("X-List", "1, 2")]));
        Assert.Equal("200 text/plain nx", await app.AnswerAsync("GET", "/t/a/named/n?a%20b=x"));
        Assert.Equal("200 text/plain 123GET", await app.AnswerAsync("GET", "/t/a/odd/1/2/3"));

        TestRequest bad = await app.RunAsync("GET", "/t/a/query?page=x&color=blue&ratio=,&id=1");
        Assert.Equal(400, bad.StatusCode);
        Assert.Equal("application/problem+json", bad.ResponseHeaders.ContentType);
        Assert.All(["\"q\"", "\"page\"", "\"color\"", "\"ratio\"", "\"id\"", "\"traceId\""], name => Assert.Contains(name, bad.ResponseText(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Types_of_the_program_parse_and_bind_themselves()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            using System.Diagnostics.CodeAnalysis;
            using System.Reflection;

            internal readonly record struct Point(int X, int Y)
            {
                public static bool TryParse(string? text, IFormatProvider? provider, out Point point)
                {
                    string[] parts = text?.Split(';') ?? [];
                    point = parts.Length == 2 ? new Point(int.Parse(parts[0], provider), int.Parse(parts[1], provider)) : default;
                    return parts.Length == 2;
                }
            }

            internal sealed class Slug
            {
                public required string Text { get; init; }
                public static bool TryParse(ReadOnlySpan<char> text, out Slug? slug) { slug = new Slug { Text = text.ToString() }; return text.Length > 1; }
            }

            internal sealed record Code(string Text) : IParsable<Code>
            {
                static Code IParsable<Code>.Parse(string s, IFormatProvider? provider) => new(s);
                static bool IParsable<Code>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out Code result) { result = s is "ok" ? new(s) : null; return result is not null; }
            }

            internal sealed record Caller(string Name)
            {
                public static ValueTask<Caller?> BindAsync(HttpContext http) => new(http.Request.Headers["X-Caller"].ToString() is { Length: > 0 } name ? new Caller(name) : null);
            }

            internal sealed class Place : IBindableFromHttpContext<Place>
            {
                public string Name { get; private init; } = "";
                static ValueTask<Place?> IBindableFromHttpContext<Place>.BindAsync(HttpContext context, ParameterInfo parameter) => new(new Place { Name = parameter.Name! });
            }

            internal struct Size
            {
                public int Value { get; set; }
                public static async ValueTask<Size?> BindAsync(HttpContext http, ParameterInfo parameter) { await Task.Yield(); return http.Request.Query.ContainsKey("size") ? new Size { Value = 1 } : null; }
            }

            [HyperController("/")]
            internal sealed class Site
            {
                [Get("/parse/{point}")] public string Parse(Point point, Slug? slug, Code[] code, Point? other) => $"{point.X},{point.Y}|{slug?.Text}|{code.Length}|{other}";
                [Get("/bind")] public string Bind(Caller caller, Caller? again, Place here, Size? size) => $"{caller.Name}|{again?.Name}|{here.Name}|{size?.Value}";
                [Get("/size")] public string Size(Size size, int n) => $"{size.Value}{n}";
            }
            """));

        Assert.Equal("200 text/plain 1,2|ab|2|", await app.AnswerAsync("GET", "/parse/1;2?slug=ab&code=ok&code=ok"));
        Assert.Contains("\"slug\"", await app.AnswerAsync("GET", "/parse/1;2?slug=a"), StringComparison.Ordinal);
        Assert.Equal("200 text/plain me|me|here|", await app.AnswerAsync("GET", "/bind", headers: ("X-Caller", "me")));
        Assert.Contains("\"caller\":[\"A value is required.\"]", await app.AnswerAsync("GET", "/bind"), StringComparison.Ordinal);
        Assert.Equal("200 text/plain 12", await app.AnswerAsync("GET", "/size?size&n=2"));
        string both = await app.AnswerAsync("GET", "/size");
        Assert.Contains("\"size\"", both, StringComparison.Ordinal);
        Assert.Contains("\"n\"", both, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_are_JSON_streams_and_pipes()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            using System.IO.Pipelines;
            using System.Text.Json.Serialization;
            using Microsoft.AspNetCore.Mvc;
            using Microsoft.AspNetCore.Mvc.ModelBinding;

            internal sealed record NewUser(string Name, int Age);
            internal sealed class Clock { public string Now => "noon"; }
            internal interface IStore { string Save(NewUser user); }
            internal sealed class Store : IStore { public string Save(NewUser user) => user.Name + user.Age; }

            [JsonSerializable(typeof(NewUser[]))]
            internal sealed partial class AppJson : JsonSerializerContext;

            internal static class Startup { public static void Configure(IServiceCollection s) { s.AddSingleton<IStore, Store>(); s.AddSingleton<Clock>(); } }

            [HyperController("/")]
            internal sealed class Site
            {
                [Post("/users/{id}")] public string Add(int id, NewUser user, IStore store, Clock clock) => $"{id} {store.Save(user)} {clock.Now}";
                [Put("/maybe")] public string Maybe(NewUser? user) => user?.Name ?? "none";
                [Put("/number")] public string Number([FromBody] int? number) => number?.ToString() ?? "none";
                [Put("/empty")] public string Empty([FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] NewUser user) => user is null ? "none" : "some";
                [Delete("/body")] public string Delete([FromBody] NewUser[] users) => users.Length.ToString();
                [Get("/clock")] public string Time(Clock clock, IStore? store) => clock.Now + (store is null);
                [Post("/stream")] public async Task<string> Read(Stream body) => await new StreamReader(body).ReadToEndAsync();
                [Post("/pipe")] public async ValueTask<string> Read(PipeReader body, CancellationToken stop) => (await body.ReadAtLeastAsync(3, stop)).Buffer.Length.ToString();
            }
            """));

        Assert.Equal("200 text/plain 7 Ada36 noon", await app.AnswerAsync("POST", "/users/7", "application/json", """{"name":"Ada","age":36}"""));
        string bad = await app.AnswerAsync("POST", "/users/x", "application/json", """{"name":null,"age":36}""");
        Assert.StartsWith("400 application/problem+json", bad, StringComparison.Ordinal);
        Assert.Contains("\"id\"", bad, StringComparison.Ordinal);
        Assert.Contains("\"$.name\"", bad, StringComparison.Ordinal);
        Assert.StartsWith("415 ", await app.AnswerAsync("POST", "/users/7", "text/plain", "{}"), StringComparison.Ordinal);
        Assert.Contains("A body is required.", await app.AnswerAsync("POST", "/users/7"), StringComparison.Ordinal);
        Assert.Equal("200 text/plain none", await app.AnswerAsync("PUT", "/maybe"));
        Assert.Equal("200 text/plain none", await app.AnswerAsync("PUT", "/number"));
        Assert.Equal("200 text/plain 5", await app.AnswerAsync("PUT", "/number", "application/json", "5"));
        Assert.Equal("200 text/plain none", await app.AnswerAsync("PUT", "/empty"));
        Assert.Equal("200 text/plain 1", await app.AnswerAsync("DELETE", "/body", "application/json", """[{"name":"Ada","age":36}]"""));
        Assert.Equal("200 text/plain noonFalse", await app.AnswerAsync("GET", "/clock"));
        Assert.Equal("200 text/plain abc", await app.AnswerAsync("POST", "/stream", "text/plain", "abc"));
        Assert.Equal("200 text/plain 3", await app.AnswerAsync("POST", "/pipe", "text/plain", "abc"));
    }

    [Fact]
    public async Task Forms_and_groups_of_parameters_are_taken_apart()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            using Microsoft.AspNetCore.Mvc;

            internal sealed record Address(string City, string? Zip);
            internal sealed class SignUp { public required string Name { get; set; } public int Age { get; set; } public Address Home { get; set; } = new("", null); public string[] Tags { get; set; } = []; }
            internal readonly record struct Paging(int? Page, [FromQuery(Name = "n")] int Size = 20);
            internal sealed record Search(int Id, [FromHeader(Name = "X-Q")] string? Q, [property: FromQuery] Guid? Key, HttpContext Http, CancellationToken Stop);
            internal struct Loose { public int Id { get; set; } public string? Q { get; init; } }

            [HyperController("/")]
            internal sealed class Site
            {
                [Post("/form")] public string Form([FromForm] string name, [FromForm(Name = "n")] int? number, [FromForm] int[] ids, IFormFile? file, IFormCollection all) =>
                    $"{name}|{number}|{ids.Length}|{file?.FileName}|{all.Count}";
                [Post("/upload")] public string Upload(IFormFile file, IFormFileCollection files) => $"{file.Length} {files.Count}";
                [Post("/signup")] public string SignUp([FromForm] SignUp form) => $"{form.Name}|{form.Age}|{form.Home}|{form.Tags.Length}";
                [Get("/paging")] public string Page([AsParameters] Paging paging) => $"{paging.Page}|{paging.Size}";
                [Get("/search/{id}")] public string Search([AsParameters] Search search, int id) => $"{search.Id}|{search.Q}|{search.Key}|{search.Http.Request.Method}|{id}";
                [Get("/loose/{id}")] public string Loose([AsParameters] Loose loose) => $"{loose.Id}|{loose.Q}";
            }
            """));

        const string Form = "application/x-www-form-urlencoded";
        Assert.Equal("200 text/plain a b|5|2||3", await app.AnswerAsync("POST", "/form", Form, "name=a+b&n=5&ids=1&ids=2"));
        Assert.Contains("\"name\"", await app.AnswerAsync("POST", "/form", Form, "n=x"), StringComparison.Ordinal);
        Assert.StartsWith("415 ", await app.AnswerAsync("POST", "/form", "application/json", "{}"), StringComparison.Ordinal);
        Assert.Equal("200 text/plain 5 1", await app.AnswerAsync("POST", "/upload", "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello\r\n--b--\r\n"));
        Assert.Equal("200 text/plain Ada|36|Address { City = Rome, Zip =  }|2", await app.AnswerAsync("POST", "/signup", Form, "Name=Ada&age=36&home.city=Rome&tags=x&tags=y"));
        Assert.Equal("200 text/plain 2|20", await app.AnswerAsync("GET", "/paging?page=2"));
        Assert.Equal("200 text/plain |5", await app.AnswerAsync("GET", "/paging?n=5"));
        Assert.Equal("200 text/plain 7|q||GET|7", await app.AnswerAsync("GET", "/search/7", headers: ("X-Q", "q")));
        Assert.Equal("200 text/plain 7|x", await app.AnswerAsync("GET", "/loose/7?q=x"));
        Assert.StartsWith("400 ", await app.AnswerAsync("GET", "/search/x?key=1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_reads_a_form_asks_for_an_antiforgery_token_unless_told_otherwise()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            using Microsoft.AspNetCore.Antiforgery;
            using Microsoft.AspNetCore.Mvc;

            [HyperController("/")]
            internal sealed class Site
            {
                [Post("/a")] public string A([FromForm] string name) => name;
                [Post("/b"), RequireAntiforgeryToken(false)] public string B([FromForm] string name) => name;
                [Post("/c")] public string C() => "";
            }
            """));

        Assert.Equal(
            ["Site.A Antiforgery True", "Site.B None False", "Site.C None "],
            app.Endpoints.Select(static e => $"{e.DisplayName} {e.Requires} {e.Metadata.OfType<Microsoft.AspNetCore.Antiforgery.IAntiforgeryMetadata>().LastOrDefault()?.RequiresValidation}"));
    }
}
