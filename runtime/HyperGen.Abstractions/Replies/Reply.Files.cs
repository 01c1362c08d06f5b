using HyperGen.CompilerServices;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace HyperGen;

// Files answer ranges (206, 416) and conditions (304, 412) as RFC 9110, sections 13 and 14, say; several ranges at once are answered with the whole file.
public readonly partial struct Reply
{
    /// <summary>A file on disk, with an <c>ETag</c> made of its time and length; 404 when it is not there.</summary>
    /// <remarks>The path is used as it is: one made from a request must be checked first, so that <c>..</c> does not lead out of its folder.</remarks>
    /// <param name="path">The path; one that is not absolute starts from the content root of the application.</param>
    /// <param name="contentType">The content type. The default follows from the extension, and is else <c>application/octet-stream</c>.</param>
    /// <param name="downloadName">The name under which a browser saves the file instead of showing it; null to show it.</param>
    /// <exception cref="ArgumentException">The path is empty or holds NUL, or the content type holds a control character.</exception>
    public static Reply File(string path, string? contentType = null, string? downloadName = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.Contains('\0'))
        {
            throw new ArgumentException("A path must not hold NUL.", nameof(path));
        }
        return new(FileHead(contentType ?? TypeOf(path)), new DiskFileBody(path, downloadName));
    }

    /// <summary>Bytes that are answered as a file, with ranges and conditions.</summary>
    /// <param name="content">The bytes, which must not change until they have been sent.</param>
    /// <param name="contentType">The content type. The default follows from the download name, and is else <c>application/octet-stream</c>.</param>
    /// <param name="downloadName">The name under which a browser saves the file instead of showing it; null to show it.</param>
    /// <param name="lastModified">When the content last changed; null for no <c>Last-Modified</c>.</param>
    /// <param name="etag">The entity tag with its quotes, e.g. <c>"v1"</c> or <c>W/"v1"</c>; null for none.</param>
    /// <exception cref="ArgumentException">The content type holds a control character, or the entity tag is none.</exception>
    public static Reply File(
        ReadOnlyMemory<byte> content, string? contentType = null, string? downloadName = null, DateTimeOffset? lastModified = null, string? etag = null) =>
        new(FileHead(contentType ?? TypeOf(downloadName)), new FileBody(new MemoryContent(content), downloadName, lastModified, Tag(etag)));

    /// <summary>A stream that is answered as a file, with ranges and conditions, from where it stands. It is disposed.</summary>
    /// <param name="content">The stream, which can seek; for any other use <see cref="Stream(System.IO.Stream, string?, int)"/>.</param>
    /// <param name="contentType">The content type. The default follows from the download name, and is else <c>application/octet-stream</c>.</param>
    /// <param name="downloadName">The name under which a browser saves the file instead of showing it; null to show it.</param>
    /// <param name="lastModified">When the content last changed; null for no <c>Last-Modified</c>.</param>
    /// <param name="etag">The entity tag with its quotes, e.g. <c>"v1"</c> or <c>W/"v1"</c>; null for none.</param>
    /// <exception cref="ArgumentException">The stream cannot seek, the content type holds a control character, or the entity tag is none.</exception>
    public static Reply File(Stream content, string? contentType = null, string? downloadName = null, DateTimeOffset? lastModified = null, string? etag = null)
    {
        ArgumentNullException.ThrowIfNull(content);
        return content.CanSeek
            ? new(FileHead(contentType ?? TypeOf(downloadName)), new FileBody(new StreamContent(content), downloadName, lastModified, Tag(etag)))
            : throw new ArgumentException("Ranges need a stream that can seek: answer with Reply.Stream instead.", nameof(content));
    }

    private static ResponseHead FileHead(string? contentType) => contentType is null ? ResponseHead.Bytes : ResponseHead.For(200, contentType);

    private static string? TypeOf(string? name) => name is not null && FileTypes.Known.TryGetContentType(name, out string? type) ? type : null;

    private static EntityTagHeaderValue? Tag(string? etag) => etag is null ? null
        : EntityTagHeaderValue.TryParse(etag, out EntityTagHeaderValue? tag) ? tag
        : throw new ArgumentException("An entity tag is quoted: \"v1\", or W/\"v1\".", nameof(etag));

    /// <summary>Apart, so that only a program which sends files makes the table.</summary>
    private static class FileTypes
    {
        public static readonly FileExtensionContentTypeProvider Known = new();
    }
}
