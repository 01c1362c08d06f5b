using System.Globalization;
using System.Numerics;

namespace HyperGen.Tls.Crypto;

/// <summary>What both providers need to know of the curve secp256r1 (SEC 2, section 2.4.2).</summary>
internal static class Secp256r1
{
    /// <summary>Bytes of a coordinate, of a private key and of the shared secret.</summary>
    public const int FieldLength = 32;

    /// <summary>Bytes of an uncompressed point: 4, X, Y.</summary>
    public const int PointLength = 1 + (2 * FieldLength);

    private static readonly BigInteger _prime = Parse("00FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");
    private static readonly BigInteger _b = Parse("005AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B");

    /// <summary>Whether the bytes have the one form that TLS 1.3 allows.</summary>
    public static bool IsUncompressed(ReadOnlySpan<byte> point) => point.Length == PointLength && point[0] == 4;

    /// <summary>The order of the group, n.</summary>
    private static ReadOnlySpan<byte> Order =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ];

    /// <summary>Draws a scalar in [1, n-1], uniformly: drawing again when it is outside, which happens once in 2^32.</summary>
    public static void DrawPrivateKey(RandomSource random, Span<byte> privateKey)
    {
        do
        {
            random(privateKey);
        }
        while (!IsPrivateKey(privateKey));
    }

    /// <summary>Whether 0 &lt; d &lt; n, in a time that does not depend on d.</summary>
    private static bool IsPrivateKey(ReadOnlySpan<byte> privateKey)
    {
        var borrow = 0;
        var bits = 0;
        for (var i = FieldLength - 1; i >= 0; i--)
        {
            borrow = ((privateKey[i] - Order[i] - borrow) >> 8) & 1;
            bits |= privateKey[i];
        }

        return borrow == 1 & bits != 0;
    }

    /// <summary>Whether the point's coordinates are in range and satisfy y² = x³ - 3x + b. It is public: the time it takes tells nothing.</summary>
    public static bool IsOnCurve(ReadOnlySpan<byte> point)
    {
        var x = new BigInteger(point.Slice(1, FieldLength), isUnsigned: true, isBigEndian: true);
        var y = new BigInteger(point.Slice(1 + FieldLength, FieldLength), isUnsigned: true, isBigEndian: true);
        return x < _prime && y < _prime && ((y * y) - (x * x * x) + (3 * x) - _b) % _prime == 0;
    }

    private static BigInteger Parse(string hex) => BigInteger.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
