using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using HyperGen.Quic.Wire;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Protection;

/// <summary>The header protection key of one direction at one level (RFC 9001 section 5.4); it outlives key updates. Disposing wipes it.</summary>
internal sealed class HeaderKey : IDisposable
{
    private const byte LongMask = 0x0f;
    private const byte ShortMask = 0x1f;
    private const int MaxKeyLength = 32;

    private readonly AeadAlgorithm _algorithm;
    private KeyBytes _key;
    private HeaderProtection? _protection;

    public HeaderKey(CryptoProvider crypto, QuicVersion version, CipherSuite suite, ReadOnlySpan<byte> secret)
    {
        _algorithm = suite.Aead;
        crypto.ExpandLabel(suite.Hash, secret, version.HeaderLabel, default, Key);
    }

    private Span<byte> Key => ((Span<byte>)_key)[.._algorithm.KeyLength];

    private HeaderProtection Protection => _protection ??= HeaderProtection.Create(_algorithm, Key);

    /// <summary>Masks the header of a sealed packet.</summary>
    public void Protect(Span<byte> packet, int numberOffset, int numberLength)
    {
        var mask = Protection.Mask(packet.Slice(numberOffset + 4, HeaderProtection.SampleLength));
        packet[0] ^= (byte)(mask & FirstByteMask(packet[0]));
        for (var i = 0; i < numberLength; i++) packet[numberOffset + i] ^= (byte)(mask >> (8 * (i + 1)));
    }

    /// <summary>Unmasks the header of a packet; false when it is too short to hold a sample.</summary>
    public bool TryUnprotect(Span<byte> packet, int numberOffset, out uint truncated, out int numberLength)
    {
        truncated = 0;
        numberLength = 0;

        //= https://www.rfc-editor.org/rfc/rfc9001#section-5.4.2
        //# An endpoint MUST discard packets that are not long enough to contain
        //# a complete sample.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
        //# Endpoints MUST discard packets that are too small to be valid QUIC packets.
        if (packet.Length < numberOffset + 4 + HeaderProtection.SampleLength) return false;
        var mask = Protection.Mask(packet.Slice(numberOffset + 4, HeaderProtection.SampleLength));
        packet[0] ^= (byte)(mask & FirstByteMask(packet[0]));
        numberLength = (packet[0] & 3) + 1;
        for (var i = 0; i < numberLength; i++)
        {
            packet[numberOffset + i] ^= (byte)(mask >> (8 * (i + 1)));
            truncated = (truncated << 8) | packet[numberOffset + i];
        }

        return true;
    }

    /// <summary>Gives up what was made of the key until it is needed: eight times its length. It cannot be derived again once keys were updated.</summary>
    public void Rest()
    {
        _protection?.Dispose();
        _protection = null;
    }

    public void Dispose()
    {
        Rest();
        CryptographicOperations.ZeroMemory(_key);
    }

    private static byte FirstByteMask(byte first) => (first & PacketHeader.LongForm) != 0 ? LongMask : ShortMask;

    [InlineArray(MaxKeyLength)]
    private struct KeyBytes
    {
        private byte _first;
    }
}
