using System.Diagnostics;
using System.Security.Cryptography;

namespace HyperGen.Tls.Crypto;

/// <summary>The primitives that TLS and QUIC need, from one library. Nothing above this seam knows which.</summary>
/// <remarks>A provider is immutable and may be used by all threads; what it creates belongs to one.</remarks>
internal abstract class CryptoProvider
{
    /// <summary>The runtime switch that selects the BCL's primitives even where libcrypto is present.</summary>
    public const string BclSwitch = "HyperGen.Tls.UseBclCrypto";

    private const int MaxLabelLength = 249;

    /// <summary>libcrypto where .NET itself uses it and it has what we need, the BCL elsewhere or when <see cref="BclSwitch"/> says so.</summary>
    public static CryptoProvider Default { get; } =
        Libcrypto.IsAvailable && !(AppContext.TryGetSwitch(BclSwitch, out var bcl) && bcl) ? new LibcryptoProvider() : new BclProvider();

    /// <summary>The library's name, for the start-up log and the tests' display names.</summary>
    public abstract string Name { get; }

    public override string ToString() => Name;

    /// <summary>Whether the AEAD can be used on this system. AES-128-GCM always can.</summary>
    public abstract bool IsSupported(AeadAlgorithm algorithm);

    /// <param name="algorithm">An AEAD for which <see cref="IsSupported(AeadAlgorithm)"/> is true.</param>
    /// <param name="key">As many bytes as the algorithm's key has.</param>
    public abstract Aead CreateAead(AeadAlgorithm algorithm, ReadOnlySpan<byte> key);

    /// <param name="hash">The hash of the negotiated suite.</param>
    public abstract TranscriptHash CreateTranscriptHash(HashKind hash);

    /// <summary>Whether signatures of the scheme can be verified on this system. All but Ed25519 always can.</summary>
    public abstract bool IsSupported(SignatureScheme scheme);

    /// <summary>Whether key exchange over the group can be done on this system. The curves always can, the hybrid where .NET has ML-KEM.</summary>
    public virtual bool IsSupported(NamedGroup group) => group switch
    {
        NamedGroup.X25519 or NamedGroup.Secp256r1 or NamedGroup.Secp384r1 => true,
#if NET10_0_OR_GREATER
        NamedGroup.X25519MlKem768 => HybridKeyShare.IsSupported,
#endif
        _ => false,
    };

    /// <summary>Makes an ephemeral key pair, whose public part a client sends.</summary>
    /// <param name="group">A group for which <see cref="IsSupported(NamedGroup)"/> is true.</param>
    /// <param name="random">Where the private key is drawn from.</param>
    public KeyShare CreateKeyShare(NamedGroup group, RandomSource random) => group switch
    {
#if NET10_0_OR_GREATER
        NamedGroup.X25519MlKem768 => new HybridKeyShare(CreateCurveKeyShare(NamedGroup.X25519, random), random),
#endif
        _ => CreateCurveKeyShare(group, random),
    };

    /// <summary>Agrees on a shared secret as a server does: with a key of its own, or by encapsulating to the client's.</summary>
    /// <param name="group">A group for which <see cref="IsSupported(NamedGroup)"/> is true.</param>
    /// <param name="random">Where the private key is drawn from. What ML-KEM encapsulates is drawn by its library.</param>
    /// <param name="clientKey">The client's <c>key_exchange</c>, unchecked.</param>
    /// <param name="serverKey">The server's <c>key_exchange</c>.</param>
    /// <param name="sharedSecret">As many bytes as the group's secret has.</param>
    /// <returns>False when the client's key is none of the group.</returns>
    public bool TryAgree(NamedGroup group, RandomSource random, ReadOnlySpan<byte> clientKey, out byte[] serverKey, Span<byte> sharedSecret)
    {
#if NET10_0_OR_GREATER
        if (group == NamedGroup.X25519MlKem768)
        {
            using var curve = CreateCurveKeyShare(NamedGroup.X25519, random);
            return HybridKeyShare.TryEncapsulate(curve, clientKey, out serverKey, sharedSecret);
        }
#endif
        using var share = CreateCurveKeyShare(group, random);
        serverKey = share.PublicKey.ToArray();
        return share.TryAgree(clientKey, sharedSecret);
    }

    /// <summary>Makes an ephemeral key pair of X25519, secp256r1 or secp384r1.</summary>
    protected abstract KeyShare CreateCurveKeyShare(NamedGroup group, RandomSource random);

    /// <summary>HMAC (RFC 2104).</summary>
    /// <param name="hash">The hash to use.</param>
    /// <param name="key">Any length.</param>
    /// <param name="message">Any length.</param>
    /// <param name="mac">At least the hash's length.</param>
    public abstract void Hmac(HashKind hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> mac);

