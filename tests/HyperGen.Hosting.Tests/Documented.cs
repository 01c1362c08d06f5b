using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace HyperGen.Hosting.Tests;

/// <summary>Endpoints of every shape that a document can tell of.</summary>
[HyperController("/documented"), Tags("docs")]
public static class Documented
{
    [Get("/things/{id:int:min(1)}"), EndpointName("find"), EndpointSummary("Finds one."), EndpointDescription("Looks it up.")]
    public static Thing? Find([Description("Which one.")] int id) => new("a", id);

    [Get("/sure/{id:int}")]
    public static Thing Sure(int id) => new("a", id);

    [Get("/later/{id:int}")]
    public static Task<Thing?> Later(int id) => Task.FromResult<Thing?>(new("a", id));

    [Get("/things")]
    public static IReadOnlyList<Thing> List([Range(0, 9)] int after = 0, string? text = null, [FromQuery(Name = "n")] int[]? numbers = null, [FromHeader(Name = "X-Trace")] string? trace = null) => [];

    [Post("/things")]
    public static Reply<Thing> Add(Thing thing) => Reply.Created("/documented/things/1", thing);

    [Put("/things/{id:int}"), ProducesResponseType<Thing>(202), ProducesResponseType(409)]
    public static Reply<Thing> Replace(int id, Thing thing) => Reply.Status(202, thing);

    [Delete("/things/{id:int}")]
    public static Reply Remove(int id) => id > 3 ? Reply.NoContent() : Reply.NotFound();

    [Get("/text")]
    public static string Text() => "text";

    [Get("/nothing")]
    public static void Nothing()
    {
    }

    [Get("/many")]
    public static async IAsyncEnumerable<Thing> Many()
    {
        yield return new("a");
        await Task.Yield();
    }

    [Get("/result/{id:int}")]
    public static Results<Ok<Thing>, NotFound> Result(int id) => id > 3 ? TypedResults.Ok(new Thing("a")) : TypedResults.NotFound();

    [Post("/form"), RequireAntiforgeryToken(false)]
    public static string Form([FromForm] string name, [FromForm] int count, IFormFile file) => $"{name} {count} {file.Length}";

    [Post("/fields"), RequireAntiforgeryToken(false)]
    public static string Fields([FromForm] string name) => name;

    [Post("/letter"), RequireAntiforgeryToken(false)]
    public static string Form([FromForm] Letter letter) => $"{letter}";

    [Post("/attached"), RequireAntiforgeryToken(false)]
    public static string Attached([FromForm] Attached letter) => $"{letter}";

    [Get("/search/{shelf}")]
    public static string Search([AsParameters] Search search, bool exact) => $"{search} {exact}";

    [Post("/search/{shelf}")]
    public static string Note([AsParameters] Note note) => $"{note}";

    [Post("/raw")]
    public static string Raw(Stream body) => $"{body.CanRead}";

    [Post("/optional")]
    public static string Optional(Thing? thing) => $"{thing}";

    [Get("/unknown")]
    public static Reply Unknown() => Made;

    [Get("/value")]
    public static Reply<Thing> Value(string? known) => known is not null ? new Thing("a") : Reply.NotFound();

    private static Reply Made => Reply.NoContent();

    [Get("/hidden"), ExcludeFromDescription]
    public static string Hidden() => "hidden";

    [Get("/old"), Obsolete("Use another.")]
    public static string Old() => "old";
}

public sealed record Letter(string To, string? Subject);

public sealed record Attached(string To, IFormFile File);

/// <summary>Members of all kinds: of a constructor, of a property, of another such type, and what no client sends.</summary>
public sealed record Search(string Shelf, [property: Description("What for.")] string? Text, [FromHeader(Name = "X-Trace")] string? Trace, [AsParameters] Paging Paging, ILoggerFactory Loggers, CancellationToken Stop)
{
    [FromQuery(Name = "w"), Range(0, 9)]
    public int? Weight { get; set; }
}

public readonly record struct Paging(int After, int Limit = 100);

public sealed class Note
{
    public required string Shelf { get; init; }

    [FromBody]
    public required Thing Thing { get; init; }
}
