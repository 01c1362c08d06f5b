namespace HyperGen;

/// <summary>The priority of an endpoint's responses where the client states none (RFC 9218), sent to intermediaries as the <c>Priority</c> header.</summary>
/// <param name="urgency">0 (first) to 7 (last). The default is 3 (RFC 9218, section 4.1).</param>
/// <param name="incremental">Whether the response is of use in parts, as it arrives. The default is false (RFC 9218, section 4.2).</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, Inherited = false)]
public sealed class PriorityAttribute(int urgency = 3, bool incremental = false) : Attribute
{
    /// <summary>0 (first) to 7 (last).</summary>
    public int Urgency { get; } = urgency;

    /// <summary>Whether the response is of use in parts, as it arrives.</summary>
    public bool Incremental { get; } = incremental;
}
