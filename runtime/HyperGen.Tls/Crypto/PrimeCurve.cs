using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

/// <summary>What both providers need to know of secp256r1 and secp384r1 (SEC 2, sections 2.4.2 and 2.5.1). Immutable.</summary>
internal sealed class PrimeCurve
{
    /// <summary>Bytes of the longest field element, for buffers on the stack.</summary>
    public const int MaxFieldLength = 48;

    public static readonly PrimeCurve Secp256r1 = new(
        NamedGroup.Secp256r1,
        ECCurve.NamedCurves.nistP256,
        prime: "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF",
        b: "5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B",
        order: "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

    public static readonly PrimeCurve Secp384r1 = new(
        NamedGroup.Secp384r1,
        ECCurve.NamedCurves.nistP384,
        prime: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF",
        b: "B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF",
        order: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973");

    private readonly BigInteger _prime;
    private readonly BigInteger _b;
    private readonly byte[] _order;

    private PrimeCurve(NamedGroup group, ECCurve curve, string prime, string b, string order)
    {
        Group = group;
        Curve = curve;
        FieldLength = prime.Length / 2;
        _prime = Parse(prime);
        _b = Parse(b);
        _order = Convert.FromHexString(order);
    }

    public NamedGroup Group { get; }

    /// <summary>The BCL's name of it.</summary>
    public ECCurve Curve { get; }

    /// <summary>Bytes of a coordinate, of a private key and of the shared secret.</summary>
    public int FieldLength { get; }

    /// <summary>Bytes of an uncompressed point: 4, X, Y.</summary>
    public int PointLength => 1 + (2 * FieldLength);

    /// <summary>Whether the bytes have the one form that TLS 1.3 allows.</summary>
    public bool IsUncompressed(ReadOnlySpan<byte> point) => point.Length == PointLength && point[0] == 4;

    /// <summary>Draws a scalar in [1, n-1], uniformly: drawing again when it is outside, which happens once in 2^32 or less.</summary>
    public void DrawPrivateKey(RandomSource random, Span<byte> privateKey)
    {
        do
        {
            random(privateKey);
        }
        while (!IsPrivateKey(privateKey));
    }

    /// <summary>Whether the point's coordinates are in range and satisfy y² = x³ - 3x + b. It is public: the time it takes tells nothing.</summary>
    public bool IsOnCurve(ReadOnlySpan<byte> point)
    {
        var x = new BigInteger(point.Slice(1, FieldLength), isUnsigned: true, isBigEndian: true);
        var y = new BigInteger(point.Slice(1 + FieldLength, FieldLength), isUnsigned: true, isBigEndian: true);
        return x < _prime && y < _prime && ((y * y) - (x * x * x) + (3 * x) - _b) % _prime == 0;
    }

    /// <summary>Whether 0 &lt; d &lt; n, in a time that does not depend on d.</summary>
    private bool IsPrivateKey(ReadOnlySpan<byte> privateKey)
    {
        var borrow = 0;
        var bits = 0;
        for (var i = FieldLength - 1; i >= 0; i--)
        {
            borrow = ((privateKey[i] - _order[i] - borrow) >> 8) & 1;
            bits |= privateKey[i];
        }

        return borrow == 1 & bits != 0;
    }

    private static BigInteger Parse(string hex) => BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
