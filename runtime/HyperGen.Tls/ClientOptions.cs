using System.Net.Security;

namespace HyperGen.Tls;

/// <summary>What one client handshake wants beyond the endpoint's <see cref="HandshakeOptions"/>.</summary>
internal sealed class ClientOptions
{
    /// <summary>The name the server must prove to be. It is sent as SNI when it is a DNS name; an IP address is not.</summary>
    public required string ServerName { get; init; }

    /// <summary>ALPN identifiers, most preferred first; at least one.</summary>
    public required IReadOnlyList<SslApplicationProtocol> ApplicationProtocols { get; init; }

    /// <summary>The body of the quic_transport_parameters extension.</summary>
    public required ReadOnlyMemory<byte> TransportParameters { get; init; }
}
