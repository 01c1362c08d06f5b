namespace HyperGen.Quic;

/// <summary>The states of the receiving part of a stream (RFC 9000 section 3.2).</summary>
internal enum ReceiveState : byte
{
    /// <summary>Data is arriving, its end is not known.</summary>
    Recv,

    /// <summary>The final size is known, data is missing.</summary>
    SizeKnown,

    /// <summary>Everything arrived and waits to be read.</summary>
    DataRecvd,

    /// <summary>Everything was read. Terminal.</summary>
    DataRead,

    /// <summary>The peer reset the stream.</summary>
    ResetRecvd,

    /// <summary>The reader knows that the peer reset the stream. Terminal.</summary>
    ResetRead,
}
