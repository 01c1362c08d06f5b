namespace HyperGen.Tls;

/// <summary>What became of early data (0-RTT) in a handshake.</summary>
internal enum EarlyDataState : byte
{
    /// <summary>The client has offered none.</summary>
    None,

    /// <summary>Offered; the server has not decided, or the client does not know yet how.</summary>
    Offered,

    /// <summary>The server reads it.</summary>
    Accepted,

    /// <summary>The server does not read it: the client sends it again after the handshake.</summary>
    Rejected,
}
