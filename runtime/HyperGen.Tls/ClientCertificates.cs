namespace HyperGen.Tls;

/// <summary>Whether a server asks clients for a certificate.</summary>
internal enum ClientCertificates : byte
{
    /// <summary>It does not ask.</summary>
    None,

    /// <summary>It asks, and goes on with a client that has none.</summary>
    Request,

    /// <summary>It asks, and ends the handshake of a client that has none.</summary>
    Require,
}
