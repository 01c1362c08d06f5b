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

    /// <summary>The reserved version we offer beside the real ones in Version Negotiation packets, so that clients keep ignoring unknown ones.</summary>
    public const uint Grease = 0x1a2a_3a4a;
}
