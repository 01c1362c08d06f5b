using System.Diagnostics;
using System.Text.Json;
using HyperGen.CompilerServices;

namespace HyperGen.Problems;

/// <summary>Writes problem documents (RFC 9457) without a serializer: the same members in the same order, in every environment.</summary>
internal static class ProblemDocument
{
    /// <summary>The media type of a problem document (RFC 9457, section 3).</summary>
    public const string ContentType = "application/problem+json";

    /// <summary>Answers with a problem document.</summary>
    public static void Write(RequestContext context, in Problem problem)
    {
        using JsonBuffer buffer = context.RentJsonBuffer();
        Utf8JsonWriter json = buffer.Rent();
        json.WriteStartObject();
        json.WriteString("type"u8, problem.Type ?? ProblemTypes.Uri(problem.Status));
        json.WriteString("title"u8, problem.Title ?? ProblemTypes.Title(problem.Status));
        json.WriteNumber("status"u8, problem.Status);
        if (problem.Detail is not null)
        {
            json.WriteString("detail"u8, problem.Detail);
        }
        if (problem.Instance is not null)
        {
            json.WriteString("instance"u8, problem.Instance);
        }
        WriteErrors(json, problem.Errors);
        json.WriteString("traceId"u8, Activity.Current?.Id ?? context.TraceIdentifier);
        if (problem.Exception is not null)
        {
            json.WriteString("exception"u8, problem.Exception.ToString());
        }
        json.WriteEndObject();
        json.Flush();
        // A problem is about this request and this moment: no cache may keep it. What the handler had prepared no longer describes the body.
        context.ResponseHeaders.Remove("ETag");
        context.ResponseHeaders.Remove("Last-Modified");
        context.ResponseHeaders.CacheControl = "no-store";
        context.Write(ResponseHead.For(problem.Status, ContentType), buffer.Written);
    }

    private static void WriteErrors(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, string[]>>? errors)
    {
        if (errors is null)
        {
            return;
        }
        json.WriteStartObject("errors"u8);
        foreach ((string name, string[] messages) in errors)
        {
            json.WriteStartArray(name);
            foreach (string message in messages)
            {
                json.WriteStringValue(message);
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}

/// <summary>The members of a problem document; null leaves one to its default.</summary>
internal readonly record struct Problem(
    int Status,
    string? Detail = null,
    string? Title = null,
    string? Type = null,
    string? Instance = null,
    IEnumerable<KeyValuePair<string, string[]>>? Errors = null,
    Exception? Exception = null);