    /// <summary>HKDF-Extract (RFC 5869, section 2.2).</summary>
    /// <param name="hash">The hash to use.</param>
    /// <param name="salt">Any length; empty means zeros, as HMAC pads its key.</param>
    /// <param name="inputKeyingMaterial">Any length.</param>
    /// <param name="pseudorandomKey">At least the hash's length.</param>
    public void Extract(HashKind hash, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> inputKeyingMaterial, Span<byte> pseudorandomKey) =>
        Hmac(hash, salt, inputKeyingMaterial, pseudorandomKey);

    /// <summary>HKDF-Expand (RFC 5869, section 2.3).</summary>
    /// <param name="hash">The hash to use.</param>
    /// <param name="pseudorandomKey">The result of <see cref="Extract"/>, or a secret derived from it.</param>
    /// <param name="info">At most 512 bytes.</param>
    /// <param name="output">Filled completely; at most 255 times the hash's length.</param>
    public void Expand(HashKind hash, ReadOnlySpan<byte> pseudorandomKey, ReadOnlySpan<byte> info, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(info.Length, 512);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(output.Length, 255 * hash.Length);

        // T(n) = HMAC(PRK, T(n-1) | info | n)
        Span<byte> block = stackalloc byte[HashKinds.MaxLength];
        Span<byte> message = stackalloc byte[HashKinds.MaxLength + 512 + 1];
        var previous = 0;
        for (byte counter = 1; !output.IsEmpty; counter++)
        {
            block[..previous].CopyTo(message);
            info.CopyTo(message[previous..]);
            message[previous + info.Length] = counter;
            Hmac(hash, pseudorandomKey, message[..(previous + info.Length + 1)], block);
            previous = hash.Length;

            var taken = Math.Min(previous, output.Length);
            block[..taken].CopyTo(output);
            output = output[taken..];
        }

        CryptographicOperations.ZeroMemory(block);
        CryptographicOperations.ZeroMemory(message);
    }

    /// <summary>HKDF-Expand-Label (RFC 9846, section 7.1).</summary>
    /// <param name="hash">The hash of the negotiated suite.</param>
    /// <param name="secret">A secret of the key schedule, or one that QUIC derived.</param>
    /// <param name="label">The label without its <c>tls13 </c> prefix, for instance <c>quic key</c>.</param>
    /// <param name="context">A transcript hash, or empty; at most 255 bytes.</param>
    /// <param name="output">Filled completely.</param>
    public void ExpandLabel(HashKind hash, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output)
    {
        Debug.Assert(label.Length <= MaxLabelLength && context.Length <= byte.MaxValue, "labels and contexts are our own and short");

        // struct { uint16 length; opaque label<7..255> = "tls13 " + Label; opaque context<0..255>; } HkdfLabel
        Span<byte> info = stackalloc byte[512];
        info[0] = (byte)(output.Length >> 8);
        info[1] = (byte)output.Length;
        info[2] = (byte)(6 + label.Length);
        "tls13 "u8.CopyTo(info[3..]);
        label.CopyTo(info[9..]);
        var end = 9 + label.Length;
        info[end] = (byte)context.Length;
        context.CopyTo(info[(end + 1)..]);
        Expand(hash, secret, info[..(end + 1 + context.Length)], output);
    }

    /// <summary>TLS-Exporter (RFC 9846, section 7.5).</summary>
    /// <param name="hash">The hash of the negotiated suite.</param>
    /// <param name="exporterSecret">The exporter secret.</param>
    /// <param name="label">The exporter label, at most 249 bytes.</param>
    /// <param name="context">The context value, of any length.</param>
    /// <param name="output">Filled completely.</param>
    public void Export(HashKind hash, ReadOnlySpan<byte> exporterSecret, ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(label.Length, MaxLabelLength, nameof(label));

        // HKDF-Expand-Label(Derive-Secret(Secret, label, ""), "exporter", Hash(context_value), key_length)
        Span<byte> derived = stackalloc byte[HashKinds.MaxLength];
        Span<byte> digest = stackalloc byte[HashKinds.MaxLength];
        derived = derived[..hash.Length];
        digest = digest[..hash.Length];
        ExpandLabel(hash, exporterSecret, label, hash.OfNothing, derived);
        using (var contextHash = CreateTranscriptHash(hash))
        {
            contextHash.Append(context);
            contextHash.GetCurrent(digest);
        }

        ExpandLabel(hash, derived, "exporter"u8, digest, output);
        CryptographicOperations.ZeroMemory(derived);
    }
}
