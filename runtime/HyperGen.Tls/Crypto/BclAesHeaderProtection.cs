using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

/// <summary>AES-ECB through the BCL, where the processor has no AES instructions that we use.</summary>
internal sealed class BclAesHeaderProtection : HeaderProtection
{
    private readonly Aes _aes = Aes.Create();

    /// <param name="key">16 or 32 bytes.</param>
    public BclAesHeaderProtection(ReadOnlySpan<byte> key)
    {
        var copy = key.ToArray();
        _aes.Key = copy;
        CryptographicOperations.ZeroMemory(copy);
    }

    public override ulong Mask(ReadOnlySpan<byte> sample)
    {
        Span<byte> mask = stackalloc byte[SampleLength];
        _aes.EncryptEcb(sample[..SampleLength], mask, PaddingMode.None);
        return BinaryPrimitives.ReadUInt64LittleEndian(mask);
    }

    public override void Dispose() => _aes.Dispose();
}
