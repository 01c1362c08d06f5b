using HyperGen.Http3.Frames;

namespace HyperGen.Http3.Tests.Messages;

/// <summary>Frames as bytes.</summary>
internal static class Wire
{
    public static readonly (string, string)[] Get = [(":method", "GET"), (":scheme", "https"), (":authority", "example.com"), (":path", "/")];

    public static byte[] Frame(ulong type, params ReadOnlySpan<byte> payload)
    {
        var buffer = new byte[FrameWriter.MaxHeaderLength + payload.Length];
        int written = FrameWriter.WriteHeader(buffer, (FrameType)type, (ulong)payload.Length);
        payload.CopyTo(buffer.AsSpan(written));
        return buffer[..(written + payload.Length)];
    }

    public static byte[] Headers(params IEnumerable<(string, string)> fields) => Frame(1, Lists.Encode(true, fields));

    public static byte[] Data(string text) => Frame(0, System.Text.Encoding.ASCII.GetBytes(text));
}
