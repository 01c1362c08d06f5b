using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

/// <summary>ECDH over secp256r1 or secp384r1 through <c>EC_POINT</c>, whose decoding says false where the BCL would throw.</summary>
internal sealed unsafe class LibcryptoPrimeCurveKeyShare : KeyShare
{
    private readonly PrimeCurve _curve;
    private readonly nint _group;
    private readonly byte[] _privateKey;
    private readonly byte[] _publicKey;

    /// <param name="curve">The curve.</param>
    /// <param name="group">The <c>EC_GROUP</c>, which outlives the share.</param>
    /// <param name="random">Where the private key is drawn from.</param>
    public LibcryptoPrimeCurveKeyShare(PrimeCurve curve, nint group, RandomSource random)
    {
        _curve = curve;
        _group = group;
        _privateKey = new byte[curve.FieldLength];
        _publicKey = new byte[curve.PointLength];
        _curve.DrawPrivateKey(random, _privateKey);
        Libcrypto.Check(TryMultiply([], _publicKey));
    }

    public override NamedGroup Group => _curve.Group;

    public override ReadOnlySpan<byte> PublicKey => _publicKey;

    public override bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sharedSecret.Length, _curve.FieldLength);
        if (!_curve.IsUncompressed(peerPublicKey))
        {
            return false;
        }

        Span<byte> product = stackalloc byte[_curve.PointLength];
        if (!TryMultiply(peerPublicKey, product))
        {
            return false;
        }

        product.Slice(1, _curve.FieldLength).CopyTo(sharedSecret);
        CryptographicOperations.ZeroMemory(product);
        return true;
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(_privateKey);

    /// <summary>The private key times <paramref name="point"/>, or times the generator when that is empty.</summary>
    private bool TryMultiply(ReadOnlySpan<byte> point, Span<byte> product)
    {
        var numbers = Libcrypto.NumberContextNew();
        var result = Libcrypto.PointNew(_group);
        var factor = Libcrypto.PointNew(_group);
        Libcrypto.Check(numbers != 0 && result != 0 && factor != 0);
        bool succeeded;
        fixed (byte* privateKey = _privateKey)
        fixed (byte* pointBytes = point)
        fixed (byte* target = product)
        {
            var scalar = Libcrypto.NumberFromBytes(privateKey, _privateKey.Length, 0);
            Libcrypto.Check(scalar != 0);

            //= https://www.rfc-editor.org/rfc/rfc9846#section-4.3.8.2
            //# peers MUST validate each other's public value Q by ensuring
            //# that the point is a valid point on the elliptic curve.
            // EC_POINT_oct2point does: it fails for coordinates out of range and off the curve.
            succeeded = point.IsEmpty
                ? Libcrypto.PointMultiply(_group, result, scalar, 0, 0, numbers) == 1
                : Libcrypto.PointFromBytes(_group, factor, pointBytes, (nuint)point.Length, numbers) == 1
                    && Libcrypto.PointMultiply(_group, result, 0, factor, scalar, numbers) == 1;
            succeeded = succeeded
                && Libcrypto.PointToBytes(_group, result, Libcrypto.PointUncompressed, target, (nuint)product.Length, numbers) == (nuint)product.Length;
            Libcrypto.NumberClearFree(scalar);
        }

        if (!succeeded)
        {
            Libcrypto.ClearErrors();
        }

        Libcrypto.PointClearFree(factor);
        Libcrypto.PointClearFree(result);
        Libcrypto.NumberContextFree(numbers);
        return succeeded;
    }
}
