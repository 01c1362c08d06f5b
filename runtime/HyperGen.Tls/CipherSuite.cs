using HyperGen.Tls.Crypto;

namespace HyperGen.Tls;

/// <summary>A TLS 1.3 cipher suite: an AEAD and a hash.</summary>
internal sealed class CipherSuite
{
    public static readonly CipherSuite Aes128GcmSha256 = new(0x1301, "TLS_AES_128_GCM_SHA256", AeadAlgorithm.Aes128Gcm, HashKind.Sha256);
    public static readonly CipherSuite Aes256GcmSha384 = new(0x1302, "TLS_AES_256_GCM_SHA384", AeadAlgorithm.Aes256Gcm, HashKind.Sha384);
    public static readonly CipherSuite ChaCha20Poly1305Sha256 =
        new(0x1303, "TLS_CHACHA20_POLY1305_SHA256", AeadAlgorithm.ChaCha20Poly1305, HashKind.Sha256);

    private CipherSuite(ushort id, string name, AeadAlgorithm aead, HashKind hash)
    {
        Id = id;
        Name = name;
        Aead = aead;
        Hash = hash;
    }

    /// <summary>The value on the wire.</summary>
    public ushort Id { get; }

    /// <summary>IANA's name.</summary>
    public string Name { get; }

    /// <summary>What protects packets.</summary>
    public AeadAlgorithm Aead { get; }

    /// <summary>The hash of the transcript and of every key derivation.</summary>
    public HashKind Hash { get; }

    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.3
    //# A cipher suite MUST NOT be negotiated unless a header protection scheme is defined for
    //# the cipher suite.

    /// <summary>The suite with this value, or null when we do not know it (which is no error: see GREASE, RFC 8701).</summary>
    public static CipherSuite? Find(int id) => id switch
    {
        0x1301 => Aes128GcmSha256,
        0x1302 => Aes256GcmSha384,
        0x1303 => ChaCha20Poly1305Sha256,
        _ => null,
    };

    public override string ToString() => Name;
}
