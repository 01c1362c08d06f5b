using HyperGen.Http3;
using HyperGen.Http3.Frames;
using HyperGen.Http3.Messages;
using HyperGen.Http3.Priorities;
using HyperGen.Http3.Qpack;

namespace HyperGen.Fuzz.Targets;

/// <summary>HTTP/3 streams; the first byte says which (control, request, response) and how the bytes are cut.</summary>
internal sealed class Http3Target : Target
{
    public override string Name => "http3";

    public override IEnumerable<byte[]> Seeds =>
    [
        [0x00, 0x04, 0x04, 0x06, 0x50, 0x00, 0x33, 0x01], [0x10, 0x04, 0x00, 0x07, 0x01, 0x00, 0x0d, 0x01, 0x05, 0x21, 0x02, 9, 9],
        [0x30, 0x04, 0x00, 0x80, 0x0f, 0x07, 0x00, 0x04, 0x00, 0x75, 0x3d, 0x35], [0x11, 0x01, 0x05, 0x00, 0x00, 0xd1, 0xd7, 0xc1, 0x00, 0x02, 65, 66],
        [0x21, 0x01, 0x0c, 0x00, 0x00, 0xd1, 0xd7, 0xc1, 0x50, 0x02, 0x68, 0x69, 0x54, 0x01, 0x32, 0x00, 0x02, 65, 66, 0x01, 0x02, 0x00, 0x00],
        [0x12, 0x01, 0x03, 0x00, 0x00, 0xd9, 0x00, 0x05, 1, 2, 3, 4, 5], [0x22, 0x01, 0x03, 0x00, 0x00, 0xff, 0x21, 0x01, 0x00],
    ];

    public override string Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty) return "empty";
        var step = 1 + (input[0] >> 4);
        var kind = input[0] & 3;
        var rest = input[1..];
        return kind is 0 or 3 ? RunControl(kind == 0, step, rest) : RunMessage(kind == 1, step, rest);
    }

    private static string RunControl(bool isServer, int step, ReadOnlySpan<byte> rest)
    {
        var control = new ControlStream(isServer);
        var sink = default(Sink);
        Http3Error error = default;
        while (!rest.IsEmpty && !error.IsError)
        {
            var length = Math.Min(step, rest.Length);
            error = control.Receive(rest[..length], ref sink);
            rest = rest[length..];
        }

        control.Release();
        return error.IsError ? $"control {error.Code}: {error.Reason}" : "control";
    }

    private static string RunMessage(bool isServer, int step, ReadOnlySpan<byte> rest)
    {
        using var reader = new MessageReader(isServer, FieldLimits.Default);
        var sink = default(Sink);
        Http3Error error = default;
        while (!rest.IsEmpty && !error.IsError)
        {
            var length = Math.Min(step, rest.Length);
            error = reader.Receive(rest[..length], isEnd: length == rest.Length, ref sink, out var consumed);
            if (!error.IsError && consumed != length) throw new InvalidOperationException("What the sink took was not consumed.");
            rest = rest[length..];
        }

        return error.IsError ? $"message {error.Code}: {error.Reason}" : $"message {reader.State}";
    }

    private readonly struct Sink : IMessageSink, IControlSink
    {
        public void OnHead(FieldSection fields, in MessageHead head)
        {
            foreach (ref readonly var line in fields.Lines)
            {
                _ = fields.Name(line).Length + fields.Value(line).Length;
            }
        }

        public void OnOversizedHead()
        {
        }

        public int OnContent(ReadOnlySpan<byte> content) => content.Length;

        public void OnTrailers(FieldSection trailers) => OnHead(trailers, default);

        public void OnEnd()
        {
        }

        public Http3Error OnSettings(in Settings settings) => default;

        public void OnGoAway(ulong id)
        {
        }

        public void OnMaxPushId(ulong id)
        {
        }

        public Http3Error OnCancelPush(ulong id) => default;

        public Http3Error OnPriorityUpdate(bool isPush, ulong id, ReadOnlySpan<byte> value)
        {
            PriorityParameters priority = default;
            PriorityParameters.TryRead(value, ref priority);
            return default;
        }
    }
}

/// <summary>QPACK: field sections, Huffman codes, and the two streams; the first byte says which.</summary>
internal sealed class QpackTarget : Target
{
    private readonly byte[] _buffer = new byte[16 * 1024];

    public override string Name => "qpack";

    public override IEnumerable<byte[]> Seeds =>
    [
        [0, 0x00, 0x00, 0xd1, 0xd7, 0xc1], [0, 0x00, 0x00, 0x51, 0x0b, 0x2f, 0x69, 0x6e, 0x64, 0x65, 0x78, 0x2e, 0x68, 0x74, 0x6d, 0x6c],
        [0, 0x00, 0x00, 0x2f, 0x01, 0x61, 0x82, 0xff, 0xff], [0, 0x00, 0x00, 0x5f, 0x50, 0x85, 0x1f, 0x9c, 0x24, 0x3f, 0x1f], [0, 0x02, 0x80, 0x10],
        [1, 0xf1, 0xe3, 0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4, 0xff], [2, 0x20, 0x00], [2, 0x3f, 0xe1, 0x1f], [3, 0x80], [3, 0x40], [3, 0x01],
    ];

    public override string Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty) return "empty";
        var rest = input[1..];
        switch (input[0] & 3)
        {
            case 0:
                using (var fields = new FieldSection(FieldLimits.Default))
                {
                    var error = FieldSectionDecoder.Decode(rest, fields);
                    foreach (ref readonly var line in fields.Lines) _ = fields.Name(line).Length + fields.Value(line).Length;
                    return Describe("section", error) + (fields.IsOverLimit ? ", over its limits" : "");
                }

            case 1:
                var fits = Huffman.MaxDecodedLength(rest.Length);
                if (!Huffman.TryDecode(rest, _buffer.AsSpan(0, fits), out var written)) return "Huffman: malformed";
                if (written > fits) throw new InvalidOperationException("More was decoded than fits.");
                return "Huffman";
            case 2:
                return Describe("encoder stream", EncoderStream.Receive(rest));
            default:
                var stream = new DecoderStream();
                return Describe("decoder stream", stream.Receive(rest));
        }
    }

    private static string Describe(string what, in Http3Error error) => error.IsError ? $"{what} {error.Code}: {error.Reason}" : what;
}
