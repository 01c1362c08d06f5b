using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

/// <summary>ECDH over secp256r1 or secp384r1 through <see cref="ECDiffieHellman"/>, which only ever sees points already found to be on the curve.</summary>
internal sealed class BclPrimeCurveKeyShare : KeyShare
{
    private readonly PrimeCurve _curve;
    private readonly ECDiffieHellman _key;
    private readonly byte[] _publicKey;

    public BclPrimeCurveKeyShare(PrimeCurve curve, RandomSource random)
    {
        _curve = curve;
        _publicKey = new byte[curve.PointLength];
        var parameters = new ECParameters { Curve = _curve.Curve, D = new byte[_curve.FieldLength] };
        _curve.DrawPrivateKey(random, parameters.D);
        _key = ECDiffieHellman.Create(parameters);
        CryptographicOperations.ZeroMemory(parameters.D);

        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        _publicKey[0] = 4;
        point.X.CopyTo(_publicKey.AsSpan(1));
        point.Y.CopyTo(_publicKey.AsSpan(1 + _curve.FieldLength));
    }

    public override NamedGroup Group => _curve.Group;

    public override ReadOnlySpan<byte> PublicKey => _publicKey;

    public override bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sharedSecret.Length, _curve.FieldLength);
        if (!_curve.IsUncompressed(peerPublicKey) || !_curve.IsOnCurve(peerPublicKey))
        {
            return false;
        }

        using var peer = ECDiffieHellman.Create(new ECParameters
        {
            Curve = _curve.Curve,
            Q = new ECPoint
            {
                X = peerPublicKey.Slice(1, _curve.FieldLength).ToArray(),
                Y = peerPublicKey.Slice(1 + _curve.FieldLength, _curve.FieldLength).ToArray(),
            },
        });
        using var peerKey = peer.PublicKey;
        var secret = _key.DeriveRawSecretAgreement(peerKey);
        secret.CopyTo(sharedSecret);
        CryptographicOperations.ZeroMemory(secret);
        return true;
    }

    public override void Dispose() => _key.Dispose();
}
