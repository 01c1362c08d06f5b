using System.Buffers.Binary;
using System.Numerics;

namespace HyperGen.Quic.Admission;

/// <summary>SipHash-1-3 under a key of the endpoint's own, for maps whose keys a stranger chooses: without the key nobody can choose their buckets.</summary>
internal readonly struct KeyedHash
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyLength = 16;

    private readonly ulong _key0;
    private readonly ulong _key1;

    /// <param name="key"><see cref="KeyLength" /> random bytes.</param>
    public KeyedHash(ReadOnlySpan<byte> key)
    {
        _key0 = BinaryPrimitives.ReadUInt64LittleEndian(key);
        _key1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]);
    }

    /// <summary>The hash of any bytes.</summary>
    public int Of(ReadOnlySpan<byte> bytes)
    {
        var v0 = _key0 ^ 0x736f6d6570736575;
        var v1 = _key1 ^ 0x646f72616e646f6d;
        var v2 = _key0 ^ 0x6c7967656e657261;
        var v3 = _key1 ^ 0x7465646279746573;
        var last = (ulong)bytes.Length << 56;
        while (bytes.Length >= 8)
        {
            Compress(BinaryPrimitives.ReadUInt64LittleEndian(bytes), ref v0, ref v1, ref v2, ref v3);
            bytes = bytes[8..];
        }

        for (var i = 0; i < bytes.Length; i++) last |= (ulong)bytes[i] << (8 * i);
        Compress(last, ref v0, ref v1, ref v2, ref v3);
        v2 ^= 0xff;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        var hash = v0 ^ v1 ^ v2 ^ v3;
        return (int)(hash ^ (hash >> 32));
    }

    private static void Compress(ulong word, ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v3 ^= word;
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= word;
    }

    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
