using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HyperGen.CompilerServices;

/// <summary>Writes server-sent events (WHATWG HTML, section 9.2), each sent as it comes.</summary>
internal static class EventWriter
{
    public static ValueTask WriteAsync<T>(RequestContext context, IAsyncEnumerable<T> source, JsonTypeInfo<T> type) =>
        WriteAsync(context, Wrap(source, context.Aborted), type);

    public static async ValueTask WriteAsync<T>(RequestContext context, IAsyncEnumerable<ServerEvent<T>> source, JsonTypeInfo<T> type)
    {
        Respond.Begin(context, ResponseHead.Events, length: null);
        IHeaderDictionary headers = context.ResponseHeaders;
        headers.CacheControl = "no-cache,no-store";
        headers.Pragma = "no-cache";
        // Tells compressing middleware to keep its hands off: it would hold events back.
        headers.ContentEncoding = "identity";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        PipeWriter body = context.ResponseBody;
        if (HttpMethods.IsHead(context.Method) || (await body.FlushAsync(context.Aborted)).IsCompleted)
        {
            return;
        }
        try
        {
            await foreach (ServerEvent<T> item in source.WithCancellation(context.Aborted))
            {
                Write(context, body, item, type);
                if ((await body.FlushAsync(context.Aborted)).IsCompleted)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (context.HasClientGone)
        {
            // The usual end of a stream of events. A client that is still there must not take what a time limit left of it for the whole.
        }
    }

    private static void Write<T>(RequestContext context, PipeWriter body, ServerEvent<T> item, JsonTypeInfo<T> type)
    {
        if (item.Type is not null)
        {
            Field(body, "event: "u8, item.Type);
        }
        if (item.Id is not null)
        {
            Field(body, "id: "u8, item.Id);
        }
        if (item.Retry is { } retry)
        {
            Field(body, "retry: "u8, ((long)retry.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        }
        if (item.Data is string text)
        {
            Lines(body, text);
        }
        else
        {
            using JsonBuffer buffer = context.RentJsonBuffer();
            // Indented JSON would be cut into lines.
            Utf8JsonWriter json = buffer.Rent(type.Options, oneLine: true);
            Respond.WriteValue(json, item.Data, type);
            json.Flush();
            body.Write("data: "u8);
            body.Write(buffer.Written);
            body.Write("\n"u8);
        }
        body.Write("\n"u8);
    }

    /// <summary>Writes text as one field for each line, where only CRLF, CR and LF end one, as the client puts it together again.</summary>
    private static void Lines(PipeWriter body, ReadOnlySpan<char> text)
    {
        for (int end; (end = text.IndexOfAny('\r', '\n')) >= 0;)
        {
            Field(body, "data: "u8, text[..end]);
            text = text[(end + (text[end..].StartsWith("\r\n") ? 2 : 1))..];
        }
        Field(body, "data: "u8, text);
    }

    private static void Field(PipeWriter body, ReadOnlySpan<byte> name, ReadOnlySpan<char> value)
    {
        body.Write(name);
        Encoding.UTF8.GetBytes(value, body);
        body.Write("\n"u8);
    }

    private static async IAsyncEnumerable<ServerEvent<T>> Wrap<T>(IAsyncEnumerable<T> source, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (T value in source.WithCancellation(cancellation))
        {
            yield return new ServerEvent<T>(value);
        }
    }
}
