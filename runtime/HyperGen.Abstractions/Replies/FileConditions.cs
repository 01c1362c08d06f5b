using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace HyperGen;

/// <summary>What the conditions and the range of a request make of a file (RFC 9110, sections 13 and 14).</summary>
/// <param name="Status">200, 206, 304, 412 or 416.</param>
/// <param name="Offset">The first byte to send.</param>
/// <param name="Length">How many bytes to send.</param>
internal readonly record struct FileConditions(int Status, long Offset, long Length)
{
    public static FileConditions Evaluate(string method, IHeaderDictionary headers, long length, EntityTagHeaderValue? tag, DateTimeOffset? modified)
    {
        FileConditions whole = new(StatusCodes.Status200OK, 0, length);
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
        {
            return whole;
        }
        RequestHeaders typed = new(headers);
        return Precondition(typed, tag, modified) is { } status ? new FileConditions(status, 0, 0)
            // Section 14.2: a range is for GET alone.
            : !HttpMethods.IsGet(method) || headers.Range.Count == 0 || !IsRangeFor(typed, tag, modified) ? whole
            : Range(typed.Range, length) ?? whole;
    }

    /// <summary>The status that a condition calls for; null when the file is to be sent.</summary>
    private static int? Precondition(RequestHeaders headers, EntityTagHeaderValue? tag, DateTimeOffset? modified)
    {
        // The order is that of section 13.2.2: the dates count only where no tags are given.
        if (headers.IfMatch.Count > 0)
        {
            if (!headers.IfMatch.Any(t => t.Equals(EntityTagHeaderValue.Any) || (tag is not null && t.Compare(tag, useStrongComparison: true))))
            {
                return StatusCodes.Status412PreconditionFailed;
            }
        }
        else if (headers.IfUnmodifiedSince is { } unmodifiedSince && modified > unmodifiedSince)
        {
            return StatusCodes.Status412PreconditionFailed;
        }
        if (headers.IfNoneMatch.Count > 0)
        {
            return headers.IfNoneMatch.Any(t => t.Equals(EntityTagHeaderValue.Any) || (tag is not null && t.Compare(tag, useStrongComparison: false)))
                ? StatusCodes.Status304NotModified
                : null;
        }
        return headers.IfModifiedSince is { } modifiedSince && modified <= modifiedSince ? StatusCodes.Status304NotModified : null;
    }

    /// <summary>Whether the part is still a part of the same file: else the client, which would glue the two together, gets all of it (section 13.1.5).</summary>
    private static bool IsRangeFor(RequestHeaders headers, EntityTagHeaderValue? tag, DateTimeOffset? modified) => headers.IfRange switch
    {
        null => true,
        { EntityTag: { } expected } => tag is not null && expected.Compare(tag, useStrongComparison: true),
        { LastModified: { } expected } => modified == expected,
        _ => false,
    };

    /// <summary>The part to send; null for the whole file: a range that is no byte range, or several at once, may be ignored (section 14.2).</summary>
    private static FileConditions? Range(RangeHeaderValue? range, long length)
    {
        if (range is null || !range.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase) || range.Ranges.Count != 1)
        {
            return null;
        }
        RangeItemHeaderValue item = range.Ranges.First();
        long first = item.From ?? Math.Max(0, length - item.To!.Value);
        long last = item.From is null ? length - 1 : Math.Min(item.To ?? long.MaxValue, length - 1);
        return first < length && last >= first
            ? new FileConditions(StatusCodes.Status206PartialContent, first, last - first + 1)
            : new FileConditions(StatusCodes.Status416RangeNotSatisfiable, 0, 0);
    }
}
