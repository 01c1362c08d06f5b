namespace HyperGen.Quic;

/// <summary>The states of the sending part of a stream (RFC 9000 section 3.1).</summary>
internal enum SendState : byte
{
    /// <summary>Created; nothing was sent.</summary>
    Ready,

    /// <summary>Data is being sent.</summary>
    Send,

    /// <summary>Everything including FIN was sent at least once.</summary>
    DataSent,

    /// <summary>Everything was acknowledged. Terminal.</summary>
    DataRecvd,

    /// <summary>RESET_STREAM is on its way.</summary>
    ResetSent,

    /// <summary>RESET_STREAM was acknowledged. Terminal.</summary>
    ResetRecvd,
}
