using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

/// <summary>OpenSSL's libcrypto, as loaded by .NET.</summary>
internal sealed unsafe class LibcryptoProvider : CryptoProvider
{
    private readonly nint _aes128Gcm = Fetch("AES-128-GCM"u8);
    private readonly nint _aes256Gcm = Fetch("AES-256-GCM"u8);

    /// <summary>Zero where a FIPS installation leaves it out.</summary>
    private readonly nint _chaCha20Poly1305 = Fetch("ChaCha20-Poly1305"u8);

    private readonly nint _secp256r1 = Libcrypto.GroupNew(Libcrypto.NidSecp256r1);
    private readonly nint _secp384r1 = Libcrypto.GroupNew(Libcrypto.NidSecp384r1);

    public override string Name => "libcrypto";

    public override bool IsSupported(AeadAlgorithm algorithm) => Cipher(algorithm) != 0;

    public override Aead CreateAead(AeadAlgorithm algorithm, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, algorithm.KeyLength, nameof(key));
        return new LibcryptoAead(Cipher(algorithm), key);
    }

    public override TranscriptHash CreateTranscriptHash(HashKind hash) => new LibcryptoTranscriptHash(hash);

    public override bool IsSupported(SignatureScheme scheme) => scheme != SignatureScheme.Ed25519 || Ed25519.IsSupported;

    protected override KeyShare CreateCurveKeyShare(NamedGroup group, RandomSource random) => group switch
    {
        NamedGroup.X25519 => new LibcryptoX25519KeyShare(random),
        NamedGroup.Secp256r1 => new LibcryptoPrimeCurveKeyShare(PrimeCurve.Secp256r1, _secp256r1, random),
        NamedGroup.Secp384r1 => new LibcryptoPrimeCurveKeyShare(PrimeCurve.Secp384r1, _secp384r1, random),
        _ => throw new ArgumentOutOfRangeException(nameof(group), group, "Ask IsSupported before making a key share."),
    };

    public override void Hmac(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        Span<byte> pad = stackalloc byte[hash.BlockLength];
        Span<byte> inner = stackalloc byte[hash.Length];
        Sha2State state = default;
        pad.Clear();
        if (key.Length > pad.Length)
        {
            state.Start(hash);
            state.Append(hash, key);
            state.Finish(hash, pad);
        }
        else
        {
            key.CopyTo(pad);
        }

        Xor(pad, 0x36);
        state.Start(hash);
        state.Append(hash, pad);
        state.Append(hash, message);
        state.Finish(hash, inner);

        Xor(pad, 0x36 ^ 0x5c);
        state.Start(hash);
        state.Append(hash, pad);
        state.Append(hash, inner);
        state.Finish(hash, mac);

        CryptographicOperations.ZeroMemory(pad);
        CryptographicOperations.ZeroMemory(inner);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<Sha2State>(ref state)));
    }

    private static void Xor(Span<byte> block, byte value)
    {
        foreach (ref var element in block)
        {
            element ^= value;
        }
    }

    /// <summary>Fetched once: looking an algorithm up by name takes a lock in libcrypto.</summary>
    private static nint Fetch(ReadOnlySpan<byte> name)
    {
        fixed (byte* terminated = name)
        {
            var cipher = Libcrypto.CipherFetch(0, terminated, null);
            if (cipher == 0)
            {
                Libcrypto.ClearErrors();
            }

            return cipher;
        }
    }

    private nint Cipher(AeadAlgorithm algorithm) => algorithm switch
    {
        AeadAlgorithm.Aes128Gcm => _aes128Gcm,
        AeadAlgorithm.Aes256Gcm => _aes256Gcm,
        _ => _chaCha20Poly1305,
    };
}
