using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

/// <summary>The first bytes of one ChaCha20 block (RFC 8439, section 2.3).</summary>
internal sealed class ChaCha20HeaderProtection : HeaderProtection
{
    private readonly uint[] _key = new uint[8];

    /// <param name="key">32 bytes.</param>
    public ChaCha20HeaderProtection(ReadOnlySpan<byte> key)
    {
        for (var i = 0; i < _key.Length; i++)
        {
            _key[i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
        }
    }

    public override ulong Mask(ReadOnlySpan<byte> sample)
    {
        //= https://www.rfc-editor.org/rfc/rfc9001#section-5.4.4
        //# The first 4 bytes of the sampled ciphertext are the block counter.
        Span<uint> state = stackalloc uint[16];
        state[0] = 0x61707865;
        state[1] = 0x3320646e;
        state[2] = 0x79622d32;
        state[3] = 0x6b206574;
        _key.CopyTo(state[4..]);
        for (var i = 0; i < 4; i++)
        {
            state[12 + i] = BinaryPrimitives.ReadUInt32LittleEndian(sample[(4 * i)..]);
        }

        Span<uint> working = stackalloc uint[16];
        state.CopyTo(working);
        for (var i = 0; i < 10; i++)
        {
            QuarterRound(ref working[0], ref working[4], ref working[8], ref working[12]);
            QuarterRound(ref working[1], ref working[5], ref working[9], ref working[13]);
            QuarterRound(ref working[2], ref working[6], ref working[10], ref working[14]);
            QuarterRound(ref working[3], ref working[7], ref working[11], ref working[15]);
            QuarterRound(ref working[0], ref working[5], ref working[10], ref working[15]);
            QuarterRound(ref working[1], ref working[6], ref working[11], ref working[12]);
            QuarterRound(ref working[2], ref working[7], ref working[8], ref working[13]);
            QuarterRound(ref working[3], ref working[4], ref working[9], ref working[14]);
        }

        var mask = ((ulong)(working[1] + state[1]) << 32) | (working[0] + state[0]);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(state));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(working));
        return mask;
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_key.AsSpan()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRound(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        a += b;
        d = BitOperations.RotateLeft(d ^ a, 16);
        c += d;
        b = BitOperations.RotateLeft(b ^ c, 12);
        a += b;
        d = BitOperations.RotateLeft(d ^ a, 8);
        c += d;
        b = BitOperations.RotateLeft(b ^ c, 7);
    }
}
