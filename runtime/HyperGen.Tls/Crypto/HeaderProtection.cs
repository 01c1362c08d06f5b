using System.Runtime.Intrinsics.X86;

namespace HyperGen.Tls.Crypto;

/// <summary>One header protection key (RFC 9001, section 5.4).</summary>
internal abstract class HeaderProtection : IDisposable
{
    /// <summary>Bytes of ciphertext that the mask is computed from.</summary>
    public const int SampleLength = 16;

    /// <summary>Makes the key's fastest implementation on this processor.</summary>
    /// <param name="algorithm">The AEAD that header protection goes with.</param>
    /// <param name="key">As many bytes as the AEAD's key has.</param>
    public static HeaderProtection Create(AeadAlgorithm algorithm, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, algorithm.KeyLength, nameof(key));
        return algorithm == AeadAlgorithm.ChaCha20Poly1305 ? new ChaCha20HeaderProtection(key)
            : Aes.IsSupported ? new AesNiHeaderProtection(key)
            : new BclAesHeaderProtection(key);
    }

    /// <summary>Computes the mask.</summary>
    /// <param name="sample">16 bytes of ciphertext, beginning 4 bytes after the beginning of the packet number.</param>
    /// <returns>The mask's five bytes, the first (for the packet's first byte) in the lowest eight bits.</returns>
    /// <exception cref="ArgumentException">The sample is shorter than 16 bytes.</exception>
    public abstract ulong Mask(ReadOnlySpan<byte> sample);

    /// <summary>Wipes the key.</summary>
    public abstract void Dispose();
}
