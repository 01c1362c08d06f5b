using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls;

/// <summary>What a server must remember of a session to resume it: the content of its tickets.</summary>
internal sealed class SessionState : IDisposable
{
    /// <summary>Changes whenever the layout does: tickets of another layout are not understood, which costs a full handshake.</summary>
    private const int Layout = 2;

    public required CipherSuite Suite { get; init; }

    /// <summary>The pre-shared key.</summary>
    public required byte[] Psk { get; init; }

    /// <summary>When the ticket was made, in milliseconds since 1970.</summary>
    public required long IssuedAt { get; init; }

    /// <summary>When the server last proved its identity with its certificate, in milliseconds since 1970.</summary>
    public required long AuthenticatedAt { get; init; }

    /// <summary>What the client adds to the age it states.</summary>
    public required uint AgeAdd { get; init; }

    public required bool AllowsEarlyData { get; init; }

    public required SslApplicationProtocol ApplicationProtocol { get; init; }

    public required string? ServerName { get; init; }

    /// <summary>The QUIC version of the connection that the ticket was issued on.</summary>
    public required uint QuicVersion { get; init; }

    /// <summary>Our transport parameters then, as they were on the wire.</summary>
    public required byte[] TransportParameters { get; init; }

    /// <summary>What HTTP/3 wants to know again.</summary>
    public required byte[] ApplicationState { get; init; }

    /// <summary>All of it, to be sealed and then wiped.</summary>
    public byte[] Encode()
    {
        // As long as it gets: a writer that must grow leaves a copy of the key behind.
        const int Fixed = 35;
        var serverName = Encoding.ASCII.GetBytes(ServerName ?? "");
        var encoded = new byte[Fixed + Psk.Length + ApplicationProtocol.Protocol.Length + serverName.Length + TransportParameters.Length + ApplicationState.Length];
        var writer = new MessageWriter(encoded);
        writer.UInt8(Layout);
        writer.UInt16(Suite.Id);
        writer.UInt64((ulong)IssuedAt);
        writer.UInt64((ulong)AuthenticatedAt);
        writer.UInt32(AgeAdd);
        writer.UInt32(QuicVersion);
        writer.UInt8(AllowsEarlyData ? 1 : 0);
        writer.Vector8(Psk);
        writer.Vector8(ApplicationProtocol.Protocol.Span);
        writer.Vector8(serverName);
        writer.Vector16(TransportParameters);
        writer.Vector16(ApplicationState);
        Debug.Assert(writer.Length == encoded.Length, "the length above is that of the layout");
        return encoded;
    }

    /// <summary>Reads what <see cref="Encode"/> wrote. The bytes were authenticated, so that only another layout can be wrong with them.</summary>
    public static SessionState? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new MessageReader(bytes);
        if (!reader.TryUInt8(out var layout)
            || layout != Layout
            || !reader.TryUInt16(out var suiteId)
            || CipherSuite.Find(suiteId) is not { } suite
            || !reader.TryUInt64(out var issuedAt)
            || !reader.TryUInt64(out var authenticatedAt)
            || !reader.TryUInt32(out var ageAdd)
            || !reader.TryUInt32(out var quicVersion)
            || !reader.TryUInt8(out var allowsEarlyData)
            || !reader.TryVector8(out var psk)
            || !reader.TryVector8(out var protocol)
            || !reader.TryVector8(out var serverName)
            || !reader.TryVector16(out var transportParameters)
            || !reader.TryVector16(out var applicationState)
            || !reader.IsEmpty)
        {
            return null;
        }

        return new SessionState
        {
            Suite = suite,
            Psk = psk.ToArray(),
            IssuedAt = (long)issuedAt,
            AuthenticatedAt = (long)authenticatedAt,
            AgeAdd = ageAdd,
            QuicVersion = quicVersion,
            AllowsEarlyData = allowsEarlyData == 1,
            ApplicationProtocol = new SslApplicationProtocol(protocol.ToArray()),
            ServerName = serverName.IsEmpty ? null : Encoding.ASCII.GetString(serverName),
            TransportParameters = transportParameters.ToArray(),
            ApplicationState = applicationState.ToArray(),
        };
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(Psk);
}
