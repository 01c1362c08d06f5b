using HyperGen.Quic.Wire;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic.Protection;

/// <summary>Both keys of one direction at a level that knows no key update: Initial, Handshake, 0-RTT.</summary>
internal sealed class DirectionKeys(CryptoProvider crypto, QuicVersion version, CipherSuite suite, ReadOnlySpan<byte> secret) : IDisposable
{
    public PacketKey Packet { get; } = new(crypto, version, suite, secret);

    public HeaderKey Header { get; } = new(crypto, version, suite, secret);

    public void Dispose()
    {
        Packet.Dispose();
        Header.Dispose();
    }
}
