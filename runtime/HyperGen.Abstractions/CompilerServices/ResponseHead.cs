using System.ComponentModel;
using Microsoft.Extensions.Primitives;

namespace HyperGen.CompilerServices;

/// <summary>The part of a response that is known before the request: made once, written many times, so that no response builds it anew.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ResponseHead
{
    private static readonly ResponseHead?[] s_recent = new ResponseHead?[64];

    /// <summary>Makes a head.</summary>
    /// <param name="status">The status, 200 to 599.</param>
    /// <param name="contentType">The content type; null for a response without a body.</param>
    public ResponseHead(int status, string? contentType = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 200);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 599);
        Status = status;
        ContentType = contentType is null ? StringValues.Empty : HeaderGuard.Value(contentType);
    }

    /// <summary>The status.</summary>
    public int Status { get; }

    /// <summary>The value of <c>Content-Type</c>; empty for none.</summary>
    public StringValues ContentType { get; }

    /// <summary>Whether the status forbids a body and its length (RFC 9110, sections 8.6 and 15.3.6).</summary>
    public bool ForbidsBody => Status is 204 or 205 or 304;

    /// <summary>200 with text.</summary>
    public static ResponseHead Text { get; } = new(200, "text/plain; charset=utf-8");

    /// <summary>200 with HTML.</summary>
    public static ResponseHead Html { get; } = new(200, "text/html; charset=utf-8");

    /// <summary>200 with JSON.</summary>
    public static ResponseHead Json { get; } = new(200, "application/json; charset=utf-8");

    /// <summary>200 with bytes that say nothing of themselves.</summary>
    public static ResponseHead Bytes { get; } = new(200, "application/octet-stream");

    /// <summary>200 with server-sent events.</summary>
    public static ResponseHead Events { get; } = new(200, "text/event-stream");

    /// <summary>200 without a body.</summary>
    public static ResponseHead Ok { get; } = new(200);

    /// <summary>204.</summary>
    public static ResponseHead NoContent { get; } = new(204);

    /// <summary>The head with a status and content type: the same object for the pairs an application uses again and again.</summary>
    /// <param name="status">The status, 200 to 599.</param>
    /// <param name="contentType">The content type; null for none.</param>
    public static ResponseHead For(int status, string? contentType)
    {
        // A race costs a second head, never a wrong one: an entry is checked against what was asked for.
        ref ResponseHead? slot = ref s_recent[(HashCode.Combine(status, contentType) & int.MaxValue) % s_recent.Length];
        ResponseHead? head = slot;
        if (head is null || head.Status != status || !string.Equals(head.ContentType, contentType, StringComparison.Ordinal))
        {
            slot = head = new ResponseHead(status, contentType);
        }
        return head;
    }
}
