using System.Text;
using HyperGen.Http3;
using HyperGen.Http3.Frames;
using HyperGen.Http3.Messages;
using HyperGen.Http3.Qpack;
using HyperGen.Http3.Streams;

namespace HyperGen.Testing;

/// <summary>A GET of <c>/</c> whose answer nobody looks at.</summary>
internal sealed class EmptyRequest() : RequestStream(isServer: false, new Http3Options())
{
    private static readonly byte[] s_request = Encode();

    public void Send()
    {
        Write(s_request);
        Finish();
    }

    protected override void OnHead(FieldSection fields, in MessageHead head)
    {
    }

    protected override void OnOversizedHead()
    {
    }

    protected override int OnContent(ReadOnlySpan<byte> content) => content.Length;

    protected override void OnEnd()
    {
    }

    protected override void OnReceived()
    {
        if (IsReceived)
        {
            Retire();
        }
    }

    protected override void OnCancelled(ErrorCode code) => Retire();

    protected override void OnWritable()
    {
    }

    private static byte[] Encode()
    {
        var section = new byte[128];
        int length = FieldSectionEncoder.WritePrefix(section);
        foreach ((string name, string value) in new[] { (":method", "GET"), (":scheme", "https"), (":authority", "test"), (":path", "/") })
        {
            length += FieldSectionEncoder.Write(section.AsSpan(length), Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(value));
        }
        var frame = new byte[256];
        int header = FrameWriter.WriteHeader(frame, FrameType.Headers, (ulong)length);
        section.AsSpan(0, length).CopyTo(frame.AsSpan(header));
        return frame[..(header + length)];
    }
}
