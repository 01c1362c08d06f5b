namespace HyperGen;

/// <summary>
/// What the server knows better than its clients of the priority of an endpoint's responses (RFC 9218). It is sent as the <c>Priority</c> header, for intermediaries, and over HTTP/3 of
/// our own it decides which of a connection's responses goes first: the urgency counts over the client's, and so does <c>incremental</c> where it is true.
/// </summary>
/// <param name="urgency">0 (first) to 7 (last). The default is 3 (RFC 9218, section 4.1).</param>
/// <param name="incremental">Whether the response is of use in parts, as it arrives. The default is false (RFC 9218, section 4.2), and leaves it to the client.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, Inherited = false)]
public sealed class PriorityAttribute(int urgency = 3, bool incremental = false) : Attribute
{
    /// <summary>0 (first) to 7 (last).</summary>
    public int Urgency { get; } = urgency;

    /// <summary>Whether the response is of use in parts, as it arrives.</summary>
    public bool Incremental { get; } = incremental;
}
