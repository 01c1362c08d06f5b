using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace HyperGen.CompilerServices;

public static partial class Respond
{
    private const string EventStream = "text/event-stream";

    /// <summary>Answers with values as they come: a JSON array, or server-sent events where the request asks for them; null is 404.</summary>
    public static ValueTask Many<T>(RequestContext context, IAsyncEnumerable<T>? source, JsonTypeInfo<T> type)
    {
        if (source is null)
        {
            return NotFound(context);
        }
        context.ResponseHeaders.Append(HeaderNames.Vary, HeaderNames.Accept);
        return WantsEvents(context) ? EventWriter.WriteAsync(context, source, type) : JsonArrayWriter.WriteAsync(context, ResponseHead.Json, source, type);
    }

    /// <summary>Answers with server-sent events; null is 404.</summary>
    public static ValueTask Many<T>(RequestContext context, IAsyncEnumerable<ServerEvent<T>>? source, JsonTypeInfo<T> type) =>
        source is null ? NotFound(context) : EventWriter.WriteAsync(context, source, type);

    /// <summary>Answers with values once their source is there.</summary>
    public static async ValueTask ManyAsync<T>(RequestContext context, ValueTask<IAsyncEnumerable<T>> source, JsonTypeInfo<T> type) =>
        await Many(context, await source, type);

    /// <summary>Answers with server-sent events once their source is there.</summary>
    public static async ValueTask ManyAsync<T>(RequestContext context, ValueTask<IAsyncEnumerable<ServerEvent<T>>> source, JsonTypeInfo<T> type) =>
        await Many(context, await source, type);

    /// <summary>Answers as a reply says.</summary>
    public static ValueTask ReplyMany<T>(RequestContext context, Reply<IAsyncEnumerable<T>> reply, JsonTypeInfo<T> type)
    {
        if (!reply.HasValue || reply.Value is null)
        {
            return reply.Head.WriteAsync(context);
        }
        ResponseHead head = reply.Head.Begin(context);
        return reply.Head.IsEvents ? EventWriter.WriteAsync(context, reply.Value, type)
            : head.Status == 200 ? Many(context, reply.Value, type)
            : JsonArrayWriter.WriteAsync(context, JsonHead(head.Status), reply.Value, type);
    }

    /// <summary>Answers as a reply says.</summary>
    public static ValueTask ReplyMany<T>(RequestContext context, Reply<IAsyncEnumerable<ServerEvent<T>>> reply, JsonTypeInfo<T> type)
    {
        if (!reply.HasValue || reply.Value is null)
        {
            return reply.Head.WriteAsync(context);
        }
        reply.Head.Begin(context);
        return EventWriter.WriteAsync(context, reply.Value, type);
    }

    /// <summary>Answers as a reply says once it is there.</summary>
    public static async ValueTask ReplyManyAsync<T>(RequestContext context, ValueTask<Reply<IAsyncEnumerable<T>>> reply, JsonTypeInfo<T> type) =>
        await ReplyMany(context, await reply, type);

    /// <summary>Answers as a reply says once it is there.</summary>
    public static async ValueTask ReplyManyAsync<T>(RequestContext context, ValueTask<Reply<IAsyncEnumerable<ServerEvent<T>>>> reply, JsonTypeInfo<T> type) =>
        await ReplyMany(context, await reply, type);

    /// <summary>Whether the request names <c>text/event-stream</c> and does not like JSON better.</summary>
    private static bool WantsEvents(RequestContext context)
    {
        if (!context.RequestHeaders.Accept.ToString().Contains(EventStream, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        double events = 0;
        double json = 0;
        if (MediaTypeHeaderValue.TryParseList(context.RequestHeaders.Accept, out IList<MediaTypeHeaderValue>? accepted))
        {
            foreach (MediaTypeHeaderValue type in accepted)
            {
                if (type.MediaType.Equals(EventStream, StringComparison.OrdinalIgnoreCase))
                {
                    events = Math.Max(events, type.Quality ?? 1);
                }
                else if (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
                {
                    json = Math.Max(json, type.Quality ?? 1);
                }
            }
        }
        return events > 0 && events >= json;
    }
}
