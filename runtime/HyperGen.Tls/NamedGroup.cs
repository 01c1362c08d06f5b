namespace HyperGen.Tls;

/// <summary>The groups that we know: of RFC 9846, section 4.3.7, and the hybrid of draft-ietf-tls-ecdhe-mlkem.</summary>
internal enum NamedGroup : ushort
{
    Secp256r1 = 0x0017,
    Secp384r1 = 0x0018,
    X25519 = 0x001D,

    /// <summary>ML-KEM-768 and X25519 together: safe as long as either is, so that what is recorded today stays closed to tomorrow's quantum computer.</summary>
    X25519MlKem768 = 0x11EC,
}

internal static class NamedGroups
{
    /// <summary>Bytes of the longest shared secret, for buffers on the stack.</summary>
    public const int MaxSecretLength = 64;

    extension(NamedGroup group)
    {
        /// <summary>Bytes of the shared secret.</summary>
        public int SecretLength => group switch
        {
            NamedGroup.Secp384r1 => 48,
            NamedGroup.X25519MlKem768 => 64,
            _ => 32,
        };
    }
}
