namespace HyperGen.Generator.Tests;

/// <summary>Programs that use what C# allows and few people write.</summary>
public sealed class HostileProgramsTests
{
    [Fact]
    public async Task Parameters_are_passed_as_their_modifiers_ask()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            internal static class Startup { public static void Configure(IServiceCollection s) => s.AddSingleton(new Clock("noon")); }
            internal sealed record Clock(string Now);

            [HyperController]
            internal sealed class Site(in Clock clock)
            {
                private readonly Clock _clock = clock;

                [Get("/in/{id}")] public string In(in int id, in CancellationToken stop) => "in " + id + stop.IsCancellationRequested;
                [Get("/readonly/{id}")] public string ReadOnly(ref readonly int id, ref readonly CancellationToken stop, ref readonly HttpContext http) => "ref readonly " + id + http.Request.Method + stop.CanBeCanceled;
                [Get("/params")] public string Params(params int[] ids) => ids.Length + " " + _clock.Now;
                [Get("/scoped")] public string Scoped(scoped in Guid id) => id.ToString("N");
                [Get("/under/{_}")] public string Under(string _, int value, int field, int @record, int await) => _ + value + field + @record + await;
                [Get("/case/{id}")] public string Case(int id, int Id) => $"{id}{Id}";
            }
            """));

        Assert.Equal("200 in 7False", await app.GetAsync("/in/7"));
        Assert.StartsWith("200 ref readonly 7GET", await app.GetAsync("/readonly/7"), StringComparison.Ordinal);
        Assert.Equal("200 text/plain 2 noon", await app.AnswerAsync("GET", "/params?ids=1&ids=2"));
        Assert.Equal("200 text/plain 00000000000000000000000000000000", await app.AnswerAsync("GET", "/scoped?id=00000000-0000-0000-0000-000000000000"));
        Assert.Equal("200 text/plain x1234", await app.AnswerAsync("GET", "/under/x?value=1&field=2&record=3&await=4"));
        Assert.Equal("200 77", await app.GetAsync("/case/7"));
    }

    [Fact]
    public async Task Default_values_of_every_kind_are_kept()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of(new ProgramOptions
        {
            CheckOverflow = true,
            Sources =
            [
                """
                [Flags] internal enum Bits : sbyte { None = 0, Low = -128, A = 1, B = 2 }
                internal enum Wide : ulong { Max = ulong.MaxValue }

                [HyperController]
                internal static class Site
                {
                    [Get("/numbers")]
                    public static string Numbers(
                        sbyte a = -1, byte b = 255, short c = short.MinValue, ushort d = ushort.MaxValue, int e = int.MinValue, uint f = uint.MaxValue,
                        long g = long.MinValue, ulong h = ulong.MaxValue, nint i = -5, nuint j = 5, decimal k = -1.50m, float l = float.NaN, double m = double.NegativeInfinity,
                        float n = 1e-3f, double o = double.Epsilon) =>
                        FormattableString.Invariant($"{a} {b} {c} {d} {e} {f} {g} {h} {i} {j} {k} {l} {m} {n} {o}");

                    [Get("/texts")]
                    public static string Texts(char a = '\'', char b = '\u2028', string c = "\"\\\0\r\n{0}\u2028", string? d = null, bool e = true) => $"{a}{(int)b}{c.Length}{d}{e}";

                    [Get("/enums")]
                    public static string Enums(Bits a = Bits.A | Bits.B, Bits b = (Bits)64, Bits? c = Bits.Low, Bits? d = null, Wide e = Wide.Max, DayOfWeek f = default) => $"{a}|{b}|{c}|{d}|{e}|{f}";

