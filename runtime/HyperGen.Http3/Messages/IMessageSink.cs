using HyperGen.Http3.Qpack;

namespace HyperGen.Http3.Messages;

/// <summary>Takes the parts of a message as they become known.</summary>
internal interface IMessageSink
{
    /// <summary>A valid header section. For a response, interim ones come before the final one.</summary>
    void OnHead(FieldSection fields, in MessageHead head);

    /// <summary>A header section over the limits: nothing more of the message follows. A server answers 431.</summary>
    void OnOversizedHead();

    /// <summary>The next bytes of the content.</summary>
    /// <returns>How many are taken. Fewer than all stop the reader until it is called with the rest.</returns>
    int OnContent(ReadOnlySpan<byte> content);

    /// <summary>Valid trailers, which are there during the call.</summary>
    void OnTrailers(FieldSection trailers);

    /// <summary>The end of the message, after its trailers if it had any.</summary>
    void OnEnd();
}
