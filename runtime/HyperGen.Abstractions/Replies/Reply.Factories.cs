using HyperGen.CompilerServices;
using HyperGen.Problems;

namespace HyperGen;

public readonly partial struct Reply
{
    /// <summary>200 without a body.</summary>
    public static Reply Ok() => new(ResponseHead.Ok);

    /// <summary>200 with a value as JSON.</summary>
    /// <param name="value">The value; null is written as <c>null</c>.</param>
    public static Reply<T> Ok<T>(T value) => new(Status(200), value);

    /// <summary>201 without a body.</summary>
    /// <param name="location">Where the new resource is, e.g. from <c>Urls</c>; null for no <c>Location</c> header. What may not stand in a URI is percent-encoded.</param>
    public static Reply Created(string? location = null) =>
        location is null ? Status(201) : new Reply(ResponseHead.For(201, null), headers: new ReplyHeaders("Location", LocationHeader.Encode(location), null));

    /// <summary>201 with the new resource as JSON.</summary>
    /// <param name="location">Where the new resource is, e.g. from <c>Urls</c>; null for no <c>Location</c> header. What may not stand in a URI is percent-encoded.</param>
    /// <param name="value">The new resource.</param>
    public static Reply<T> Created<T>(string? location, T value) => new(Created(location), value);

    /// <summary>204.</summary>
    public static Reply NoContent() => new(ResponseHead.NoContent);

    /// <summary>404 with a problem document.</summary>
    /// <param name="detail">What was not found, for the client; null to say no more.</param>
    public static Reply NotFound(string? detail = null) => Problem(404, detail);

    /// <summary>A status without a body.</summary>
    /// <param name="status">The status, 200 to 599.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is none of a final response.</exception>
    public static Reply Status(int status) => new(status switch
    {
        200 => ResponseHead.Ok,
        204 => ResponseHead.NoContent,
        _ => ResponseHead.For(status, null),
    });

    /// <summary>A status with a value as JSON.</summary>
    /// <param name="status">The status, 200 to 599.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is none of a final response.</exception>
    public static Reply<T> Status<T>(int status, T value) => new(Status(status), value);

    /// <summary>Text in UTF-8.</summary>
    /// <param name="text">The text.</param>
    /// <param name="contentType">The content type. The default is <c>text/plain; charset=utf-8</c>.</param>
    /// <param name="status">The status, 200 to 599. The default is 200.</param>
    /// <exception cref="ArgumentException">The content type holds a control character.</exception>
    public static Reply Text(string text, string? contentType = null, int status = 200)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(contentType is null && status == 200 ? ResponseHead.Text : ResponseHead.For(status, contentType ?? ResponseHead.Text.ContentType), text);
    }

    /// <summary>HTML in UTF-8. The text is sent as it is: encode what users wrote.</summary>
    /// <param name="html">The document.</param>
    /// <param name="status">The status, 200 to 599. The default is 200.</param>
    public static Reply Html(string html, int status = 200) => Text(html, ResponseHead.Html.ContentType, status);

    /// <summary>Bytes, which are sent without being copied first and must not change until then.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="contentType">The content type. The default is <c>application/octet-stream</c>.</param>
    /// <param name="status">The status, 200 to 599. The default is 200.</param>
    /// <exception cref="ArgumentException">The content type holds a control character.</exception>
    public static Reply Bytes(ReadOnlyMemory<byte> content, string? contentType = null, int status = 200) =>
        new(contentType is null && status == 200 ? ResponseHead.Bytes : ResponseHead.For(status, contentType ?? ResponseHead.Bytes.ContentType), bytes: content);

    /// <summary>A stream, read to its end and disposed. For ranges and conditional requests use <c>File</c>.</summary>
    /// <param name="content">The stream, at the place to read from.</param>
    /// <param name="contentType">The content type. The default is <c>application/octet-stream</c>.</param>
    /// <param name="status">The status, 200 to 599. The default is 200.</param>
    /// <exception cref="ArgumentException">The content type holds a control character.</exception>
    public static Reply Stream(Stream content, string? contentType = null, int status = 200)
    {
        ArgumentNullException.ThrowIfNull(content);
        return new(ResponseHead.For(status, contentType ?? ResponseHead.Bytes.ContentType), new StreamBody(content));
    }

    /// <summary>Server-sent events, one for each value as it comes: text as it is, anything else as JSON.</summary>
    /// <param name="source">The values. It is cancelled when the client goes.</param>
    public static Reply<IAsyncEnumerable<T>> Events<T>(IAsyncEnumerable<T> source) => new(new Reply(ResponseHead.Events), source);

    /// <summary>A problem document (RFC 9457), with the id of the trace.</summary>
    /// <param name="status">The status, 400 to 599.</param>
    /// <param name="detail">What went wrong this time; null to say no more than the title.</param>
    /// <param name="title">What goes wrong in general. The default is the phrase of the status.</param>
    /// <param name="type">A URI that identifies the kind of problem. The default points to the status in its RFC.</param>
    /// <param name="instance">A URI that identifies this occurrence; null for none.</param>
    /// <param name="errors">Messages by the name of what they concern; null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is none of an error.</exception>
    public static Reply Problem(
        int status, string? detail = null, string? title = null, string? type = null, string? instance = null,
        IReadOnlyDictionary<string, string[]>? errors = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 599);
        return Of(new Problem(status, detail, title, type, instance, errors));
    }

    /// <summary>A redirection to another path of this server: 302, 301, 307 or 308.</summary>
    /// <remarks>
    /// A text that leads elsewhere (<c>https://…</c>, <c>//host</c>, <c>/\host</c>, <c>javascript:</c>) is answered with 400 instead, so that
    /// a return address taken from the request cannot send users to another site. To leave this server on purpose, pass a <see cref="Uri"/>.
    /// </remarks>
    /// <param name="location">The path, with query and fragment: absolute (<c>/…</c>) or relative. What may not stand in a URI is percent-encoded.</param>
    /// <param name="permanent">Whether clients may remember it. The default is false.</param>
    /// <param name="preserveMethod">Whether the method and body are sent again (307, 308). The default is false.</param>
    public static Reply Redirect(string location, bool permanent = false, bool preserveMethod = false)
    {
        ArgumentNullException.ThrowIfNull(location);
        return LocationHeader.IsLocal(location)
            ? RedirectTo(location, permanent, preserveMethod)
            : Problem(400, "The redirection leads away from this server.");
    }

    /// <summary>A redirection to any HTTP address: 302, 301, 307 or 308.</summary>
    /// <param name="location">An absolute <c>http</c> or <c>https</c> URI.</param>
    /// <param name="permanent">Whether clients may remember it. The default is false.</param>
    /// <param name="preserveMethod">Whether the method and body are sent again (307, 308). The default is false.</param>
    /// <exception cref="ArgumentException">The URI is relative, or of another scheme.</exception>
    public static Reply Redirect(Uri location, bool permanent = false, bool preserveMethod = false)
    {
        ArgumentNullException.ThrowIfNull(location);
        return location.IsAbsoluteUri && (location.Scheme == Uri.UriSchemeHttp || location.Scheme == Uri.UriSchemeHttps)
            ? RedirectTo(location.AbsoluteUri, permanent, preserveMethod)
            : throw new ArgumentException("Redirect to an absolute http or https URI, or pass a string for a path of this server.", nameof(location));
    }

    private static Reply RedirectTo(string location, bool permanent, bool preserveMethod)
    {
        int status = (permanent, preserveMethod) switch
        {
            (false, false) => 302,
            (true, false) => 301,
            (false, true) => 307,
            (true, true) => 308,
        };
        return new Reply(ResponseHead.For(status, null), headers: new ReplyHeaders("Location", LocationHeader.Encode(location), null));
    }
}
