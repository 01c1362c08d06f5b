using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using HyperGen.CompilerServices;
using HyperGen.Http3.Qpack;

namespace HyperGen.Server.Http3;

/// <summary>Response heads as HTTP/3 sends them, each encoded when it is first used.</summary>
internal static class HeadBlocks
{
    private static readonly ConcurrentDictionary<ResponseHead, ResponseBlock> s_heads = new(ReferenceEqualityComparer.Instance);
    private static readonly ResponseBlock?[] s_statuses = new ResponseBlock?[1000];
    private static DateLine s_date = new(0, []);

    /// <summary>The block of a head that generated code made.</summary>
    public static ResponseBlock Of(ResponseHead head) => s_heads.GetOrAdd(head, static head =>
        head.ContentType.Count == 0
            ? ResponseBlock.Create(head.Status)
            : ResponseBlock.Create(head.Status, ("content-type"u8.ToArray(), Encoding.Latin1.GetBytes(head.ContentType.ToString()))));

    /// <summary>The block of a status alone.</summary>
    public static ResponseBlock Of(int status) => s_statuses[status] ??= ResponseBlock.Create(status);

    /// <summary>The <c>date</c> line, encoded once a second.</summary>
    //= https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1
    //# An origin server with a clock MUST generate a Date header field in all 2xx (Successful), 3xx (Redirection), and 4xx (Client Error) responses
    public static ReadOnlySpan<byte> Date()
    {
        long second = Environment.TickCount64 / 1000;
        DateLine line = s_date;
        if (line.Second != second)
        {
            s_date = line = new DateLine(second, Encode(DateTimeOffset.UtcNow));
        }
        return line.Encoded;
    }

    private static byte[] Encode(DateTimeOffset now)
    {
        var buffer = new byte[64];
        return buffer[..FieldSectionEncoder.Write(buffer, "date"u8, Encoding.ASCII.GetBytes(now.ToString("R", CultureInfo.InvariantCulture)))];
    }

    private sealed record DateLine(long Second, byte[] Encoded);
}
