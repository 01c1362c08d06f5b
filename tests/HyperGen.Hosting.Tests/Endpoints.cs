using System.Diagnostics;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace HyperGen.Hosting.Tests;

/// <summary>Endpoints that ask nothing of ASP.NET Core: HyperApp serves them straight.</summary>
[HyperController("/straight")]
public static class Straight
{
    public const int OwnBytes = 1000;

    [Get("/nothing")]
    public static void Nothing()
    {
    }

    [Get("/three"), Use<Pass<byte>>, Use<Pass<short>>, Use<Pass<int>>]
    public static void Three()
    {
    }

    /// <summary>Allocates an array of <see cref="OwnBytes"/>, which with its header takes 24 more.</summary>
    [Get("/own"), Use<Pass<byte>>, Use<Pass<short>>, Use<Pass<int>>]
    public static void Own() => Last = new byte[OwnBytes];

    public static byte[] Last { get; private set; } = [];

    /// <summary>Tells which way the request has come.</summary>
    [Get("/way/{id:int}")]
    public static string Way(int id, RequestContext context) =>
        $"{id} {(context.Features.GetType().Name.StartsWith("HostedFeatures", StringComparison.Ordinal) ? "hosted" : "straight")} {Activity.Current?.TraceId.ToString() ?? "untraced"}";

    [Get("/log")]
    public static string Log([FromServices] ILoggerFactory loggers)
    {
        Action<ILogger, Exception?> say = LoggerMessage.Define(LogLevel.Warning, default, "said");
        say(loggers.CreateLogger("Test.Handler"), null);
        return "ok";
    }

    [Get("/fails")]
    public static string Fails() => throw new InvalidOperationException("This is secret.");

    [Get("/forever")]
    public static async IAsyncEnumerable<int> Forever([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        for (int i = 0; ; i++)
        {
            yield return i;
            await Task.Delay(10, stop);
        }
    }
}

/// <summary>Passes the call on; the type parameter makes three of it.</summary>
public sealed class Pass<TNumber>
{
    public ValueTask InvokeAsync<TNext>(RequestContext context, TNext next)
        where TNext : struct, INext => next.InvokeAsync(context);
}

/// <summary>What clients send nonsense to.</summary>
[HyperController("/bad")]
public static class Bad
{
    [Get("/id/{id}")]
    public static string Id(int id) => $"{id}";

    [Get("/constrained/{id:int}")]
    public static string Constrained(int id) => $"{id}";

    [Get("/text/{text}")]
    public static string Text(string text) => text;

    [Get("/rest/{**rest}")]
    public static string Rest(string rest) => rest;

    [Get("/query")]
    public static string Query(int? n, double? d, DateOnly? day, DayOfWeek? weekday, Guid? key, bool? flag, string? text, int[]? many) =>
        $"{n} {d} {day} {weekday} {key} {flag} {text} {many?.Length}";

    [Get("/header")]
    public static string Header([FromHeader(Name = "X-Number")] int? number, [FromHeader(Name = "X-Text")] string? text) => $"{number} {text}";

    [Post("/json")]
    public static string Json(Thing thing) => thing.Name;

    [Post("/small"), MaxBody(64)]
    public static string Small(Thing thing) => thing.Name;

    [Post("/form"), RequireAntiforgeryToken(false)]
    public static string Form([FromForm] int number, [FromForm] string? text, IFormFile? file) => $"{number} {text} {file?.Length}";

    [Post("/stream"), MaxBody(64)]
    public static async Task<string> Stream(System.IO.Stream body, CancellationToken stop)
    {
        using var copy = new MemoryStream();
        await body.CopyToAsync(copy, stop);
        return $"{copy.Length}";
    }
}

public sealed record Thing(string Name, int Number = 0, Thing? Inner = null, IReadOnlyList<Thing>? More = null);

[JsonSerializable(typeof(Thing))]
[JsonSerializable(typeof(IReadOnlyList<Thing>))]
[JsonSerializable(typeof(int))]
public sealed partial class TestJson : JsonSerializerContext;
