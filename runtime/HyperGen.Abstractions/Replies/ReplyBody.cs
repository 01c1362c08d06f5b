using HyperGen.CompilerServices;
using HyperGen.Problems;

namespace HyperGen;

/// <summary>A body that is more than text or bytes at hand.</summary>
internal abstract class ReplyBody
{
    public abstract ValueTask WriteAsync(RequestContext context, ResponseHead head);
}

/// <summary>A problem document, which is written late because it names the request.</summary>
internal sealed class ProblemBody(Problem problem) : ReplyBody
{
    public override ValueTask WriteAsync(RequestContext context, ResponseHead head)
    {
        ProblemDocument.Write(context, problem);
        return default;
    }
}

/// <summary>A stream, which is read to its end and disposed.</summary>
internal sealed class StreamBody(Stream content) : ReplyBody
{
    public override ValueTask WriteAsync(RequestContext context, ResponseHead head) => Respond.Stream(context, head, content);
}
