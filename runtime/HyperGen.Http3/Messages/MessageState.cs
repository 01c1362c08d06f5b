namespace HyperGen.Http3.Messages;

/// <summary>How far the sequence of frames that makes up a message has come (RFC 9114 section 4.1).</summary>
internal enum MessageState
{
    /// <summary>The header section has not come; of a response, not the final one.</summary>
    Head,

    /// <summary>Content or trailers may come.</summary>
    Content,

    /// <summary>The trailer section has come.</summary>
    Trailers,

    /// <summary>The stream ended where it may end.</summary>
    End,

    /// <summary>The message is of no interest any more: what still comes is dropped.</summary>
    Discarded,
}
