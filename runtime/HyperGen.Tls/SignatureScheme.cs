namespace HyperGen.Tls;

/// <summary>The signature algorithms of RFC 9846, section 4.3.3, that we know.</summary>
internal enum SignatureScheme : ushort
{
    /// <summary>In certificates only, as are the other two of its kind.</summary>
    RsaPkcs1Sha256 = 0x0401,
    EcdsaSecp256r1Sha256 = 0x0403,
    RsaPkcs1Sha384 = 0x0501,
    EcdsaSecp384r1Sha384 = 0x0503,
    RsaPkcs1Sha512 = 0x0601,

    /// <summary>In certificates only.</summary>
    EcdsaSecp521r1Sha512 = 0x0603,
    RsaPssRsaeSha256 = 0x0804,
    RsaPssRsaeSha384 = 0x0805,
    RsaPssRsaeSha512 = 0x0806,
    Ed25519 = 0x0807,
}
