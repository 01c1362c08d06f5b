namespace HyperGen.Quic.Wire;

/// <summary>The versions of the wire that matter here.</summary>
internal static class QuicVersion
{
    /// <summary>A Version Negotiation packet.</summary>
    public const uint Negotiation = 0;

    /// <summary>QUIC version 1, RFC 9000.</summary>
    public const uint V1 = 0x0000_0001;

    public static bool IsSupported(uint version) => version == V1;

    //= https://www.rfc-editor.org/rfc/rfc9000#section-15
    //# Versions that follow the pattern 0x?a?a?a?a are reserved for use in
    //# forcing version negotiation to be exercised

    /// <summary>
    /// The reserved version we offer beside the real ones in Version Negotiation packets, so that clients keep ignoring unknown ones. It is never the one that
    /// was refused, which a client would take for a contradiction.
    /// </summary>
    public static uint Grease(uint refused, byte unpredictable)
    {
        var version = 0x0a0a_0a0a | ((unpredictable & 0xf0u) << 8) | ((unpredictable & 0x0fu) << 20);
        return version == refused ? version ^ 0x1000_0000 : version;
    }
}
