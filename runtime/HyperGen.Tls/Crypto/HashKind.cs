namespace HyperGen.Tls.Crypto;

/// <summary>The hashes of the TLS 1.3 cipher suites.</summary>
internal enum HashKind : byte
{
    Sha256,
    Sha384,
}

internal static class HashKinds
{
    /// <summary>Bytes of the longest hash, for buffers on the stack.</summary>
    public const int MaxLength = 48;

    extension(HashKind hash)
    {
        /// <summary>Bytes of a digest, and of every secret derived with it.</summary>
        public int Length => hash == HashKind.Sha256 ? 32 : 48;

        /// <summary>Bytes the compression function takes, which HMAC pads its key to.</summary>
        public int BlockLength => hash == HashKind.Sha256 ? 64 : 128;
    }
}
