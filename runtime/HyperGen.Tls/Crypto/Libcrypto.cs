using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

/// <summary>The functions of libcrypto that we call, from the very library .NET itself has loaded.</summary>
/// <remarks>
/// Function pointers rather than declared imports: the name of the library follows .NET's choice, and a missing function turns into the BCL
/// fallback instead of an exception. None of them suppresses the GC transition: sealing a batch may take longer than a microsecond, and a
/// collection must not wait for it.
/// </remarks>
internal static unsafe class Libcrypto
{
    public const int NidX25519 = 1034;
    public const int NidSecp256r1 = 415;
    public const int NidSecp384r1 = 715;
    public const int NidEd25519 = 1087;
    public const int CtrlGetTag = 0x10;
    public const int CtrlSetTag = 0x11;
    public const int PointUncompressed = 4;

    /// <summary>Whether .NET uses OpenSSL 3 or later here, and it exports everything below.</summary>
    public static readonly bool IsAvailable;

    public static readonly delegate* unmanaged<nint, byte*, byte*, nint> CipherFetch;
    public static readonly delegate* unmanaged<nint> CipherContextNew;
    public static readonly delegate* unmanaged<nint, void> CipherContextFree;
    public static readonly delegate* unmanaged<nint, nint, nint, byte*, byte*, int, int> CipherInit;
    public static readonly delegate* unmanaged<nint, byte*, int*, byte*, int, int> CipherUpdate;
    public static readonly delegate* unmanaged<nint, byte*, int*, int> CipherFinal;
    public static readonly delegate* unmanaged<nint, int, int, byte*, int> CipherControl;

    public static readonly delegate* unmanaged<void*, int> Sha256Init;
    public static readonly delegate* unmanaged<void*, byte*, nuint, int> Sha256Update;
    public static readonly delegate* unmanaged<byte*, void*, int> Sha256Final;
    public static readonly delegate* unmanaged<void*, int> Sha384Init;
    public static readonly delegate* unmanaged<void*, byte*, nuint, int> Sha384Update;
    public static readonly delegate* unmanaged<byte*, void*, int> Sha384Final;

    public static readonly delegate* unmanaged<int, nint, byte*, nuint, nint> KeyNewRawPrivate;
    public static readonly delegate* unmanaged<int, nint, byte*, nuint, nint> KeyNewRawPublic;
    public static readonly delegate* unmanaged<nint, byte*, nuint*, int> KeyGetRawPublic;
    public static readonly delegate* unmanaged<nint, void> KeyFree;
    public static readonly delegate* unmanaged<nint, nint, nint> KeyContextNew;
    public static readonly delegate* unmanaged<nint, void> KeyContextFree;
    public static readonly delegate* unmanaged<nint, int> DeriveInit;
    public static readonly delegate* unmanaged<nint, nint, int> DeriveSetPeer;
    public static readonly delegate* unmanaged<nint, byte*, nuint*, int> Derive;

    public static readonly delegate* unmanaged<int, nint> GroupNew;
    public static readonly delegate* unmanaged<nint, nint> PointNew;
    public static readonly delegate* unmanaged<nint, void> PointClearFree;
    public static readonly delegate* unmanaged<nint, nint, byte*, nuint, nint, int> PointFromBytes;
    public static readonly delegate* unmanaged<nint, nint, int, byte*, nuint, nint, nuint> PointToBytes;
    public static readonly delegate* unmanaged<nint, nint, nint, nint, nint, nint, int> PointMultiply;
    public static readonly delegate* unmanaged<byte*, int, nint, nint> NumberFromBytes;
    public static readonly delegate* unmanaged<nint, void> NumberClearFree;
    public static readonly delegate* unmanaged<nint> NumberContextNew;
    public static readonly delegate* unmanaged<nint, void> NumberContextFree;

    public static readonly delegate* unmanaged<nint> DigestContextNew;
    public static readonly delegate* unmanaged<nint, void> DigestContextFree;
    public static readonly delegate* unmanaged<nint, nint, nint, nint, nint, int> DigestSignInit;
    public static readonly delegate* unmanaged<nint, byte*, nuint*, byte*, nuint, int> DigestSign;
    public static readonly delegate* unmanaged<nint, nint, nint, nint, nint, int> DigestVerifyInit;
    public static readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int> DigestVerify;

    public static readonly delegate* unmanaged<void> ClearErrors;

