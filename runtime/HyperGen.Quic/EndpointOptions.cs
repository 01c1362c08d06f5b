using HyperGen.Quic.Admission;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Tokens;
using HyperGen.Quic.Wire;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Quic;

/// <summary>What an endpoint is given: limits, entropy, and how a handshake is made.</summary>
internal sealed record EndpointOptions
{
    /// <summary>Where every random byte comes from: connection IDs, path challenges, hash keys.</summary>
    public required RandomSource Random { get; init; }

    /// <summary>
    /// Makes the server's half of a handshake from our encoded transport parameters; null for an endpoint that only connects. The seam where another TLS can
    /// be put.
    /// </summary>
    public Func<ReadOnlyMemory<byte>, TlsHandshake>? CreateServerHandshake { get; init; }

    /// <summary>
    /// Fills a connection ID with bytes that are unpredictable and lead packets here: with several shards, it draws until the steering function of the ID
    /// says so. The default takes <see cref="Random" /> as it is.
    /// </summary>
    public RandomSource? DrawConnectionId { get; init; }

    /// <summary>Bytes of our connection IDs; default 8, the least that RFC 9000 section 8.1 takes as proof of an address. All of an endpoint's are alike.</summary>
    public int ConnectionIdLength { get; init; } = 8;

    /// <summary>
    /// The key of stateless reset tokens, 32 bytes. Shards share it, and it should survive a restart: a peer then learns at once that its connection is gone.
    /// </summary>
    public required byte[] ResetKey { get; init; }

    /// <summary>
    /// The secret of address tokens, 32 bytes. Shards share it, and it should survive a restart: a client's token is then good at each of them, and after it.
    /// Null, the default, for one of the endpoint's own.
    /// </summary>
    public byte[]? TokenSecret { get; init; }

    /// <summary>The tokens of NEW_TOKEN frames that were used lately, shared by endpoints with the same <see cref="TokenSecret" />; null for this one's own.</summary>
    public RecentTokens? UsedTokens { get; init; }

    /// <summary>
    /// The wall-clock time of <see cref="Timestamp" /> 0, from which endpoints that share a secret tell whether a token has expired. The default suits tests.
    /// </summary>
    public DateTimeOffset Epoch { get; init; } = DateTimeOffset.UnixEpoch.AddYears(50);

    /// <summary>When clients have to prove their address first; default <see cref="RetryPolicy.UnderPressure" />.</summary>
    public RetryPolicy Retry { get; init; }

    /// <summary>
    /// What each key of 1-RTT packets may do; null, the default, for what RFC 9001 section 6.6 lets its algorithm do. Less has keys updated sooner.
    /// </summary>
    public AeadLimits? KeyLimits { get; init; }

    /// <summary>The memory that all endpoints of the process share; null, the default, for as much as there is.</summary>
    public MemoryBudget? Memory { get; init; }

    /// <summary>
    /// The versions spoken, most preferred first; default both. A client's preference is what a server that speaks it follows, without another round trip.
    /// </summary>
    public IReadOnlyList<QuicVersion> Versions { get; init; } = QuicVersion.All;

    /// <summary>
    /// The IPv4 address that clients are asked to move to after the handshake (RFC 9000 section 9.6), from an anycast address to this machine's own for one;
    /// default null: they stay. Datagrams sent there must reach this endpoint.
    /// </summary>
    public NetworkAddress? PreferredIPv4 { get; init; }

    /// <summary>The same for IPv6.</summary>
    public NetworkAddress? PreferredIPv6 { get; init; }

    /// <summary>
    /// Gives a connection a place for its qlog trace, by its role and the connection ID that both ends' traces are named after; null, as by default, for none. It is
    /// asked for a client's place once the client has proved its address: what came before is held until then, as far as 16 KiB go, and is gone if that never happens. The
    /// sink is used on the endpoint's thread, and disposed with the connection if it is disposable. A trace holds no secrets, but all addresses.
    /// </summary>
    public Func<Role, ConnectionId, System.Buffers.IBufferWriter<byte>?>? Qlog { get; init; }

    /// <summary>Bounds of every connection.</summary>
    public ConnectionLimits Limits { get; init; } = ConnectionLimits.Default;

    /// <summary>The primitives; default: the platform's best.</summary>
    public CryptoProvider Crypto { get; init; } = CryptoProvider.Default;

    /// <summary>Connections held at a time; further ones are refused. Default 100,000.</summary>
    public int MaxConnections { get; init; } = 100_000;

    /// <summary>
    /// Connections of one source (an IPv4 address, or 64 bits of an IPv6 address) at a time; further ones are refused. Default 25,000: a quarter of all, for
    /// large networks share an address.
    /// </summary>
    public int MaxConnectionsPerSource { get; init; } = 25_000;

    /// <summary>
    /// Handshakes under way at a time; further ones are neither refused nor answered until there is room, as a full backlog of TCP does it, so that a flood
    /// costs bounded memory and a crowd a moment's patience. Default 1,024.
    /// </summary>
    public int MaxHandshakes { get; init; } = 1024;

    /// <summary>
    /// Handshakes under way of one source whose address is not proved; further ones are answered with Retry, or not at all where that is switched off.
    /// Default 128.
    /// </summary>
    public int MaxHandshakesPerSource { get; init; } = 128;

    /// <summary>Handshakes under way from which on clients have to prove their address first. Default 256, a quarter of all.</summary>
    public int RetryThreshold { get; init; } = 256;
}
