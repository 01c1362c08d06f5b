namespace HyperGen.Tls.Crypto;

/// <summary>One key of an AEAD, with the context that the library keeps for it: key once, nonce for each packet.</summary>
/// <remarks>Belongs to one thread at a time, as the connection that owns it does. Disposing wipes the key.</remarks>
internal abstract class Aead : IDisposable
{
    /// <summary>Bytes that sealing adds.</summary>
    public const int TagLength = 16;

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceLength = 12;

    /// <summary>Encrypts <paramref name="plaintext"/> and appends the tag.</summary>
    /// <param name="nonce">12 bytes, never used twice with one key.</param>
    /// <param name="associatedData">What is authenticated but not encrypted: the packet's header.</param>
    /// <param name="plaintext">The bytes to encrypt.</param>
    /// <param name="destination">
    /// At least <see cref="TagLength"/> longer than the plaintext. It may begin exactly where the plaintext does; any other overlap is misuse.
    /// </param>
    /// <exception cref="ArgumentException">The nonce is not 12 bytes or the destination is too short.</exception>
    public void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        ThrowUnlessNonce(nonce);
        if (destination.Length < plaintext.Length + TagLength)
        {
            throw new ArgumentException("The destination must hold the plaintext and a 16-byte tag.", nameof(destination));
        }

        SealCore(nonce, associatedData, plaintext, destination[..(plaintext.Length + TagLength)]);
    }

    /// <summary>Encrypts a buffer in place, but for a part of the plaintext that is taken from where it lies, and appends the tag.</summary>
    /// <param name="nonce">12 bytes, never used twice with one key.</param>
    /// <param name="associatedData">What is authenticated but not encrypted: the packet's header.</param>
    /// <param name="buffer">The plaintext, and <see cref="TagLength"/> more bytes. What it holds in the place of the part does not matter.</param>
    /// <param name="offset">Where in the plaintext the part belongs.</param>
    /// <param name="part">The part, which does not overlap the buffer.</param>
    /// <exception cref="ArgumentException">The nonce is not 12 bytes or the part reaches beyond the plaintext.</exception>
    public void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer, int offset, ReadOnlySpan<byte> part)
    {
        ThrowUnlessNonce(nonce);
        if (offset < 0 || part.Length > buffer.Length - TagLength - offset)
        {
            throw new ArgumentException("The buffer must hold the part, and a 16-byte tag behind the plaintext.", nameof(buffer));
        }

        SealCore(nonce, associatedData, buffer, offset, part);
    }

    /// <summary>Decrypts <paramref name="sealedBytes"/> if its tag is right.</summary>
    /// <param name="nonce">12 bytes.</param>
    /// <param name="associatedData">What was authenticated with it.</param>
    /// <param name="sealedBytes">Ciphertext and tag.</param>
    /// <param name="destination">
    /// At least <see cref="TagLength"/> shorter than the input. It may begin exactly where the input does. Its content is meaningless when the
    /// result is false.
    /// </param>
    /// <returns>False for a forgery, and for input shorter than a tag. A peer's bytes never throw.</returns>
    /// <exception cref="ArgumentException">The nonce is not 12 bytes or the destination is too short.</exception>
    public bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedBytes, Span<byte> destination)
    {
        ThrowUnlessNonce(nonce);
        var length = sealedBytes.Length - TagLength;
        if (length < 0)
        {
            return false;
        }

        if (destination.Length < length)
        {
            throw new ArgumentException("The destination must hold the plaintext.", nameof(destination));
        }

        return TryOpenCore(nonce, associatedData, sealedBytes[..length], sealedBytes[length..], destination[..length]);
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void SealCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> destination);

    /// <summary>Copies the part to its place first, where the library takes its input in one piece.</summary>
    protected virtual void SealCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer, int offset, ReadOnlySpan<byte> part)
    {
        part.CopyTo(buffer[offset..]);
        SealCore(nonce, associatedData, buffer[..^TagLength], buffer);
    }

    protected abstract bool TryOpenCore(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext);

    protected abstract void Dispose(bool disposing);

    private static void ThrowUnlessNonce(ReadOnlySpan<byte> nonce)
    {
        if (nonce.Length != NonceLength)
        {
            throw new ArgumentException("The nonce must be 12 bytes.", nameof(nonce));
        }
    }
}
