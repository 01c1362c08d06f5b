using System.Collections.Concurrent;
using System.Text;
using HyperGen.CompilerServices;
using HyperGen.Http3.Frames;
using HyperGen.Http3.Qpack;

namespace HyperGen.Server.Http3;

/// <summary>Response heads as HTTP/3 sends them, each encoded when it is first used.</summary>
internal static class HeadBlocks
{
    private static readonly ConcurrentDictionary<ResponseHead, ResponseBlock> s_heads = new(ReferenceEqualityComparer.Instance);
    private static readonly ConcurrentDictionary<PreloadLinks, byte[]> s_hints = new(ReferenceEqualityComparer.Instance);
    private static readonly ResponseBlock?[] s_statuses = new ResponseBlock?[1000];

    /// <summary>The block of a head that generated code made.</summary>
    public static ResponseBlock Of(ResponseHead head) => s_heads.GetOrAdd(head, static head =>
        head.ContentType.Count == 0
            ? ResponseBlock.Create(head.Status)
            : ResponseBlock.Create(head.Status, ("content-type"u8.ToArray(), Encoding.Latin1.GetBytes(head.ContentType.ToString()))));

    /// <summary>The block of a status alone.</summary>
    public static ResponseBlock Of(int status) => s_statuses[status] ??= ResponseBlock.Create(status);

    /// <summary>The frame with the early hints (RFC 8297) that generated code made.</summary>
    public static byte[] HintsOf(PreloadLinks links) => s_hints.GetOrAdd(links, static links => HintsOf([links.Value.ToString()]));

    /// <summary>A frame with early hints.</summary>
    public static byte[] HintsOf(ReadOnlySpan<string> links)
    {
        var lines = new (byte[], byte[])[links.Length];
        for (int index = 0; index < links.Length; index++)
        {
            lines[index] = ("link"u8.ToArray(), Encoding.ASCII.GetBytes(links[index]));
        }
        ReadOnlySpan<byte> section = ResponseBlock.Create(103, lines).Encoded;
        var frame = new byte[FrameWriter.MaxHeaderLength + section.Length];
        int header = FrameWriter.WriteHeader(frame, FrameType.Headers, (ulong)section.Length);
        section.CopyTo(frame.AsSpan(header));
        return frame[..(header + section.Length)];
    }
}
