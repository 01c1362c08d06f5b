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
    public Task A_library() => Snapshot.Match(GeneratedProgram.Of(new ProgramOptions
    {
        AssemblyName = "My.Library",
        OutputKind = Microsoft.CodeAnalysis.OutputKind.DynamicallyLinkedLibrary,
        Sources = ["[HyperController(\"/books\")] internal sealed class Books : IDisposable { [Get(\"{id:int}\")] public string Find(int id) => \"book \" + id; public void Dispose() { } }"],
    }));
}
