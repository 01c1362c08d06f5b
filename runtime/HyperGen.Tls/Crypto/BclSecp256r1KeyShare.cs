using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

/// <summary>ECDH over secp256r1 through <see cref="ECDiffieHellman"/>, which only ever sees points already found to be on the curve.</summary>
internal sealed class BclSecp256r1KeyShare : KeyShare
{
    private readonly ECDiffieHellman _key;
    private readonly byte[] _publicKey = new byte[Secp256r1.PointLength];

    public BclSecp256r1KeyShare(RandomSource random)
    {
        var parameters = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = new byte[Secp256r1.FieldLength] };
        Secp256r1.DrawPrivateKey(random, parameters.D);
        _key = ECDiffieHellman.Create(parameters);
        CryptographicOperations.ZeroMemory(parameters.D);

        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        _publicKey[0] = 4;
        point.X.CopyTo(_publicKey.AsSpan(1));
        point.Y.CopyTo(_publicKey.AsSpan(1 + Secp256r1.FieldLength));
    }

    public override NamedGroup Group => NamedGroup.Secp256r1;

    public override ReadOnlySpan<byte> PublicKey => _publicKey;

    public override bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sharedSecret.Length, Secp256r1.FieldLength);
        if (!Secp256r1.IsUncompressed(peerPublicKey) || !Secp256r1.IsOnCurve(peerPublicKey))
        {
            return false;
        }

        using var peer = ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint
            {
                X = peerPublicKey.Slice(1, Secp256r1.FieldLength).ToArray(),
                Y = peerPublicKey.Slice(1 + Secp256r1.FieldLength, Secp256r1.FieldLength).ToArray(),
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
