using HyperGen.Tls.Crypto;

namespace HyperGen.Benchmarks.Tls;

/// <summary>Sealing and opening a full packet with AES-128-GCM: through our seam, and with the same calls of libcrypto and nothing else.</summary>
internal sealed unsafe class PacketWorkload : IDisposable
{
    private const int Payload = 1350;
    private const int Header = 20;

    /// <summary>Of the frame in front of the content.</summary>
    private const int Head = 8;

    private readonly Aead _aead;
    private readonly nint _context;
    private readonly byte[] _nonce = new byte[Aead.NonceLength];
    private readonly byte[] _header = new byte[Header];
    private readonly byte[] _plaintext = new byte[Payload];
    private readonly byte[] _packet = new byte[Payload + Aead.TagLength];
    private readonly byte[] _opened = new byte[Payload];
    private readonly byte[] _content = new byte[64 << 20];
    private readonly byte[] _batch = new byte[64 << 10];
    private int _next;
    private int _nextPacket;

    public PacketWorkload()
    {
        if (!Libcrypto.IsAvailable)
        {
            throw new PlatformNotSupportedException("There is no libcrypto to compare with.");
        }
        byte[] key = new byte[16];

        // Otherwise all of it would be one page of zeros, which never leaves the cache.
        new Random(1).NextBytes(_content);
        _aead = new LibcryptoProvider().CreateAead(AeadAlgorithm.Aes128Gcm, key);
        _context = Libcrypto.CipherContextNew();
        fixed (byte* name = "AES-128-GCM"u8)
        fixed (byte* keyBytes = key)
        {
            Libcrypto.Check(Libcrypto.CipherInit(_context, Libcrypto.CipherFetch(0, name, null), 0, keyBytes, null, 1) == 1);
        }
        Seal();
    }

    public void Seal() => _aead.Seal(_nonce, _header, _plaintext, _packet);

    /// <summary>A packet of immutable memory, never the same twice, copied into the packet and sealed there.</summary>
    public void SealCopied()
    {
        Span<byte> packet = NextPacket();
        Next().CopyTo(packet[Head..]);
        _aead.Seal(_nonce, _header, packet[..Payload], packet);
    }

    /// <summary>The same, sealed from where it lies.</summary>
    public void SealReferred() => _aead.Seal(_nonce, _header, NextPacket(), Head, Next());

    public void Open()
    {
        if (!_aead.TryOpen(_nonce, _header, _packet, _opened))
        {
            throw new InvalidOperationException("The packet is genuine.");
        }
    }

    public void SealBare()
    {
        int written;
        fixed (byte* nonce = _nonce)
        fixed (byte* header = _header)
        fixed (byte* source = _plaintext)
        fixed (byte* target = _packet)
        {
            _ = Libcrypto.CipherInit(_context, 0, 0, null, nonce, 1);
            _ = Libcrypto.CipherUpdate(_context, null, &written, header, Header);
            _ = Libcrypto.CipherUpdate(_context, target, &written, source, Payload);
            _ = Libcrypto.CipherFinal(_context, target + Payload, &written);
            _ = Libcrypto.CipherControl(_context, Libcrypto.CtrlGetTag, Aead.TagLength, target + Payload);
        }
    }

    public void OpenBare()
    {
        int written;
        fixed (byte* nonce = _nonce)
        fixed (byte* header = _header)
        fixed (byte* source = _packet)
        fixed (byte* target = _opened)
        {
            _ = Libcrypto.CipherInit(_context, 0, 0, null, nonce, 0);
            _ = Libcrypto.CipherControl(_context, Libcrypto.CtrlSetTag, Aead.TagLength, source + Payload);
            _ = Libcrypto.CipherUpdate(_context, null, &written, header, Header);
            _ = Libcrypto.CipherUpdate(_context, target, &written, source, Payload);
            if (Libcrypto.CipherFinal(_context, target + Payload, &written) != 1)
            {
                throw new InvalidOperationException("The packet is genuine.");
            }
        }
    }

    /// <summary>The next place in a batch, as large as one send call takes.</summary>
    private Span<byte> NextPacket()
    {
        int length = Payload + Aead.TagLength;
        _nextPacket = (_nextPacket + 1) % (_batch.Length / length);
        return _batch.AsSpan(_nextPacket * length, length);
    }

    private ReadOnlySpan<byte> Next()
    {
        _next = _next + (2 * Payload) > _content.Length ? 0 : _next + Payload;
        return _content.AsSpan(_next, Payload - Head);
    }

    public void Dispose()
    {
        _aead.Dispose();
        Libcrypto.CipherContextFree(_context);
    }
}
