using HyperGen.Http3.Priorities;
using HyperGen.Http3.Qpack;

namespace HyperGen.Http3.Messages;

/// <summary>The control data of a valid header section: which lines hold the pseudo-header fields, and the length of the content.</summary>
internal readonly record struct MessageHead
{
    /// <summary><c>:method</c>; of a request.</summary>
    public FieldLine Method { get; init; }

    /// <summary><c>:scheme</c>; of a request other than CONNECT.</summary>
    public FieldLine Scheme { get; init; }

    /// <summary><c>:authority</c>, or <c>host</c> where only that was sent; of a request.</summary>
    public FieldLine Authority { get; init; }

    /// <summary><c>:path</c>; of a request other than CONNECT.</summary>
    public FieldLine Path { get; init; }

    /// <summary>The status code; of a response, 0 for a request.</summary>
    public int Status { get; init; }

    /// <summary>The value of <c>content-length</c>; -1 without it.</summary>
    public long ContentLength { get; init; }

    /// <summary>What the <c>priority</c> field states; of a request.</summary>
    public PriorityParameters Priority { get; init; }

    /// <summary>How many pseudo-header fields come before the first field.</summary>
    public int PseudoCount { get; init; }
}
