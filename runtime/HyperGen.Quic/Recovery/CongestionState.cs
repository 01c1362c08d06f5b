namespace HyperGen.Quic.Recovery;

/// <summary>The states of RFC 9002 section 7.3.</summary>
internal enum CongestionState : byte
{
    /// <summary>The window is below the slow start threshold.</summary>
    SlowStart,

    /// <summary>The window was reduced, and no packet that was sent since has been acknowledged.</summary>
    Recovery,

    /// <summary>The window is at or above the threshold.</summary>
    CongestionAvoidance,
}
