namespace HyperGen.Quic.Tokens;

/// <summary>When a client has to prove its address before a handshake begins, at the price of a round trip.</summary>
internal enum RetryPolicy : byte
{
    /// <summary>While many handshakes are under way, at one source or in all, or memory is short.</summary>
    UnderPressure,

    /// <summary>Never: what is too much is dropped.</summary>
    Never,

    /// <summary>Always, unless the client has a token of an earlier connection.</summary>
    Always,
}
