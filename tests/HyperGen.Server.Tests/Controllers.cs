using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Cors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;

namespace HyperGen.Server.Tests;

/// <summary>Endpoints as a user writes them, compiled by the generator: what the attributes ask for must reach the server.</summary>
[HyperController("/generated")]
public static class Controllers
{
    [Get("/hello/{name}")]
    public static string Hello(string name) => $"Hello, {name}!";

    [Get("/admin"), Authorize(Roles = "admin")]
    public static string Admin(System.Security.Claims.ClaimsPrincipal user) => user.Identity!.Name!;

    [Put("/cors"), EnableCors("open")]
    public static string Cors() => "ok";

    [Post("/form")]
    public static string Form([FromForm] string name) => name;

    [Get("/timeout"), RequestTimeout(50)]
    public static async Task<string> Timeout(CancellationToken stop)
    {
        await Task.Delay(System.Threading.Timeout.Infinite, stop);
        return "never";
    }

    [Get("/deadline"), Deadline(50)]
    public static async Task<string> Deadline(CancellationToken stop)
    {
        await Task.Delay(System.Threading.Timeout.Infinite, stop);
        return "never";
    }

    [Get("/cached"), OutputCache(Duration = 60)]
    public static string Cached() => Guid.NewGuid().ToString();

    [Get("/limited"), EnableRateLimiting("none")]
    public static string Limited() => "ok";

    /// <summary>Answers when the test says so.</summary>
    [Get("/page"), Push("/main.css"), Push("/font.woff2")]
    public static async Task<string> Page(RequestContext context)
    {
        await Gate.Opened.WaitAsync(context.Aborted);
        return "page";
    }

    [Get("/guarded-page"), Push("/secret.css"), Authorize]
    public static string GuardedPage() => "page";

    [Get("/once"), EnableRateLimiting("once")]
    public static string Once() => "ok";

    [Get("/token")]
    public static string Token(HttpContext http, [FromServices] IAntiforgery antiforgery) => antiforgery.GetAndStoreTokens(http).RequestToken!;

    [GuardedGet("/guarded")]
    public static string Guarded() => "secret";

    [Get("/guarded-middleware"), GuardedPass]
    public static string GuardedMiddleware() => "secret";

    [Get("/own-host"), OwnHost]
    public static string OwnHost() => "ok";

    [Get("/host"), Host("a.example")]
    public static string Host() => "ok";

    [Post("/small"), MaxBody(4)]
    public static async Task<long> Small(Stream body, CancellationToken stop)
    {
        var copy = new MemoryStream();
        await body.CopyToAsync(copy, stop);
        return copy.Length;
    }

    [Post("/sized"), RequestSizeLimit(4)]
    public static async Task<long> Sized(Stream body, CancellationToken stop)
    {
        var copy = new MemoryStream();
        await body.CopyToAsync(copy, stop);
        return copy.Length;
    }
}

/// <summary>What <see cref="Controllers.Page"/> waits for.</summary>
public static class Gate
{
    public static SemaphoreSlim Opened { get; } = new(0);
}

/// <summary>A verb of the program's own that also asks for a user.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GuardedGetAttribute(string template) : VerbAttribute("GET", template), IAuthorizeData
{
    public string? Policy { get; set; }

    public string? Roles { get; set; }

    public string? AuthenticationSchemes { get; set; }
}

/// <summary>A middleware's attribute that also asks for a user.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GuardedPassAttribute : UseAttribute<Pass>, IAuthorizeData
{
    public string? Policy { get; set; }

    public string? Roles { get; set; }

    public string? AuthenticationSchemes { get; set; }
}

public sealed class Pass : IAsyncDisposable
{
    private int _passed;

    /// <summary>How many have been disposed of.</summary>
    public static int Disposed { get; private set; }

    public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next)
        where TNext : struct, INext
    {
        Interlocked.Increment(ref _passed);
        return next.InvokeAsync(context);
    }

    public ValueTask DisposeAsync()
    {
        Disposed++;
        return default;
    }
}

/// <summary>A host attribute of the program's own.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OwnHostAttribute : Attribute, IHostMetadata
{
    public IReadOnlyList<string> Hosts { get; } = ["own.example"];
}

/// <summary>A handler whose service is missing unless a test registers it.</summary>
public interface IGreeting
{
    string Text { get; }
}

[HyperController("/generated/greeting")]
public sealed class Greetings(IGreeting greeting)
{
    [Get]
    public string Get() => greeting.Text;
}
