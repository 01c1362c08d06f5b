using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace HyperGen.Server.Pipeline;

/// <summary>The answers (RFC 9457) to requests that never reach an endpoint, made once: a flood of them must cost nothing.</summary>
internal sealed class ProblemDocument
{
    public const string ContentType = "application/problem+json";

    private readonly int _status;
    private readonly byte[] _body;

    private ProblemDocument(int status, string section)
    {
        _status = status;
        _body = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"type":"https://tools.ietf.org/html/rfc9110#section-{{section}}","title":"{{ReasonPhrases.GetReasonPhrase(status)}}","status":{{status}}}"""));
    }

    public static ProblemDocument BadRequest { get; } = new(StatusCodes.Status400BadRequest, "15.5.1");

    public static ProblemDocument NotFound { get; } = new(StatusCodes.Status404NotFound, "15.5.5");

    public static ProblemDocument MethodNotAllowed { get; } = new(StatusCodes.Status405MethodNotAllowed, "15.5.6");

    public void Write(RequestContext context)
    {
        context.StatusCode = _status;
        context.ResponseHeaders.ContentType = ContentType;
        context.ResponseHeaders.ContentLength = _body.Length;
        context.ResponseBody.Write(_body);
    }

    /// <summary>Writes the document of one failure.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The status of the response.</param>
    /// <param name="detail">What a client may know of it; null for nothing.</param>
    /// <param name="exception">The exception, for developers' eyes only; null for none.</param>
    public static void Write(RequestContext context, int status, string? detail, Exception? exception = null)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "about:blank"u8);
            json.WriteString("title"u8, ReasonPhrases.GetReasonPhrase(status));
            json.WriteNumber("status"u8, status);
            if (detail is not null)
            {
                json.WriteString("detail"u8, detail);
            }
            json.WriteString("traceId"u8, Activity.Current?.Id ?? context.TraceIdentifier);
            if (exception is not null)
            {
                json.WriteString("exception"u8, exception.ToString());
            }
            json.WriteEndObject();
        }
        context.ResponseHeaders.Clear();
        context.ResponseHeaders.CacheControl = "no-store";
        context.StatusCode = status;
        context.ResponseHeaders.ContentType = ContentType;
        context.ResponseHeaders.ContentLength = body.WrittenCount;
        context.ResponseBody.Write(body.WrittenSpan);
    }
}
