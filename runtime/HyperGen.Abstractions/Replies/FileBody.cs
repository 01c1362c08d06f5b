using System.Globalization;
using HyperGen.CompilerServices;
using HyperGen.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;

namespace HyperGen;

/// <summary>A file, of which a client may ask for a part, and which it need not be sent again while it has not changed.</summary>
internal sealed class FileBody(FileContent content, string? downloadName, DateTimeOffset? lastModified, EntityTagHeaderValue? tag) : ReplyBody
{
    public override ValueTask WriteAsync(RequestContext context, ResponseHead head) => WriteAsync(context, head, content, downloadName, lastModified, tag);

    public static async ValueTask WriteAsync(
        RequestContext context, ResponseHead head, FileContent content, string? downloadName, DateTimeOffset? lastModified, EntityTagHeaderValue? tag)
    {
        await using (content)
        {
            // HTTP dates have whole seconds; a file that is newer by less would seem modified for ever.
            DateTimeOffset? modified = lastModified is { } time ? time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond)).ToUniversalTime() : null;
            FileConditions answer = FileConditions.Evaluate(context.Method, context.RequestHeaders, content.Length, tag, modified);
            IHeaderDictionary headers = context.ResponseHeaders;
            if (answer.Status == StatusCodes.Status416RangeNotSatisfiable)
            {
                headers.ContentRange = new ContentRangeHeaderValue(content.Length).ToString();
                ProblemDocument.Write(context, new Problem(answer.Status, "The file has no such range."));
                return;
            }
            if (answer.Status == StatusCodes.Status412PreconditionFailed)
            {
                ProblemDocument.Write(context, new Problem(answer.Status, "The file is not in the state that the request expects."));
                return;
            }
            headers.AcceptRanges = "bytes";
            if (tag is not null)
            {
                headers.ETag = tag.ToString();
            }
            if (modified is not null)
            {
                headers.LastModified = HeaderUtilities.FormatDate(modified.Value);
            }
            if (answer.Status == StatusCodes.Status304NotModified)
            {
                context.StatusCode = answer.Status;
                return;
            }
            if (downloadName is not null)
            {
                headers.ContentDisposition = Attachment(downloadName);
            }
            if (answer.Status == StatusCodes.Status206PartialContent)
            {
                headers.ContentRange = new ContentRangeHeaderValue(answer.Offset, answer.Offset + answer.Length - 1, content.Length).ToString();
            }
            Respond.Begin(context, answer.Status == StatusCodes.Status206PartialContent ? ResponseHead.For(answer.Status, head.ContentType) : head, answer.Length);
            if (!HttpMethods.IsHead(context.Method) && !head.ForbidsBody)
            {
                await content.CopyAsync(context.ResponseBody, answer.Offset, answer.Length, context.Aborted);
            }
        }
    }

    /// <summary>The name is quoted, and encoded where it is not ASCII (RFC 6266): nothing in it can end the header.</summary>
    private static string Attachment(string downloadName)
    {
        ContentDispositionHeaderValue disposition = new("attachment");
        disposition.SetHttpFileName(downloadName);
        return disposition.ToString();
    }
}

/// <summary>A file on disk, opened when it is sent; one that is not there is 404.</summary>
internal sealed class DiskFileBody(string path, string? downloadName) : ReplyBody
{
    public override ValueTask WriteAsync(RequestContext context, ResponseHead head)
    {
        string full = Path.IsPathFullyQualified(path) ? path : Path.Combine(ContentRoot(context), path);
        FileInfo file = new(full);
        if (!file.Exists)
        {
            return Respond.NotFound(context);
        }
        DateTimeOffset modified = file.LastWriteTimeUtc;
        EntityTagHeaderValue tag = new(string.Create(CultureInfo.InvariantCulture, $"\"{modified.UtcTicks:x}-{file.Length:x}\""));
        DiskContent content = new(System.IO.File.OpenHandle(full, options: FileOptions.Asynchronous | FileOptions.SequentialScan));
        return FileBody.WriteAsync(context, head, content, downloadName, modified, tag);
    }

    private static string ContentRoot(RequestContext context) =>
        context.Services.GetService<IHostEnvironment>()?.ContentRootPath ?? AppContext.BaseDirectory;
}
