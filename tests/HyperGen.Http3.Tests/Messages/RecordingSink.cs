using HyperGen.Http3.Messages;
using HyperGen.Http3.Qpack;

namespace HyperGen.Http3.Tests.Messages;

/// <summary>Writes down what a message consists of.</summary>
internal readonly struct RecordingSink(List<string> log, int takeAtMost = int.MaxValue) : IMessageSink
{
    public void OnHead(FieldSection fields, in MessageHead head) => log.Add("head " + string.Join(' ', fields.ToList().Select(field => $"{field.Name}={field.Value}")));

    public void OnOversizedHead() => log.Add("oversized");

    public int OnContent(ReadOnlySpan<byte> content)
    {
        int taken = Math.Min(takeAtMost, content.Length);
        log.Add("content " + System.Text.Encoding.ASCII.GetString(content[..taken]));
        return taken;
    }

    public void OnEnd() => log.Add("end");
}
