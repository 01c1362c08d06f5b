namespace HyperGen.Quic.Streams;

/// <summary>Events of a stream that are queued or wanted, so that none is queued twice.</summary>
[Flags]
internal enum StreamEvents : byte
{
    None = 0,

    /// <summary>Readable is in the queue.</summary>
    Readable = 1,

    /// <summary>Writable is in the queue.</summary>
    Writable = 2,

    /// <summary>The writer was out of capacity and waits to hear of more.</summary>
    WantsWritable = 4,
}
