namespace HyperGen.Generator.Tests;

/// <summary>What generated code looks like: it is read by people who step into it.</summary>
public sealed class SnapshotTests
{
    [Fact]
    public Task An_application() => Snapshot.Match(GeneratedProgram.Of("""
        using Microsoft.AspNetCore.Authorization;

        [assembly: Use<RequestLog>]

        internal interface IUserStore { User? Find(int id); }
        internal sealed record User(int Id, string Name);

        [System.Text.Json.Serialization.JsonSerializable(typeof(User))]
        internal sealed partial class Json : System.Text.Json.Serialization.JsonSerializerContext;

        internal sealed class RequestLog(ILogger<RequestLog> log)
        {
            public async ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext
            {
                await next.InvokeAsync(context);
                log.LogInformation("{Status}", context.StatusCode);
            }
        }

        internal sealed class Retry(RetryAttribute times)
        {
            public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next) where TNext : struct, INext { _ = times; return next.InvokeAsync(context); }
        }

        internal sealed class RetryAttribute(int times) : UseAttribute<Retry> { public int Times => times; }

        [Group("/api"), Authorize(Policy = "staff")]
        internal static class Api
        {
            [HyperController("users"), Retry(3)]
            internal sealed class Users(IUserStore store)
            {
                [Get("{id:int}")] public User? Find(int id) => store.Find(id);
                [Post, MaxBody(1024), Deadline(500)] public string Add(User user) => user.Name;
            }
        }

        [HyperController]
        internal static class Site
        {
            [Get, Push("/main.css", Urgency = 1), Priority(1), AllowAnonymous] public static string Home() => "home";
        }
        """));

    [Fact]
    public Task A_form() => Snapshot.Match(GeneratedProgram.Of("""
        using Microsoft.AspNetCore.Mvc;

        internal sealed record Photo([FromForm] string Title, [FromForm(Name = "tag")] string[] Tags, IFormFile? Image = null);

        [HyperController("/photos")]
        internal static class Photos
        {
            [Post, MaxBody(1 << 20)] public static string Add([AsParameters] Photo photo) => photo.Title;
            [Post("{id:int}/comments")] public static string Comment(int id, [FromForm] string text, [FromForm] DateOnly? on) => $"{id} {text} {on}";
        }
        """).Only("Photos"));

    [Fact]
    public Task Events() => Snapshot.Match(GeneratedProgram.Of("""
        using System.Runtime.CompilerServices;
        using System.Text.Json.Serialization;

        internal sealed record Tick(int Number);

        [JsonSerializable(typeof(Tick))]
        internal sealed partial class Json : JsonSerializerContext;

        [HyperController("/ticks")]
        internal static class Ticks
        {
            [Get] public static async IAsyncEnumerable<Tick> All(int count = 3, [EnumeratorCancellation] CancellationToken stop = default)
            {
                for (int i = 0; i < count; i++)
                {
                    await Task.Delay(1, stop);
                    yield return new Tick(i);
                }
            }
        }
        """).Only("Ticks"));

    [Fact]
    public Task Keyed_services() => Snapshot.Match(GeneratedProgram.Of("""
        internal interface IClock { string Now { get; } }

        [HyperController("/time")]
        internal sealed class Time([FromKeyedServices("utc")] IClock clock, [FromKeyedServices(7)] IClock? spare = null)
        {
            [Get] public string Now() => clock.Now + spare?.Now;
            [Get("local")] public static string Local([FromKeyedServices("local")] IClock local) => local.Now;
        }
        """).Only("Time"));

    [Fact]
    public Task Host_patterns() => Snapshot.Match(GeneratedProgram.Of("""
        [HyperController("/"), Host("api.example.com", "*.example.org:8443")]
        internal static class Api
        {
            [Get("status")] public static string Status() => "up";
            [Get("admin"), Host("localhost")] public static string Admin() => "admin";
        }
        """).Only("Api"));

    [Fact]
    public Task A_library() => Snapshot.Match(GeneratedProgram.Of(new ProgramOptions
    {
        AssemblyName = "My.Library",
        OutputKind = Microsoft.CodeAnalysis.OutputKind.DynamicallyLinkedLibrary,
        Sources = ["[HyperController(\"/books\")] internal sealed class Books : IDisposable { [Get(\"{id:int}\")] public string Find(int id) => \"book \" + id; public void Dispose() { } }"],
    }));
}
