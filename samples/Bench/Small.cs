using System.Text.Json.Serialization;

namespace Bench;

/// <summary>Answers of a few bytes: what the server itself costs.</summary>
/// <remarks>Nothing can be said of a middleware in general, so those that are done at once say that they are: over HTTP/3 they run on the thread that received the request.</remarks>
[HyperController, Use<RequestCount>]
public static class Small
{
    [Get("/plaintext"), EarlyData, Inline]
    public static Reply Plaintext() => Reply.Text("Hello, World!");

    [Get("/early"), EarlyData]
    public static Reply Early(RequestContext context) => Reply.Text(context.IsEarly ? "early" : "late");

    [Get("/json"), Inline]
    public static Message Json() => new("Hello, World!");

    [Get("/users/{id:int}"), Inline]
    public static User User(int id) => new(id, $"user-{id}");

    [Post("/sum")]
    public static Sum Sum(int[] numbers)
    {
        long sum = 0;
        foreach (int number in numbers)
        {
            sum += number;
        }
        return new Sum(sum);
    }

    [Get("/delay/{ms:int}")]
    public static async Task<Reply> Delay(int ms, CancellationToken stop)
    {
        if (ms < 0)
        {
            return Reply.Problem(400, "A delay is not negative.");
        }
        await Task.Delay(ms, stop);
        return Reply.NoContent();
    }
}

public sealed record Message([property: JsonPropertyName("message")] string Text);

public sealed record User(int Id, string Name);

public sealed record Sum([property: JsonPropertyName("sum")] long Total);
