using HyperGen.Http3.Messages;
using HyperGen.Http3.Qpack;

namespace HyperGen.Http3.Tests.Messages;

/// <summary>Writes down what a message consists of.</summary>
internal readonly struct RecordingSink(List<string> log, int takeAtMost = int.MaxValue) : IMessageSink
{
    public void OnHead(FieldSection fields, in MessageHead head) => log.Add("head " + Text(fields));

    public void OnOversizedHead() => log.Add("oversized");

    public int OnContent(ReadOnlySpan<byte> content)
    {
        int taken = Math.Min(takeAtMost, content.Length);
        log.Add("content " + System.Text.Encoding.ASCII.GetString(content[..taken]));
        return taken;
    }

    public void OnTrailers(FieldSection trailers) => log.Add("trailers " + Text(trailers));

    public void OnEnd() => log.Add("end");

    private static string Text(FieldSection fields) => string.Join(' ', fields.ToList().Select(field => $"{field.Name}={field.Value}"));
}
