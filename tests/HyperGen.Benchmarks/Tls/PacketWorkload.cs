using HyperGen.Tls.Crypto;

namespace HyperGen.Benchmarks.Tls;

/// <summary>Sealing and opening a full packet with AES-128-GCM: through our seam, and with the same calls of libcrypto and nothing else.</summary>
internal sealed unsafe class PacketWorkload : IDisposable
{
    private const int Payload = 1350;
    private const int Header = 20;

    private readonly Aead _aead;
    private readonly nint _context;
    private readonly byte[] _nonce = new byte[Aead.NonceLength];
    private readonly byte[] _header = new byte[Header];
    private readonly byte[] _plaintext = new byte[Payload];
    private readonly byte[] _packet = new byte[Payload + Aead.TagLength];
    private readonly byte[] _opened = new byte[Payload];

    public PacketWorkload()
    {
        if (!Libcrypto.IsAvailable)
        {
            throw new PlatformNotSupportedException("There is no libcrypto to compare with.");
        }
        byte[] key = new byte[16];
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

    public void Dispose()
    {
        _aead.Dispose();
        Libcrypto.CipherContextFree(_context);
    }
}
