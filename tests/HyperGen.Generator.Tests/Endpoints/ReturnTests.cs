namespace HyperGen.Generator.Tests;

public sealed class ReturnTests
{
    private const string Source = """
        using System.IO.Pipelines;
        using System.Text;
        using System.Text.Json.Serialization;
        using Microsoft.AspNetCore.Http.HttpResults;

        internal sealed record User(int Id, string Name);
        internal struct Pair { public int A { get; set; } }

        [JsonSerializable(typeof(User)), JsonSerializable(typeof(Pair))]
        internal sealed partial class AppJson : JsonSerializerContext;

        [HyperController("/")]
        internal sealed class Site
        {
            private static readonly User s_user = new(1, "Ada");

            [Get("/text")] public string Text() => "text";
            [Get("/no-text")] public string? NoText() => null;
            [Get("/json")] public User Json() => s_user;
            [Get("/find/{id}")] public User? Find(int id) => id == 1 ? s_user : null;
            [Get("/number")] public int Number() => 42;
            [Get("/maybe/{id}")] public int? Maybe(int id) => id == 1 ? 42 : null;
            [Get("/pair")] public async Task<Pair?> Pair() { await Task.Yield(); return new Pair { A = 1 }; }
            [Get("/task")] public Task<User?> TaskOf() => Task.FromResult<User?>(s_user);
            [Get("/value-task")] public async ValueTask<User?> ValueTaskOf() { await Task.Yield(); return null; }
            [Get("/task-text")] public async Task<string> TaskText() { await Task.Yield(); return "late"; }
            [Get("/void")] public void Void() { }
            [Get("/void-task")] public Task VoidTask(RequestContext context) { context.StatusCode = 202; return Task.CompletedTask; }
            [Get("/void-value-task")] public static async ValueTask VoidValueTask(HttpResponse response) { await response.WriteAsync("written"); }
            [Get("/reply")] public Reply Reply() => HyperGen.Reply.Text("reply", status: 203);
            [Get("/reply-of/{id}")] public async ValueTask<Reply<User>> ReplyOf(int id) { await Task.Yield(); return id == 1 ? s_user : HyperGen.Reply.NotFound("no such user"); }
            [Post("/created")] public Reply<User> Created() => HyperGen.Reply.Created("/find/1", s_user);
            [Get("/result")] public IResult Result() => Results.Text("result", statusCode: 201);
            [Get("/results/{id}")] public Results<Ok<User>, NotFound> Results_(int id) => id == 1 ? TypedResults.Ok(s_user) : TypedResults.NotFound();
            [Get("/results-task")] public async Task<Results<Ok<User>, NotFound>> ResultsTask() { await Task.Yield(); return TypedResults.NotFound(); }
            [Get("/many")] public async IAsyncEnumerable<User> Many() { yield return s_user; await Task.Yield(); yield return s_user; }
            [Get("/events")] public Reply<IAsyncEnumerable<User>> Events() => HyperGen.Reply.Events(Many());
            [Get("/named-events")] public async IAsyncEnumerable<ServerEvent<int>> NamedEvents() { await Task.Yield(); yield return new(1, "tick"); }
            [Get("/stream")] public Stream Stream() => new MemoryStream(Encoding.UTF8.GetBytes("stream"));
            [Get("/stream-task")] public async Task<MemoryStream?> StreamTask() { await Task.Yield(); return null; }
            [Get("/pipe")] public PipeReader Pipe() => PipeReader.Create(new MemoryStream(Encoding.UTF8.GetBytes("pipe")));
        }
        """;

    [Fact]
    public async Task Every_return_is_answered()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of(Source), static services => Microsoft.Extensions.DependencyInjection.HttpJsonServiceExtensions.ConfigureHttpJsonOptions(
            services, static json => json.SerializerOptions.TypeInfoResolverChain.Clear()));
        const string Ada = """{"id":1,"name":"Ada"}""";

        Assert.Equal("200 text/plain text", await app.AnswerAsync("GET", "/text"));
        Assert.StartsWith("404 application/problem+json", await app.AnswerAsync("GET", "/no-text"), StringComparison.Ordinal);
        Assert.Equal("200 application/json " + Ada, await app.AnswerAsync("GET", "/json"));
        Assert.Equal("200 application/json " + Ada, await app.AnswerAsync("GET", "/find/1"));
        Assert.StartsWith("404 application/problem+json", await app.AnswerAsync("GET", "/find/2"), StringComparison.Ordinal);
        Assert.Equal("200 application/json 42", await app.AnswerAsync("GET", "/number"));
        Assert.Equal("200 application/json 42", await app.AnswerAsync("GET", "/maybe/1"));
        Assert.StartsWith("404 ", await app.AnswerAsync("GET", "/maybe/2"), StringComparison.Ordinal);
        Assert.Equal("""200 application/json {"a":1}""", await app.AnswerAsync("GET", "/pair"));
        Assert.Equal("200 application/json " + Ada, await app.AnswerAsync("GET", "/task"));
        Assert.StartsWith("404 ", await app.AnswerAsync("GET", "/value-task"), StringComparison.Ordinal);
        Assert.Equal("200 text/plain late", await app.AnswerAsync("GET", "/task-text"));
        Assert.Equal("200  ", await app.AnswerAsync("GET", "/void"));
        Assert.Equal("202  ", await app.AnswerAsync("GET", "/void-task"));
        Assert.Equal("203 text/plain reply", await app.AnswerAsync("GET", "/reply"));
        Assert.Equal("200 application/json " + Ada, await app.AnswerAsync("GET", "/reply-of/1"));
        Assert.Contains("no such user", await app.AnswerAsync("GET", "/reply-of/2"), StringComparison.Ordinal);
        Assert.Equal("201 application/json " + Ada, await app.AnswerAsync("POST", "/created"));
        Assert.Equal($"200 application/json [{Ada},{Ada}]", await app.AnswerAsync("GET", "/many"));
        Assert.Equal($"200 text/event-stream data: {Ada}\n\ndata: {Ada}\n\n", await app.AnswerAsync("GET", "/many", headers: ("Accept", "text/event-stream")));
        Assert.Equal($"200 text/event-stream data: {Ada}\n\ndata: {Ada}\n\n", await app.AnswerAsync("GET", "/events"));
        Assert.Equal("200 text/event-stream event: tick\ndata: 1\n\n", await app.AnswerAsync("GET", "/named-events"));
        Assert.Equal("200 application/octet-stream stream", await app.AnswerAsync("GET", "/stream"));
        Assert.StartsWith("404 ", await app.AnswerAsync("GET", "/stream-task"), StringComparison.Ordinal);
        Assert.Equal("200 application/octet-stream pipe", await app.AnswerAsync("GET", "/pipe"));
        Assert.Equal(404, (await app.RunAsync("GET", "/results/2")).StatusCode);
        Assert.Equal(404, (await app.RunAsync("GET", "/results-task")).StatusCode);
    }

    [Theory]
    [InlineData("/text", 0)]
    [InlineData("/find/1", 0)]
    [InlineData("/number", 0)]
    [InlineData("/reply", 0)]
    [InlineData("/task", 72)]
    public void A_synchronous_endpoint_allocates_only_what_its_handler_makes(string path, long handlersOwn)
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of(Source));
        (int endpoint, TestRequest request) = app.Prepare("GET", path);
        for (int i = 0; i < 40; i++)
        {
            Run();
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, handlersOwn);

        void Run()
        {
            ValueTask run = app.App.InvokeAsync(endpoint, request);
            Assert.True(run.IsCompletedSuccessfully);
            request.Forget();
        }
    }
}
