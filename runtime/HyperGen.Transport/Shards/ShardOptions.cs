using System.Net;
using HyperGen.Http3;
using HyperGen.Quic;
using HyperGen.Quic.Admission;
using HyperGen.Quic.Tokens;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;

namespace HyperGen.Transport.Shards;

/// <summary>What the shards of one port have in common.</summary>
internal sealed record ShardOptions
{
    /// <summary>Where to listen, or to send from; port 0 for any free one.</summary>
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>The limits of HTTP/3 over connections to servers.</summary>
    public Http3Options Http3 { get; init; } = new();

    /// <summary>The limits of QUIC.</summary>
    public ConnectionLimits Limits { get; init; } = ConnectionLimits.Default;

    /// <summary>Makes the server's half of a handshake from our transport parameters; null for shards that only connect.</summary>
    public Func<ReadOnlyMemory<byte>, TlsHandshake>? CreateServerHandshake { get; init; }

    /// <summary>
    /// Answers the questions of handshakes, on the shard: at once, or later by way of an <see cref="AnswerDesk"/>. The connection gives up when no answer comes.
    /// </summary>
    public required Action<Shard, Connection, TlsQuestion> Answer { get; init; }

    /// <summary>Makes, once for each shard, what makes the protocol over each connection that clients begin; null for shards that only connect.</summary>
    public Func<Shard, Func<Connection, IApplicationProtocol>>? Accept { get; init; }

    /// <summary>The key of stateless resets, shared by all shards.</summary>
    public required byte[] ResetKey { get; init; }

    /// <summary>The secret of address tokens, shared by all shards; null for one of each shard's own.</summary>
    public byte[]? TokenSecret { get; init; }

    /// <summary>The address tokens that were used lately, by whichever of the shards; they are shared wherever <see cref="TokenSecret"/> is.</summary>
    public RecentTokens UsedTokens { get; init; } = new();

    /// <summary>When clients have to prove their address before a handshake.</summary>
    public RetryPolicy Retry { get; init; }

    /// <summary>The memory that all connections of the process share; null for as much as there is.</summary>
    public MemoryBudget? Memory { get; init; }

    /// <summary>
    /// Connections from clients at a time, of all shards together, and a quarter as many from one source. Each shard has its share of both, rounded up to a whole
    /// connection, and refuses what is beyond it: what the others hold would cost a lock to know. Default 100,000.
    /// </summary>
    public int MaxConnections { get; init; } = 100_000;

    /// <summary>Is told, on the shard, of each handshake with a client that is complete; null when nobody cares.</summary>
    public Action<Shard, Connection>? Established { get; init; }

    /// <summary>Where random bytes come from.</summary>
    public RandomSource Random { get; init; } = System.Security.Cryptography.RandomNumberGenerator.Fill;

    /// <summary>The primitives that packets are protected with.</summary>
    public CryptoProvider Crypto { get; init; } = CryptoProvider.Default;

    /// <summary>Where connections write their qlog traces; null, the default, for nowhere.</summary>
    public Qlog.QlogFolder? Qlog { get; init; }

    /// <summary>
    /// Places in the inbox of a shard: as many requests, and questions of handshakes answered elsewhere, can be under way on it. Further requests are refused.
    /// </summary>
    public int InboxCapacity { get; init; } = 16 * 1024;

    /// <summary>The share of datagrams that are lost on purpose, each way, from 0 to 1; default 0. For load tools and tests.</summary>
    public double LossShare { get; init; }

    /// <summary>Says which datagrams are lost: the same with the same seed, as far as the same datagrams come.</summary>
    public int LossSeed { get; init; }
}
