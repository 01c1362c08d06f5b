using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Aes = System.Runtime.Intrinsics.X86.Aes;

namespace HyperGen.Tls.Crypto;

/// <summary>AES-ECB of one block on the processor's own instructions: 16-20 ns where the BCL takes 1550.</summary>
internal sealed class AesNiHeaderProtection : HeaderProtection
{
    private readonly int _rounds;
    private RoundKeys _keys;

    /// <param name="key">16 or 32 bytes.</param>
    public AesNiHeaderProtection(ReadOnlySpan<byte> key)
    {
        _rounds = key.Length == 16 ? 10 : 14;
        Expand(key, MemoryMarshal.Cast<Vector128<byte>, uint>((Span<Vector128<byte>>)_keys)[..(4 * (_rounds + 1))]);
    }

    public override ulong Mask(ReadOnlySpan<byte> sample)
    {
        ReadOnlySpan<Vector128<byte>> keys = _keys;
        var block = Vector128.Create(sample) ^ keys[0];
        var last = _rounds;
        for (var round = 1; round < last; round++)
        {
            block = Aes.Encrypt(block, keys[round]);
        }

        return Aes.EncryptLast(block, keys[last]).AsUInt64()[0];
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes((Span<Vector128<byte>>)_keys));

    /// <summary>FIPS 197, section 5.2.</summary>
    private static void Expand(ReadOnlySpan<byte> key, Span<uint> words)
    {
        var keyWords = MemoryMarshal.Cast<byte, uint>(key);
        var length = keyWords.Length;
        keyWords.CopyTo(words);
        uint roundConstant = 1;
        for (var i = length; i < words.Length; i++)
        {
            var word = words[i - 1];
            if (i % length == 0)
            {
                word = BitOperations.RotateRight(SubWord(word), 8) ^ roundConstant;
                roundConstant = (roundConstant << 1) ^ (0x11B & (0u - (roundConstant >> 7)));
            }
            else if (length > 6 && i % length == 4)
            {
                word = SubWord(word);
            }

            words[i] = words[i - length] ^ word;
        }
    }

    /// <summary>The S-box without a table: with the word in all four columns, ShiftRows changes nothing.</summary>
    private static uint SubWord(uint word) => Aes.EncryptLast(Vector128.Create(word).AsByte(), Vector128<byte>.Zero).AsUInt32()[0];

    [InlineArray(15)]
    private struct RoundKeys
    {
        private Vector128<byte> _first;
    }
}
