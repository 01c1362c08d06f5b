using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace HyperGen.CompilerServices;

public static partial class Bind
{
    /// <summary>The body as a stream.</summary>
    public static Stream Stream(RequestContext context) => context.RequestBody.AsStream(leaveOpen: true);

    /// <summary>Reads the body as JSON. It throws nothing that a client could cause.</summary>
    public static ValueTask<RequestBody<T>> JsonAsync<T>(RequestContext context, JsonTypeInfo<T> type) => JsonAsync(context, type, nullIsEmpty: false);

    /// <summary>Reads the body as JSON into a nullable value: <c>null</c> is as good as no body.</summary>
    public static ValueTask<RequestBody<T>> JsonOrNullAsync<T>(RequestContext context, JsonTypeInfo<T> type)
        where T : struct => JsonAsync(context, type, nullIsEmpty: true);

    private static ValueTask<RequestBody<T>> JsonAsync<T>(RequestContext context, JsonTypeInfo<T> type, bool nullIsEmpty)
    {
        if (!HasBody(context))
        {
            return new(RequestBody<T>.Empty);
        }
        if (!IsJson(context.RequestHeaders.ContentType))
        {
            return new(RequestBody<T>.Refused(415, "The body must be JSON in UTF-8: send it with 'Content-Type: application/json'."));
        }
        return ReadAsync(context, type, nullIsEmpty);
    }

    /// <summary>The value of an optional body; null when the request has none.</summary>
    public static T? OrNull<T>(RequestBody<T> body, ref BindingErrors errors)
        where T : struct => body.HasNoValue(ref errors) ? null : body.Or(default, ref errors);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<RequestBody<T>> ReadAsync<T>(RequestContext context, JsonTypeInfo<T> type, bool nullIsEmpty)
    {
        long limit = MaxBody(context);
        if (context.RequestHeaders.ContentLength > limit)
        {
            return TooLarge<T>();
        }
        PipeReader body = context.RequestBody;
        try
        {
            while (true)
            {
                ReadResult read = await body.ReadAsync(context.Aborted);
                if (read.Buffer.Length > limit)
                {
                    body.AdvanceTo(read.Buffer.End);
                    return TooLarge<T>();
                }
                if (read.IsCompleted)
                {
                    try
                    {
                        return read.Buffer.IsEmpty ? RequestBody<T>.Empty : JsonBody.Deserialize(read.Buffer, type, nullIsEmpty);
                    }
                    finally
                    {
                        // A converter of the program may throw: the server must be able to go on to the next request all the same.
                        body.AdvanceTo(read.Buffer.End);
                    }
                }
                if (read.IsCanceled)
                {
                    throw new OperationCanceledException("The reading of the request body was cancelled.");
                }
                body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (BadHttpRequestException e)
        {
            return e.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLarge<T>() : RequestBody<T>.Refused(e.StatusCode, "The request body cannot be read to its end.");
        }
        catch (IOException)
        {
            return RequestBody<T>.Refused(400, "The request body was cut off.");
        }
    }

    /// <summary>The server's limit, which follows <see cref="MaxBodyAttribute"/>; a server that has none of its own, such as TestServer, leaves the attribute's to us.</summary>
    private static long MaxBody(RequestContext context) =>
        context.BorrowedFeatures.Get<IHttpMaxRequestBodySizeFeature>() is { } feature ? feature.MaxRequestBodySize ?? long.MaxValue
        : context.Endpoint?.MaxBody ?? long.MaxValue;

    private static RequestBody<T> TooLarge<T>() => RequestBody<T>.Refused(413, "The request body is larger than this endpoint accepts.");

    /// <summary>Whether a body may follow: the server knows, and where it does not say, the headers do.</summary>
    private static bool HasBody(RequestContext context) =>
        context.BorrowedFeatures.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody
        ?? (context.RequestHeaders.ContentLength is { } length ? length > 0 : context.RequestHeaders.ContainsKey(HeaderNames.TransferEncoding));

    private static bool IsJson(string? contentType)
    {
        if (contentType is null || contentType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || contentType.Equals("application/json; charset=utf-8", StringComparison.OrdinalIgnoreCase))
        {
            return contentType is not null;
        }
        return MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || (type.Type.Equals("application", StringComparison.OrdinalIgnoreCase) && type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)))
            && IsUtf8(HeaderUtilities.RemoveQuotes(type.Charset).AsSpan());
    }

    // ASCII is UTF-8; anything else would have to be transcoded, which JSON (RFC 8259, section 8.1) does not ask for.
    private static bool IsUtf8(ReadOnlySpan<char> charset) =>
        charset.IsEmpty || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase);
}