                    [Get("/structs")]
                    public static string Structs(Guid a = default, DateTime b = default, int? c = 5, decimal? d = 0.1m, DateOnly? e = default, TimeSpan f = new(), CancellationToken g = default) =>
                        FormattableString.Invariant($"{a:N}|{b:yyyy}|{c}|{d}|{e}|{f}|{g.IsCancellationRequested}");
                }
                """,
            ],
        }));

        Assert.Equal("200 -1 255 -32768 65535 -2147483648 4294967295 -9223372036854775808 18446744073709551615 -5 5 -1.50 NaN -Infinity 0.001 5E-324", await app.GetAsync("/numbers"));
        Assert.Equal("200 '82329True", await app.GetAsync("/texts"));
        Assert.Equal("200 A, B|64|Low||Max|Sunday", await app.GetAsync("/enums"));
        Assert.Equal("200 00000000000000000000000000000000|0001|5|0.1||00:00:00|False", await app.GetAsync("/structs"));
    }

    [Fact]
    public async Task Many_values_of_every_kind_come_from_the_query()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            using Microsoft.AspNetCore.Mvc;

            internal enum Color { Red, Green }
            internal readonly record struct Id(int Value) : ISpanParsable<Id>
            {
                public static Id Parse(string s, IFormatProvider? p) => new(int.Parse(s, p));
                public static Id Parse(ReadOnlySpan<char> s, IFormatProvider? p) => new(int.Parse(s, p));
                public static bool TryParse(string? s, IFormatProvider? p, out Id id) => TryParse(s.AsSpan(), p, out id);
                public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? p, out Id id) { bool ok = int.TryParse(s, p, out int value); id = new(value); return ok; }
            }
            internal struct Utf8Id : IUtf8SpanParsable<Utf8Id>
            {
                public int Value;
                public static Utf8Id Parse(ReadOnlySpan<byte> s, IFormatProvider? p) => new() { Value = s.Length };
                public static bool TryParse(ReadOnlySpan<byte> s, IFormatProvider? p, out Utf8Id id) { id = new() { Value = s.Length }; return s.Length > 0; }
            }

            [HyperController]
            internal static class Site
            {
                [Get("/enums")] public static string Enums(Color[] a, Color?[] b, [FromQuery] List<Color> c) => $"{string.Join(',', a)}|{string.Join(',', b)}|{string.Join(',', c)}";
                [Get("/ids")] public static string Ids(Id[] a, Id?[]? b, [FromQuery] IEnumerable<Id> c, Utf8Id d, Utf8Id? e) => $"{string.Join(',', a)}|{b?.Length}|{c.Count()}|{d.Value}|{e?.Value}";
                [Get("/times")] public static string Times(DateTime a, DateTimeOffset b, TimeOnly c, TimeSpan d, Uri e, Version f, Half g, Int128 h, char i) => FormattableString.Invariant($"{a:s}|{b:O}|{c:O}|{d}|{e}|{f}|{g}|{h}|{i}");
            }
            """));

        Assert.Equal("200 text/plain Red,Green|Green,|Red", await app.AnswerAsync("GET", "/enums?a=red&a=1&b=green&b=&c=0"));
        Assert.Equal("200 text/plain Id { Value = 1 },Id { Value = 2 }|2|1|2|", await app.AnswerAsync("GET", "/ids?a=1&a=2&b=1&b=&c=3&d=xx"));
        Assert.StartsWith("400 ", await app.AnswerAsync("GET", "/ids?a=x&d=y"), StringComparison.Ordinal);
        Assert.Equal("200 text/plain 2026-01-02T03:04:05|2026-01-02T03:04:05.0000000+01:00|01:02:03.0000000|1.00:00:00|/x|1.2|1.5|170141183460469231731687303715884105727|c",
            await app.AnswerAsync("GET", "/times?a=2026-01-02T03:04:05&b=2026-01-02T03:04:05%2B01:00&c=01:02:03&d=1.00:00:00&e=/x&f=1.2&g=1.5&h=170141183460469231731687303715884105727&i=c"));
    }

    [Fact]
    public async Task Types_that_bind_themselves_may_do_so_in_any_way_that_AspNetCore_knows()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            using System.Reflection;

            internal readonly record struct Size(int Value) { public static ValueTask<Size> BindAsync(HttpContext http) => new(new Size(http.Request.Query.Count)); }
            internal abstract class Bound<T> where T : Bound<T>, new()
            {
                public string Name { get; set; } = "";
                public static ValueTask<T?> BindAsync(HttpContext http, ParameterInfo parameter) => new(new T { Name = parameter.Name + parameter.Member.Name });
            }
            internal sealed class Derived : Bound<Derived>;
            internal sealed record Self(int N) : IBindableFromHttpContext<Self> { public static ValueTask<Self?> BindAsync(HttpContext http, ParameterInfo parameter) => new(new Self(parameter.Position)); }
            internal record Group(Size Size, Derived Derived);

            [HyperController]
            internal static class Site
            {
                [Get("/size")] public static string Size(Size size, Size? maybe, Size other = default) => $"{size.Value}{maybe?.Value}{other.Value}";
                [Get("/derived")] public static string Derived(Derived derived, Derived? maybe) => $"{derived.Name} {maybe?.Name}";
                [Get("/self")] public static string Self(int a, Self self) => $"{a}{self.N}";
                [Get("/group")] public static string Grouped([AsParameters] Group group) => $"{group.Size.Value} {group.Derived.Name}";
            }
            """));

        Assert.Equal("200 text/plain 111", await app.AnswerAsync("GET", "/size?x"));
        Assert.Equal("200 text/plain derivedDerived maybeDerived", await app.AnswerAsync("GET", "/derived"));
        Assert.Equal("200 text/plain 51", await app.AnswerAsync("GET", "/self?a=5"));
        Assert.StartsWith("200 text/plain 0 ", await app.AnswerAsync("GET", "/group"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Groups_of_parameters_may_be_records_structs_and_classes_with_required_members()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            using System.Text.Json.Serialization;
            using Microsoft.AspNetCore.Mvc;

            [JsonSerializable(typeof(Body))] internal sealed partial class Json : JsonSerializerContext;
            internal sealed record Body(int N);
            internal class Base { public int Page { get; set; } public virtual string? Sort { get; init; } }
            internal sealed class Query : Base { public required string Q { get; init; } public override string? Sort { get; init; } public required int[] Ids { get; set; } public string Computed => Q; private string Hidden { get; set; } = ""; }
            internal record struct Inner(int A, string B = "b");
            internal readonly record struct Nested([AsParameters] Inner Inner, [FromBody] Body Body, IStore Store, [FromKeyedServices("k\"ey")] IStore Keyed, RequestContext Context);
            internal sealed record Written([property: FromHeader(Name = "X-A")] string A) { public required string B { get; init; } }
            internal struct @event { public int @class { get; set; } }
            internal interface IStore { string Name { get; } }
            internal sealed record Store(string Name) : IStore;
            internal static class Startup { public static void Configure(IServiceCollection s) { s.AddSingleton<IStore>(new Store("plain")); s.AddKeyedSingleton<IStore>("k\"ey", new Store("keyed")); } }

            [HyperController]
            internal static class Site
            {
                [Get("/query")] public static string Query([AsParameters] Query query) => $"{query.Page}|{query.Sort}|{query.Q}|{query.Ids.Length}|{query.Computed}";
                [Post("/nested/{a}")] public static string Nested([AsParameters] Nested nested) => $"{nested.Inner}|{nested.Body}|{nested.Store.Name}|{nested.Keyed.Name}|{nested.Context.Method}";
                [Get("/written")] public static string Written([AsParameters] Written written) => written.ToString();
                [Get("/event")] public static string Event([AsParameters] @event @event) => @event.@class.ToString();
            }
            """));

        Assert.Equal("200 text/plain 2|s|q|1|q", await app.AnswerAsync("GET", "/query?page=2&sort=s&q=q&ids=1"));
        Assert.Equal("200 text/plain Inner { A = 1, B = b }|Body { N = 2 }|plain|keyed|POST", await app.AnswerAsync("POST", "/nested/1", "application/json", """{"n":2}"""));
        Assert.Equal("200 text/plain Written { A = a, B = b }", await app.AnswerAsync("GET", "/written?b=b", headers: ("X-A", "a")));
        Assert.Equal("200 text/plain 3", await app.AnswerAsync("GET", "/event?class=3"));
    }

    [Fact]
    public async Task Handlers_may_be_inherited_hidden_overridden_partial_records_and_generic_underneath()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of(new ProgramOptions
        {
            Sources =
            [
                """
                internal interface INamed { string Name(); }
                internal abstract class Crud<T> where T : notnull
                {
                    [Get("/type")] public string Type() => typeof(T).Name;
                    [Get("/echo/{value}")] public string Echo(T value) => "echo " + value;
                    [Get("/virtual")] public virtual string Virtual() => "base";
                    [Get("/hidden")] public string Hidden() => "base hidden";
                    [Get("/changed")] public string Changed() => "base changed";
                    public abstract string Silent();
                }

                [HyperController("/numbers")]
                internal sealed partial class Numbers : Crud<int>, INamed
                {
                    public override string Virtual() => "derived";
                    public new string Hidden() => "derived hidden";
                    public new int Changed() => 1;
                    [Get("/silent")] public override string Silent() => "silent";
                    [Get("/partial/{id=3}")] public partial string Partial(int id);
                    string INamed.Name() => "explicit";
                    [Get("/name")] public string Name() => ((INamed)this).Name();
                }

                [HyperController("/record")]
                internal sealed record Rec(IServiceProvider Services) { [Get] public string Get() => ToString().Length > 0 ? "record" : ""; [Get("/equals")] public string Equals(int a) => "equals " + a; }

                [HyperController("/object")]
                internal static class Odd
                {
                    [Get("/1")] public static string Finalize() => "finalize";
                    [Get("/2")] public static string GetType(int x) => "type" + x;
                    [Get("/3")] public static string Endpoints() => "endpoints";
                    [Get("/4")] public static string Dispose() => "dispose";
                    [Get("/5")] public static string MemberwiseClone(int x = 0) => "clone";
                    [Get("/6")] public static string Initialize() => "initialize";
                    [Get("/7")] public static string Describe_Initialize() => "describe";
                    [Get("/8")] public static string Services() => "services";
                }
                """,
                """
                internal sealed partial class Numbers { public partial string Partial(int id) => "partial " + id; }
                """,
            ],
        }));

        Assert.Equal("200 Int32", await app.GetAsync("/numbers/type"));
        Assert.Equal("200 echo 5", await app.GetAsync("/numbers/echo/5"));
        Assert.Equal("200 derived", await app.GetAsync("/numbers/virtual"));
        Assert.Equal("200 base hidden", await app.GetAsync("/numbers/hidden"));
        Assert.Equal("200 base changed", await app.GetAsync("/numbers/changed"));
        Assert.Equal("200 silent", await app.GetAsync("/numbers/silent"));
        Assert.Equal("200 partial 3", await app.GetAsync("/numbers/partial"));
        Assert.Equal("200 explicit", await app.GetAsync("/numbers/name"));
        Assert.Equal("200 record", await app.GetAsync("/record"));
        Assert.Equal("200 text/plain equals 2", await app.AnswerAsync("GET", "/record/equals?a=2"));
        Assert.Equal("200 finalize", await app.GetAsync("/object/1"));
        Assert.Equal("200 text/plain type1", await app.AnswerAsync("GET", "/object/2?x=1"));
        Assert.Equal("200 endpoints", await app.GetAsync("/object/3"));
        Assert.Equal("200 describe", await app.GetAsync("/object/7"));
        Assert.All(app.Endpoints, static e => Assert.NotNull(e.MethodInfo));
    }

    [Fact]
    public async Task Returned_values_may_be_of_any_kind()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            using System.IO.Pipelines;
            using System.Text;
            using System.Text.Json;
            using System.Text.Json.Nodes;
            using System.Text.Json.Serialization;
            using Microsoft.AspNetCore.Http.HttpResults;

            internal readonly record struct Point(int X, int Y);
            internal sealed record User(string Name);
            internal readonly struct Teapot : IResult { public Task ExecuteAsync(HttpContext http) { http.Response.StatusCode = 418; return Task.CompletedTask; } }

            [JsonSerializable(typeof(List<Point?>)), JsonSerializable(typeof(Dictionary<string, User?>)), JsonSerializable(typeof(IEnumerable<User>)), JsonSerializable(typeof(User[])), JsonSerializable(typeof(List<string?>))]
            internal sealed partial class Json : JsonSerializerContext;

            [HyperController]
            internal static class Site
            {
                [Get("/points")] public static async IAsyncEnumerable<Point> Points() { yield return new(1, 2); await Task.Yield(); }
                [Get("/maybe-points")] public static async IAsyncEnumerable<Point?> MaybePoints() { yield return null; await Task.Yield(); yield return new Point(1, 2); }
                [Get("/numbers")] public static async ValueTask<IAsyncEnumerable<int>> Numbers() { await Task.Yield(); return Many(); static async IAsyncEnumerable<int> Many() { await Task.Yield(); yield return 1; } }
                [Get("/task-many")] public static Task<IAsyncEnumerable<int>?> TaskMany() => Task.FromResult<IAsyncEnumerable<int>?>(null);
                [Get("/point")] public static Task<Point?> Point(int? x) => Task.FromResult<Point?>(x is { } value ? new Point(value, 0) : null);
                [Get("/dictionary")] public static Dictionary<string, User?> Dictionary() => new() { ["a"] = new("b"), ["c"] = null };
                [Get("/sequence")] public static IEnumerable<User>? Sequence() { yield return new("a"); }
                [Get("/array")] public static ValueTask<User[]?> Array() => new((User[]?)null);
                [Get("/teapot")] public static Teapot Teapot() => default;
                [Get("/no-result")] public static IResult? NoResult() => null;
                [Get("/task-reply")] public static Task<Reply> TaskReply() => Task.FromResult(Reply.Status(299));
                [Get("/task-result")] public static async Task<IResult> TaskResult() { await Task.Yield(); return TypedResults.StatusCode(202); }
                [Get("/pipe")] public static async ValueTask<PipeReader> Pipe() { await Task.Yield(); return PipeReader.Create(new MemoryStream(Encoding.UTF8.GetBytes("p"))); }
                [Get("/task-stream")] public static async Task<Stream> Stream_() { await Task.Yield(); return new MemoryStream(Encoding.UTF8.GetBytes("s")); }
                [Get("/element")] public static JsonElement Element() => JsonDocument.Parse("[1]").RootElement;
                [Get("/node")] public static JsonNode? Node() => JsonNode.Parse("{}");
                [Get("/bytes")] public static byte[] Bytes() => [1, 2];
                [Get("/reply-maybe")] public static Reply<User?> ReplyMaybe() => new User("u");
                [Get("/three")] public static Results<Ok<Point>, NotFound, BadRequest<string>> Three() => TypedResults.BadRequest("no");
                [Get("/char")] public static char Char() => 'c';
                [Get("/enum")] public static async ValueTask<bool?> Bool() { await Task.Yield(); return false; }
                [Post("/nullable")] public static List<string?> Nullable(List<string?> texts) => texts;
                [Post("/nullable-maybe")] public static string Maybe(List<string?>? texts) => texts?.Count.ToString() ?? "none";
                [Get("/decimal")] public static decimal Decimal() => 1.50m;
                [Head("/head")] public static void HeadOnly(HttpResponse response) => response.Headers["X-A"] = "a";
                [Options("/options")] public static string OptionsOnly() => "mine";
                [Verb("PURGE", "/purge")] public static string Purge() => "purged";
            }
            """));

        Assert.Equal("""200 application/json [{"x":1,"y":2}]""", await app.AnswerAsync("GET", "/points"));
        Assert.Equal("""200 application/json [null,{"x":1,"y":2}]""", await app.AnswerAsync("GET", "/maybe-points"));
        Assert.Equal("200 application/json [1]", await app.AnswerAsync("GET", "/numbers"));
        Assert.StartsWith("404 ", await app.AnswerAsync("GET", "/task-many"), StringComparison.Ordinal);
        Assert.Equal("""200 application/json {"x":5,"y":0}""", await app.AnswerAsync("GET", "/point?x=5"));
        Assert.StartsWith("404 ", await app.AnswerAsync("GET", "/point"), StringComparison.Ordinal);
        Assert.Equal("""200 application/json {"a":{"name":"b"},"c":null}""", await app.AnswerAsync("GET", "/dictionary"));
        Assert.Equal("""200 application/json [{"name":"a"}]""", await app.AnswerAsync("GET", "/sequence"));
        Assert.StartsWith("404 ", await app.AnswerAsync("GET", "/array"), StringComparison.Ordinal);
        Assert.Equal(418, (await app.RunAsync("GET", "/teapot")).StatusCode);
        Assert.StartsWith("404 ", await app.AnswerAsync("GET", "/no-result"), StringComparison.Ordinal);
        Assert.Equal(299, (await app.RunAsync("GET", "/task-reply")).StatusCode);
        Assert.Equal(202, (await app.RunAsync("GET", "/task-result")).StatusCode);
        Assert.Equal("200 application/octet-stream p", await app.AnswerAsync("GET", "/pipe"));
        Assert.Equal("200 application/octet-stream s", await app.AnswerAsync("GET", "/task-stream"));
        Assert.Equal("200 application/json [1]", await app.AnswerAsync("GET", "/element"));
        Assert.Equal("200 application/json {}", await app.AnswerAsync("GET", "/node"));
        Assert.Equal("200 application/json \"AQI=\"", await app.AnswerAsync("GET", "/bytes"));
        Assert.Equal("""200 application/json {"name":"u"}""", await app.AnswerAsync("GET", "/reply-maybe"));
        Assert.Equal(400, (await app.RunAsync("GET", "/three")).StatusCode);
        Assert.Equal("200 application/json \"c\"", await app.AnswerAsync("GET", "/char"));
        Assert.Equal("200 application/json false", await app.AnswerAsync("GET", "/enum"));
        Assert.Equal("200 application/json 1.50", await app.AnswerAsync("GET", "/decimal"));
        Assert.Equal("""200 application/json ["a",null]""", await app.AnswerAsync("POST", "/nullable", "application/json", """["a",null]"""));
        Assert.Equal("200 text/plain none", await app.AnswerAsync("POST", "/nullable-maybe"));
        Assert.Equal("a", (await app.RunAsync("HEAD", "/head")).ResponseHeaders["X-A"]);
        Assert.Equal("200 text/plain mine", await app.AnswerAsync("OPTIONS", "/options"));
        Assert.Equal("200 text/plain purged", await app.AnswerAsync("PURGE", "/purge"));
    }

    [Fact]
    public async Task Services_may_be_keyed_by_anything_and_of_any_type()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            using System.Security.Claims;
            using Microsoft.AspNetCore.Mvc;

            internal enum Key { A = -1 }
            internal sealed record Thing(string Name);
            internal delegate string Name();
            internal static class Startup
            {
                public static void Configure(IServiceCollection s)
                {
                    s.AddKeyedSingleton("s", new Thing("string"));
                    s.AddKeyedSingleton(Key.A, new Thing("enum"));
                    s.AddKeyedSingleton<Thing>(typeof(List<>), new Thing("type"));
                    s.AddKeyedSingleton(5L, new Thing("long"));
                    s.AddKeyedSingleton('\'', new Thing("char"));
                    s.AddSingleton<Name>(() => "delegate");
                    s.AddSingleton<IReadOnlyList<(int A, string? B)>>([(1, null)]);
                    s.AddSingleton<object>("late");
                }
            }

            [HyperController]
            internal sealed class Site([FromKeyedServices(Key.A)] Thing byEnum, [FromKeyedServices("none")] Thing? none = null)
            {
                [Get("/keyed")] public string Keyed([FromKeyedServices("s")] Thing a, [FromKeyedServices(typeof(List<>))] Thing b, [FromKeyedServices(5L)] Thing c, [FromKeyedServices('\'')] Thing d, [FromKeyedServices("none")] Thing? e) =>
                    $"{a.Name} {b.Name} {c.Name} {d.Name} {e?.Name} {byEnum.Name} {none?.Name}";
                [Get("/typed")] public string Typed(Name name, [FromServices] IReadOnlyList<(int A, string? B)> list, IEnumerable<Name> all, [FromServices] dynamic late, IServiceProvider services, ClaimsPrincipal user) =>
                    $"{name()} {list[0].A} {all.Count()} {late} {services is not null} {user.Identity?.IsAuthenticated}";
            }
            """));

        Assert.Equal("200 string type long char  enum ", await app.GetAsync("/keyed"));
        Assert.StartsWith("200 delegate 1 1 late True", await app.GetAsync("/typed"), StringComparison.Ordinal);
    }
}
