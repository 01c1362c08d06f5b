namespace HyperGen.Tls.Crypto;

/// <summary>An EVP cipher context that keeps its key schedule; a packet sets the nonce only.</summary>
internal sealed unsafe class LibcryptoAead : Aead
{
    /// <summary>Bytes of a block of AES. ChaCha20 minds less where an update begins.</summary>
    private const int BlockLength = 16;

    private nint _context;

    /// <param name="cipher">A fetched <c>EVP_CIPHER</c>.</param>
    /// <param name="key">Its key.</param>
    public LibcryptoAead(nint cipher, ReadOnlySpan<byte> key)
    {
        _context = Libcrypto.CipherContextNew();
        Libcrypto.Check(_context != 0);
        fixed (byte* keyBytes = key)
        {
            Libcrypto.Check(Libcrypto.CipherInit(_context, cipher, 0, keyBytes, null, 1) == 1);
        }
    }

    ~LibcryptoAead() => Dispose(disposing: false);

    protected override void SealCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> destination) =>
        SealParts(nonce, associatedData, plaintext, [], [], destination);

    protected override void SealCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> buffer, int offset, ReadOnlySpan<byte> part)
    {
        // An update that begins inside a block finishes it byte by byte and sets up anew: the block is filled up by copying.
        var filled = Math.Min(-offset & (BlockLength - 1), part.Length);
        part[..filled].CopyTo(buffer[offset..]);
        part = part[filled..];
        offset += filled;
        SealParts(nonce, associatedData, buffer[..offset], part, buffer[(offset + part.Length)..^TagLength], buffer);
    }

    /// <summary>Encrypts what lies in up to three places into one.</summary>
    private void SealParts(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        int written;
        int succeeded;
        fixed (byte* nonceBytes = nonce)
        fixed (byte* header = associatedData)
        fixed (byte* firstBytes = first)
        fixed (byte* secondBytes = second)
        fixed (byte* thirdBytes = third)
        fixed (byte* start = destination)
        {
            succeeded = Libcrypto.CipherInit(_context, 0, 0, null, nonceBytes, 1);

            // Update takes a null output for "this is associated data", and an empty span pins to null: skip what is empty.
            if (associatedData.Length > 0)
            {
                succeeded &= Libcrypto.CipherUpdate(_context, null, &written, header, associatedData.Length);
            }

            var target = start;
            if (first.Length > 0)
            {
                succeeded &= Libcrypto.CipherUpdate(_context, target, &written, firstBytes, first.Length);
                target += first.Length;
            }

            if (second.Length > 0)
            {
                succeeded &= Libcrypto.CipherUpdate(_context, target, &written, secondBytes, second.Length);
                target += second.Length;
            }

            if (third.Length > 0)
            {
                succeeded &= Libcrypto.CipherUpdate(_context, target, &written, thirdBytes, third.Length);
                target += third.Length;
            }

            succeeded &= Libcrypto.CipherFinal(_context, target, &written);
            succeeded &= Libcrypto.CipherControl(_context, Libcrypto.CtrlGetTag, TagLength, target);
        }

        GC.KeepAlive(this);
        Libcrypto.Check(succeeded == 1);
    }

    protected override bool TryOpenCore(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        int written;
        int succeeded;
        byte unused;
        fixed (byte* nonceBytes = nonce)
        fixed (byte* header = associatedData)
        fixed (byte* source = ciphertext)
        fixed (byte* tagBytes = tag)
        fixed (byte* target = plaintext)
        {
            succeeded = Libcrypto.CipherInit(_context, 0, 0, null, nonceBytes, 0);
            if (associatedData.Length > 0)
            {
                succeeded &= Libcrypto.CipherUpdate(_context, null, &written, header, associatedData.Length);
            }

            if (ciphertext.Length > 0)
            {
                succeeded &= Libcrypto.CipherUpdate(_context, target, &written, source, ciphertext.Length);
            }

            succeeded &= Libcrypto.CipherControl(_context, Libcrypto.CtrlSetTag, TagLength, tagBytes);
            Libcrypto.Check(succeeded == 1);
            succeeded = Libcrypto.CipherFinal(_context, &unused, &written);
        }

        GC.KeepAlive(this);
        return succeeded == 1;
    }

    protected override void Dispose(bool disposing)
    {
        // EVP_CIPHER_CTX_free cleanses the key before it frees it, and takes null.
        if (_context != 0)
        {
            Libcrypto.CipherContextFree(_context);
            _context = 0;
        }
    }
}
