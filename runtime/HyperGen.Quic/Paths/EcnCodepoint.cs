namespace HyperGen.Quic;

/// <summary>The two ECN bits of an IP header (RFC 3168).</summary>
internal enum EcnCodepoint : byte
{
    /// <summary>The sender does not use ECN.</summary>
    NotEct = 0,

    /// <summary>ECT(1).</summary>
    Ect1 = 1,

    /// <summary>ECT(0), the one QUIC senders use.</summary>
    Ect0 = 2,

    /// <summary>A router met congestion.</summary>
    CongestionExperienced = 3,
}
