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

    /// <summary>What the client proves its identity with when the server asks; the first that can sign with an algorithm of the server's. Default: none.</summary>
    public IReadOnlyList<Credential> Credentials { get; init; } = [];

    /// <summary>
    /// Whether the server is asked for tickets, which come as events of kind <see cref="TlsEventKind.SessionTicket"/>. Default: no; those that come
    /// all the same are ignored.
    /// </summary>
    public bool KeepsSessions { get; init; }

    /// <summary>The session to resume; null for a full handshake. One that is no longer usable at <see cref="Now"/> is passed over. It must outlive the handshake.</summary>
    public ClientSession? Session { get; init; }

    /// <summary>Whether to send early data, if <see cref="Session"/> allows it: its secret then comes before any other. Default: no.</summary>
    public bool SendsEarlyData { get; init; }

    /// <summary>The QUIC version of the connection's first packet, which <see cref="Session"/> must be of to be used. Default: 1.</summary>
    public uint QuicVersion { get; init; } = 1;

    /// <summary>The wall-clock time, from which the age of <see cref="Session"/> is told. Needed when there is one.</summary>
    public DateTimeOffset Now { get; init; }
}
