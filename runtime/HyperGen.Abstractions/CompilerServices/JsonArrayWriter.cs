using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace HyperGen.CompilerServices;

/// <summary>Writes the values of an asynchronous sequence as one JSON array, sending what is there whenever the next value is not.</summary>
internal static class JsonArrayWriter
{
    /// <summary>What is written between two flushes while values come without waiting. Matches the serializer's <c>DefaultBufferSize</c>.</summary>
    private const int FlushBytes = 16 * 1024;

    public static async ValueTask WriteAsync<T>(RequestContext context, ResponseHead head, IAsyncEnumerable<T> source, JsonTypeInfo<T> type)
    {
        await using IAsyncEnumerator<T> values = source.GetAsyncEnumerator(context.Aborted);
        // The first value comes before the head: a source that fails at once is answered as an error, and not with half an array.
        bool more = await values.MoveNextAsync();
        Respond.Begin(context, head, length: null);
        if (HttpMethods.IsHead(context.Method))
        {
            return;
        }
        PipeWriter body = context.ResponseBody;
        using Utf8JsonWriter json = new(body, JsonBuffer.WriterOptions(type.Options));
        json.WriteStartArray();
        while (more)
        {
            Respond.WriteValue(json, values.Current, type);
            ValueTask<bool> next = values.MoveNextAsync();
            if (!next.IsCompleted || json.BytesPending + body.UnflushedBytes >= FlushBytes)
            {
                json.Flush();
                Task<bool> following = next.AsTask();
                bool isRead;
                try
                {
                    isRead = !(await body.FlushAsync(context.Aborted)).IsCompleted;
                }
                catch
                {
                    // A sequence cannot be disposed while it is asked for its next value: that would throw in place of what has happened here.
                    await ((Task)following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    throw;
                }
                more = await following;
                if (!isRead)
                {
                    return;
                }
                continue;
            }
            more = await next;
        }
        json.WriteEndArray();
        json.Flush();
    }
}
