using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

/// <summary>The function X25519 of RFC 7748, section 5, in constant time: no branch and no index depends on a secret.</summary>
/// <remarks>
/// A field element is five limbs of 51 bits. Additions leave limbs below 2^54; multiplication takes those and returns limbs below 2^52, so that
/// nothing overflows: five products of 2^54 times 19·2^54 stay below 2^116.
/// </remarks>
internal static class X25519
{
    /// <summary>Bytes of a private key, a public key and a shared secret.</summary>
    public const int KeyLength = 32;

    private const ulong Mask = (1UL << 51) - 1;

    /// <summary>u = 9.</summary>
    public static ReadOnlySpan<byte> BasePoint =>
        [9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Writes the u-coordinate of <paramref name="scalar"/> times the point whose u-coordinate is <paramref name="point"/>.</summary>
    public static void Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, Span<byte> product)
    {
        Span<byte> k = stackalloc byte[KeyLength];
        scalar.CopyTo(k);
        k[0] &= 248;
        k[31] = (byte)((k[31] & 127) | 64);

        // The Montgomery ladder, with the names of RFC 7748.
        var x1 = Decode(point);
        var state = new Ladder { X2 = One(), X3 = x1, Z3 = One() };
        var swap = 0UL;
        for (var t = 254; t >= 0; t--)
        {
            var bit = (ulong)(k[t >> 3] >> (t & 7)) & 1;
            swap ^= bit;
            ConditionalSwap(swap, ref state.X2, ref state.X3);
            ConditionalSwap(swap, ref state.Z2, ref state.Z3);
            swap = bit;

            var a = Add(state.X2, state.Z2);
            var aa = Multiply(a, a);
            var b = Subtract(state.X2, state.Z2);
            var bb = Multiply(b, b);
            var e = Subtract(aa, bb);
            var da = Multiply(Subtract(state.X3, state.Z3), a);
            var cb = Multiply(Add(state.X3, state.Z3), b);
            var sum = Add(da, cb);
            var difference = Subtract(da, cb);
            state.X3 = Multiply(sum, sum);
            state.Z3 = Multiply(x1, Multiply(difference, difference));
            state.X2 = Multiply(aa, bb);
            state.Z2 = Multiply(e, Add(aa, MultiplySmall(e, 121665)));
        }

        ConditionalSwap(swap, ref state.X2, ref state.X3);
        ConditionalSwap(swap, ref state.Z2, ref state.Z3);
        Encode(Multiply(state.X2, Invert(state.Z2)), product);

        CryptographicOperations.ZeroMemory(k);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<Ladder>(ref state)));
    }

    private static Element One() => new() { L0 = 1 };

    /// <summary>RFC 7748, section 5: the top bit is ignored, and values from p to 2^255 - 1 are taken modulo p.</summary>
    private static Element Decode(ReadOnlySpan<byte> bytes)
    {
        var w0 = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var w1 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        var w2 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        var w3 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        return new Element
        {
            L0 = w0 & Mask,
            L1 = ((w0 >> 51) | (w1 << 13)) & Mask,
            L2 = ((w1 >> 38) | (w2 << 26)) & Mask,
            L3 = ((w2 >> 25) | (w3 << 39)) & Mask,
            L4 = (w3 >> 12) & Mask,
        };
    }

    private static void Encode(Element value, Span<byte> bytes)
    {
        // Two carries bring every limb below 2^51 but leave the value anywhere below 2p: adding 19 and looking at bit 255 tells whether to subtract p.
        value = Carry(Carry(value));
        var q = (value.L0 + 19) >> 51;
        q = (value.L1 + q) >> 51;
        q = (value.L2 + q) >> 51;
        q = (value.L3 + q) >> 51;
        q = (value.L4 + q) >> 51;
        value.L0 += 19 * q;
        value.L1 += value.L0 >> 51;
        value.L2 += value.L1 >> 51;
        value.L3 += value.L2 >> 51;
        value.L4 += value.L3 >> 51;
        value.L0 &= Mask;
        value.L1 &= Mask;
        value.L2 &= Mask;
        value.L3 &= Mask;
        value.L4 &= Mask;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value.L0 | (value.L1 << 51));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], (value.L1 >> 13) | (value.L2 << 38));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], (value.L2 >> 26) | (value.L3 << 25));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], (value.L3 >> 39) | (value.L4 << 12));
    }

    private static Element Add(in Element a, in Element b) => new()
    {
        L0 = a.L0 + b.L0,
        L1 = a.L1 + b.L1,
        L2 = a.L2 + b.L2,
        L3 = a.L3 + b.L3,
        L4 = a.L4 + b.L4,
    };

    /// <summary>Adds 4p first, so that no limb goes below zero.</summary>
    private static Element Subtract(in Element a, in Element b) => new()
    {
        L0 = a.L0 + (4 * (Mask - 18)) - b.L0,
        L1 = a.L1 + (4 * Mask) - b.L1,
        L2 = a.L2 + (4 * Mask) - b.L2,
        L3 = a.L3 + (4 * Mask) - b.L3,
        L4 = a.L4 + (4 * Mask) - b.L4,
    };

    private static Element Multiply(in Element a, in Element b)
    {
        // 2^255 = 19 (mod p): what lands above limb 4 comes back 19-fold.
        var b1 = b.L1 * 19;
        var b2 = b.L2 * 19;
        var b3 = b.L3 * 19;
        var b4 = b.L4 * 19;
        var r0 = Product(a.L0, b.L0) + Product(a.L1, b4) + Product(a.L2, b3) + Product(a.L3, b2) + Product(a.L4, b1);
        var r1 = Product(a.L0, b.L1) + Product(a.L1, b.L0) + Product(a.L2, b4) + Product(a.L3, b3) + Product(a.L4, b2);
        var r2 = Product(a.L0, b.L2) + Product(a.L1, b.L1) + Product(a.L2, b.L0) + Product(a.L3, b4) + Product(a.L4, b3);
        var r3 = Product(a.L0, b.L3) + Product(a.L1, b.L2) + Product(a.L2, b.L1) + Product(a.L3, b.L0) + Product(a.L4, b4);
        var r4 = Product(a.L0, b.L4) + Product(a.L1, b.L3) + Product(a.L2, b.L2) + Product(a.L3, b.L1) + Product(a.L4, b.L0);
        return Reduce(r0, r1, r2, r3, r4);
    }

    private static Element MultiplySmall(in Element a, ulong factor) => Reduce(
        Product(a.L0, factor), Product(a.L1, factor), Product(a.L2, factor), Product(a.L3, factor), Product(a.L4, factor));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UInt128 Product(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return new UInt128(high, low);
    }

    private static Element Reduce(UInt128 r0, UInt128 r1, UInt128 r2, UInt128 r3, UInt128 r4)
    {
        r1 += r0 >> 51;
        r2 += r1 >> 51;
        r3 += r2 >> 51;
        r4 += r3 >> 51;
        var carry = (ulong)(r4 >> 51);
        var l0 = ((ulong)r0 & Mask) + (carry * 19);
        return new Element
        {
            L0 = l0 & Mask,
            L1 = ((ulong)r1 & Mask) + (l0 >> 51),
            L2 = (ulong)r2 & Mask,
            L3 = (ulong)r3 & Mask,
            L4 = (ulong)r4 & Mask,
        };
    }

    private static Element Carry(Element a)
    {
        a.L1 += a.L0 >> 51;
        a.L2 += a.L1 >> 51;
        a.L3 += a.L2 >> 51;
        a.L4 += a.L3 >> 51;
        var carry = a.L4 >> 51;
        return new Element { L0 = (a.L0 & Mask) + (carry * 19), L1 = a.L1 & Mask, L2 = a.L2 & Mask, L3 = a.L3 & Mask, L4 = a.L4 & Mask };
    }

    /// <summary>z^(p-2), the inverse by Fermat: p - 2 = 2^255 - 21, whose bits are all ones but bits 2 and 4.</summary>
    private static Element Invert(in Element z)
    {
        var result = One();
        for (var bit = 254; bit >= 0; bit--)
        {
            result = Multiply(result, result);
            if (bit is not (2 or 4))
            {
                result = Multiply(result, z);
            }
        }

        return result;
    }

    private static void ConditionalSwap(ulong swap, ref Element a, ref Element b)
    {
        var mask = 0UL - swap;
        Exchange(mask, ref a.L0, ref b.L0);
        Exchange(mask, ref a.L1, ref b.L1);
        Exchange(mask, ref a.L2, ref b.L2);
        Exchange(mask, ref a.L3, ref b.L3);
        Exchange(mask, ref a.L4, ref b.L4);
    }

    private static void Exchange(ulong mask, ref ulong a, ref ulong b)
    {
        var difference = mask & (a ^ b);
        a ^= difference;
        b ^= difference;
    }

    private struct Element
    {
        public ulong L0;
        public ulong L1;
        public ulong L2;
        public ulong L3;
        public ulong L4;
    }

    private struct Ladder
    {
        public Element X2;
        public Element Z2;
        public Element X3;
        public Element Z3;
    }
}
