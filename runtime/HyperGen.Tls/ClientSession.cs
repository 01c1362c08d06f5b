using System.Net.Security;
using System.Security.Cryptography;

namespace HyperGen.Tls;

/// <summary>A session ticket and what a client must remember with it. Use it for one connection only, so that nobody can link two.</summary>
internal sealed class ClientSession(CipherSuite suite, byte[] psk, byte[] ticket) : IDisposable
{
    private readonly byte[] _psk = psk;

    public CipherSuite Suite { get; } = suite;

    /// <summary>The pre-shared key.</summary>
    public ReadOnlySpan<byte> Psk => _psk;

    public ReadOnlyMemory<byte> Ticket { get; } = ticket;

    public required uint AgeAdd { get; init; }

    /// <summary>How long the ticket may be used.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>Whether the server is willing to read early data sent with this ticket.</summary>
    public required bool AllowsEarlyData { get; init; }

    public required string ServerName { get; init; }

    public required SslApplicationProtocol ApplicationProtocol { get; init; }

    /// <summary>The server's transport parameters, whose limits hold for early data.</summary>
    public required ReadOnlyMemory<byte> TransportParameters { get; init; }

    //= https://www.rfc-editor.org/rfc/rfc9369#section-5
    //# Clients MUST NOT use a session ticket or token
    //# from a QUIC version 1 connection to initiate a QUIC version 2 connection, and
    //# vice versa.

    /// <summary>The QUIC version of the connection that the ticket came on, the only one it may begin a connection of.</summary>
    public required uint QuicVersion { get; init; }

    /// <summary>What HTTP/3 wants to know again: the server's SETTINGS. Set by whoever takes the event, when they are known.</summary>
    public ReadOnlyMemory<byte> ApplicationState { get; set; }

    /// <summary>When the ticket arrived. Set by whoever takes the event, for the handshake knows no time.</summary>
    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary>Whether the ticket may be presented at this time.</summary>
    public bool IsUsable(DateTimeOffset now) => now >= ReceivedAt && now - ReceivedAt <= Lifetime;

    public void Dispose() => CryptographicOperations.ZeroMemory(_psk);
}
