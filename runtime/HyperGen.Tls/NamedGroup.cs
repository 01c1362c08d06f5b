namespace HyperGen.Tls;

/// <summary>The groups of RFC 9846, section 4.3.7, that we know.</summary>
internal enum NamedGroup : ushort
{
    Secp256r1 = 0x0017,
    X25519 = 0x001D,
}

internal static class NamedGroups
{
    /// <summary>Bytes of the longest shared secret, for buffers on the stack. Both groups have secrets of this length.</summary>
    public const int SecretLength = 32;
}
