namespace HyperGen.Tls.Crypto;

/// <summary>Ed25519 (RFC 8032) through libcrypto: .NET has none of its own.</summary>
internal static unsafe class Ed25519
{
    /// <summary>Bytes of a private and of a public key.</summary>
    public const int KeyLength = 32;

    /// <summary>Bytes of a signature.</summary>
    public const int SignatureLength = 64;

    /// <summary>RFC 8410, section 3.</summary>
    public const string ObjectId = "1.3.101.112";

    /// <summary>Whether libcrypto has it: a FIPS installation may not.</summary>
    public static readonly bool IsSupported = Libcrypto.IsAvailable && Probe();

    /// <summary>Whether the signature is the key's. Nothing in either throws.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != KeyLength || signature.Length != SignatureLength)
        {
            return false;
        }

        fixed (byte* keyBytes = publicKey)
        fixed (byte* message = content)
        fixed (byte* signatureBytes = signature)
        {
            var key = Libcrypto.KeyNewRawPublic(Libcrypto.NidEd25519, 0, keyBytes, KeyLength);
            var context = Libcrypto.DigestContextNew();
            Libcrypto.Check(context != 0);
            var isGenuine = key != 0
                && Libcrypto.DigestVerifyInit(context, 0, 0, 0, key) == 1
                && Libcrypto.DigestVerify(context, signatureBytes, SignatureLength, message, (nuint)content.Length) == 1;
            Libcrypto.DigestContextFree(context);
            Libcrypto.KeyFree(key);
            if (!isGenuine)
            {
                Libcrypto.ClearErrors();
            }

            return isGenuine;
        }
    }

    /// <summary>Signs.</summary>
    public static byte[] Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> content)
    {
        var signature = new byte[SignatureLength];
        fixed (byte* keyBytes = privateKey)
        fixed (byte* message = content)
        fixed (byte* target = signature)
        {
            var key = Libcrypto.KeyNewRawPrivate(Libcrypto.NidEd25519, 0, keyBytes, KeyLength);
            var context = Libcrypto.DigestContextNew();
            nuint length = SignatureLength;
            var isSigned = key != 0
                && context != 0
                && Libcrypto.DigestSignInit(context, 0, 0, 0, key) == 1
                && Libcrypto.DigestSign(context, target, &length, message, (nuint)content.Length) == 1;
            Libcrypto.DigestContextFree(context);
            Libcrypto.KeyFree(key);
            Libcrypto.Check(isSigned);
        }

        return signature;
    }

    /// <summary>The public key of a private one.</summary>
    public static byte[] PublicKeyOf(ReadOnlySpan<byte> privateKey)
    {
        var publicKey = new byte[KeyLength];
        fixed (byte* keyBytes = privateKey)
        fixed (byte* target = publicKey)
        {
            var key = Libcrypto.KeyNewRawPrivate(Libcrypto.NidEd25519, 0, keyBytes, KeyLength);
            Libcrypto.Check(key != 0);
            nuint length = KeyLength;
            var succeeded = Libcrypto.KeyGetRawPublic(key, target, &length) == 1;
            Libcrypto.KeyFree(key);
            Libcrypto.Check(succeeded);
        }

        return publicKey;
    }

    private static bool Probe()
    {
        byte* zeros = stackalloc byte[KeyLength];
        new Span<byte>(zeros, KeyLength).Clear();
        var key = Libcrypto.KeyNewRawPrivate(Libcrypto.NidEd25519, 0, zeros, KeyLength);
        if (key == 0)
        {
            Libcrypto.ClearErrors();
            return false;
        }

        Libcrypto.KeyFree(key);
        return true;
    }
}
