namespace HyperGen.Tls.Crypto;

/// <summary>The AEADs that protect QUIC packets. All have a 12-byte nonce and a 16-byte tag.</summary>
internal enum AeadAlgorithm : byte
{
    Aes128Gcm,
    Aes256Gcm,
    ChaCha20Poly1305,
}

internal static class AeadAlgorithms
{
    extension(AeadAlgorithm algorithm)
    {
        /// <summary>Bytes of a key, of the AEAD and of the header protection that goes with it.</summary>
        public int KeyLength => algorithm == AeadAlgorithm.Aes128Gcm ? 16 : 32;
    }
}