    static Libcrypto()
    {
        var library = Load();
        if (library == 0)
        {
            return;
        }

        var complete = true;
        CipherFetch = (delegate* unmanaged<nint, byte*, byte*, nint>)Export("EVP_CIPHER_fetch");
        CipherContextNew = (delegate* unmanaged<nint>)Export("EVP_CIPHER_CTX_new");
        CipherContextFree = (delegate* unmanaged<nint, void>)Export("EVP_CIPHER_CTX_free");
        CipherInit = (delegate* unmanaged<nint, nint, nint, byte*, byte*, int, int>)Export("EVP_CipherInit_ex");
        CipherUpdate = (delegate* unmanaged<nint, byte*, int*, byte*, int, int>)Export("EVP_CipherUpdate");
        CipherFinal = (delegate* unmanaged<nint, byte*, int*, int>)Export("EVP_CipherFinal_ex");
        CipherControl = (delegate* unmanaged<nint, int, int, byte*, int>)Export("EVP_CIPHER_CTX_ctrl");
        Sha256Init = (delegate* unmanaged<void*, int>)Export("SHA256_Init");
        Sha256Update = (delegate* unmanaged<void*, byte*, nuint, int>)Export("SHA256_Update");
        Sha256Final = (delegate* unmanaged<byte*, void*, int>)Export("SHA256_Final");
        Sha384Init = (delegate* unmanaged<void*, int>)Export("SHA384_Init");
        Sha384Update = (delegate* unmanaged<void*, byte*, nuint, int>)Export("SHA384_Update");
        Sha384Final = (delegate* unmanaged<byte*, void*, int>)Export("SHA384_Final");
        KeyNewRawPrivate = (delegate* unmanaged<int, nint, byte*, nuint, nint>)Export("EVP_PKEY_new_raw_private_key");
        KeyNewRawPublic = (delegate* unmanaged<int, nint, byte*, nuint, nint>)Export("EVP_PKEY_new_raw_public_key");
        KeyGetRawPublic = (delegate* unmanaged<nint, byte*, nuint*, int>)Export("EVP_PKEY_get_raw_public_key");
        KeyFree = (delegate* unmanaged<nint, void>)Export("EVP_PKEY_free");
        KeyContextNew = (delegate* unmanaged<nint, nint, nint>)Export("EVP_PKEY_CTX_new");
        KeyContextFree = (delegate* unmanaged<nint, void>)Export("EVP_PKEY_CTX_free");
        DeriveInit = (delegate* unmanaged<nint, int>)Export("EVP_PKEY_derive_init");
        DeriveSetPeer = (delegate* unmanaged<nint, nint, int>)Export("EVP_PKEY_derive_set_peer");
        Derive = (delegate* unmanaged<nint, byte*, nuint*, int>)Export("EVP_PKEY_derive");
        GroupNew = (delegate* unmanaged<int, nint>)Export("EC_GROUP_new_by_curve_name");
        PointNew = (delegate* unmanaged<nint, nint>)Export("EC_POINT_new");
        PointClearFree = (delegate* unmanaged<nint, void>)Export("EC_POINT_clear_free");
        PointFromBytes = (delegate* unmanaged<nint, nint, byte*, nuint, nint, int>)Export("EC_POINT_oct2point");
        PointToBytes = (delegate* unmanaged<nint, nint, int, byte*, nuint, nint, nuint>)Export("EC_POINT_point2oct");
        PointMultiply = (delegate* unmanaged<nint, nint, nint, nint, nint, nint, int>)Export("EC_POINT_mul");
        NumberFromBytes = (delegate* unmanaged<byte*, int, nint, nint>)Export("BN_bin2bn");
        NumberClearFree = (delegate* unmanaged<nint, void>)Export("BN_clear_free");
        NumberContextNew = (delegate* unmanaged<nint>)Export("BN_CTX_secure_new");
        NumberContextFree = (delegate* unmanaged<nint, void>)Export("BN_CTX_free");
        DigestContextNew = (delegate* unmanaged<nint>)Export("EVP_MD_CTX_new");
        DigestContextFree = (delegate* unmanaged<nint, void>)Export("EVP_MD_CTX_free");
        DigestSignInit = (delegate* unmanaged<nint, nint, nint, nint, nint, int>)Export("EVP_DigestSignInit");
        DigestSign = (delegate* unmanaged<nint, byte*, nuint*, byte*, nuint, int>)Export("EVP_DigestSign");
        DigestVerifyInit = (delegate* unmanaged<nint, nint, nint, nint, nint, int>)Export("EVP_DigestVerifyInit");
        DigestVerify = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int>)Export("EVP_DigestVerify");
        ClearErrors = (delegate* unmanaged<void>)Export("ERR_clear_error");
        IsAvailable = complete;

        nint Export(string name)
        {
            complete &= NativeLibrary.TryGetExport(library, name, out var address);
            return address;
        }
    }

    /// <summary>Throws unless a call that cannot fail for anything a peer sends succeeded.</summary>
    /// <exception cref="CryptographicException">It failed: out of memory, or a library that is not what it says.</exception>
    public static void Check(bool succeeded)
    {
        if (!succeeded)
        {
            ClearErrors();
            throw new CryptographicException("A call to libcrypto failed that only fails without memory or in a broken installation of OpenSSL.");
        }
    }

    /// <summary>Finds the library. The loader hands out the copy that is already in the process when the name is the same.</summary>
    private static nint Load()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsFreeBSD())
        {
            return 0;
        }

        try
        {
            var major = SafeEvpPKeyHandle.OpenSslVersion >> 28;
            return major >= 3 && NativeLibrary.TryLoad($"libcrypto.so.{major}", out var library) ? library : 0;
        }
        catch (Exception exception) when (exception is PlatformNotSupportedException or CryptographicException or TypeInitializationException)
        {
            return 0;
        }
    }
}
