using System.Runtime.InteropServices;

namespace HyperGen.Tls.Crypto;

/// <summary>libcrypto's <c>SHA256_CTX</c> or <c>SHA512_CTX</c>, held by value: a copy of it is a snapshot of the hash.</summary>
/// <remarks>
/// The low-level functions rather than <c>EVP_Digest*</c>, which allocates and looks its algorithm up: an HMAC costs a sixth of what
/// <c>HKDF.Expand</c> does, and a handshake makes forty.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Sha2State
{
    /// <summary>The larger of the two, SHA512_CTX, is 216 bytes and aligned to 8.</summary>
    private fixed ulong _state[27];

    public void Start(HashKind hash)
    {
        fixed (void* state = _state)
        {
            _ = hash == HashKind.Sha256 ? Libcrypto.Sha256Init(state) : Libcrypto.Sha384Init(state);
        }
    }

    public void Append(HashKind hash, ReadOnlySpan<byte> bytes)
    {
        fixed (void* state = _state)
        fixed (byte* source = bytes)
        {
            _ = hash == HashKind.Sha256
                ? Libcrypto.Sha256Update(state, source, (nuint)bytes.Length)
                : Libcrypto.Sha384Update(state, source, (nuint)bytes.Length);
        }
    }

    /// <summary>Writes the digest. The state must be started again afterwards.</summary>
    public void Finish(HashKind hash, Span<byte> digest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(digest.Length, hash.Length);
        fixed (void* state = _state)
        fixed (byte* target = digest)
        {
            _ = hash == HashKind.Sha256 ? Libcrypto.Sha256Final(target, state) : Libcrypto.Sha384Final(target, state);
        }
    }
}
