using System.Buffers.Binary;
using HyperGen.Quic.Wire;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Protection;

/// <summary>The AEAD key and IV of one direction at one level and key phase (RFC 9001 section 5.1). Disposing wipes it.</summary>
internal sealed class PacketKey : IDisposable
{
    private readonly Aead _aead;
    private readonly uint _ivHead;
    private readonly ulong _ivTail;

    public PacketKey(CryptoProvider crypto, QuicVersion version, CipherSuite suite, ReadOnlySpan<byte> secret)
    {
        Span<byte> key = stackalloc byte[suite.Aead.KeyLength];
        Span<byte> iv = stackalloc byte[Aead.NonceLength];
        crypto.ExpandLabel(suite.Hash, secret, version.KeyLabel, default, key);
        crypto.ExpandLabel(suite.Hash, secret, version.IvLabel, default, iv);
        _aead = crypto.CreateAead(suite.Aead, key);
        _ivHead = BinaryPrimitives.ReadUInt32BigEndian(iv);
        _ivTail = BinaryPrimitives.ReadUInt64BigEndian(iv[4..]);
        key.Clear();
    }

    /// <summary>Encrypts a packet in place; the tag goes into its last 16 bytes.</summary>
    public void Seal(PacketNumber number, Span<byte> packet, int headerLength)
    {
        Span<byte> nonce = stackalloc byte[Aead.NonceLength];
        Nonce(number, nonce);
        _aead.Seal(nonce, packet[..headerLength], packet[headerLength..^Aead.TagLength], packet[headerLength..]);
    }

    /// <summary>Encrypts a packet in place, but for a part of its payload that is taken from where it lies.</summary>
    public void Seal(PacketNumber number, Span<byte> packet, int headerLength, int partOffset, ReadOnlySpan<byte> part)
    {
        Span<byte> nonce = stackalloc byte[Aead.NonceLength];
        Nonce(number, nonce);
        _aead.Seal(nonce, packet[..headerLength], packet[headerLength..], partOffset, part);
    }

    /// <summary>Decrypts a packet in place; false for a forgery, after which its payload is meaningless.</summary>
    public bool TryOpen(PacketNumber number, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        Span<byte> nonce = stackalloc byte[Aead.NonceLength];
        Nonce(number, nonce);
        return _aead.TryOpen(nonce, header, payload, destination);
    }

    public void Dispose() => _aead.Dispose();

    //= https://www.rfc-editor.org/rfc/rfc9001#section-5.3
    //# The 62 bits of the reconstructed QUIC packet number in network byte
    //# order are left-padded with zeros to the size of the IV.  The
    //# exclusive OR of the padded packet number and the IV forms the AEAD nonce.
    private void Nonce(PacketNumber number, Span<byte> nonce)
    {
        BinaryPrimitives.WriteUInt32BigEndian(nonce, _ivHead);
        BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], _ivTail ^ (ulong)number.Value);
    }
}
