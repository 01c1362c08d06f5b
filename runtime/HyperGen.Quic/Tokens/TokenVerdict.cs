namespace HyperGen.Quic.Tokens;

/// <summary>What the token of an Initial packet proves.</summary>
internal enum TokenVerdict : byte
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
    //# If the token is invalid, then the
    //# server SHOULD proceed as if the client did not have a validated
    //# address, including potentially sending a Retry packet.

    /// <summary>Nothing: there is none, it is not ours, or it is an expired or used one of a NEW_TOKEN frame.</summary>
    None,

    /// <summary>The client's address, a moment ago, in this very handshake.</summary>
    Retry,

    /// <summary>The client's address, in an earlier connection.</summary>
    NewToken,

    /// <summary>It claims to be of a Retry and is not: the client takes no second Retry, so that this connection cannot be.</summary>
    InvalidRetry,
}
