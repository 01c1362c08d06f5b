using System.Net;
using HyperGen.Quic;
using HyperGen.Quic.Admission;
using HyperGen.Quic.Tokens;
using HyperGen.Server.Certificates;
using HyperGen.Tls;
using HyperGen.Transport.Qlog;
using HyperGen.Transport.Shards;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Configuration;

/// <summary>What the server's settings and secrets come to for shards, whoever answers on them: all listeners of an application share one.</summary>
internal sealed class ShardSettings
{
    private readonly HyperServerOptions _server;
    private readonly ILogger _logger;
    private readonly RecentTokens _usedTokens = new();

    /// <param name="services">The services of the application. Without secrets among them, those made here are gone with the process.</param>
    /// <param name="logger">Is told when secrets of connections are logged, and, at the level of debugging, what each handshake has come to.</param>
    public ShardSettings(IServiceProvider services, ILogger logger)
    {
        _logger = logger;
        _server = services.GetRequiredService<IOptions<HyperServerOptions>>().Value;
        Memory = new MemoryBudget(_server.ConnectionMemory ?? Math.Max(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4, 16 << 20));
        Secrets = services.GetService<SharedSecrets>()?.Current ?? ServerSecrets.Create();
        if (_server.KeyLog is { } keyLog)
        {
            logger.LogWarning("The secrets of all HTTP/3 connections are written to {Path}, because server:keyLog says so: whoever reads it reads all traffic", keyLog);
            Handshake = new HandshakeOptions { KeyLog = services.GetRequiredService<KeyLogFile>().Write };
        }
    }

    /// <summary>What all connections of the application share.</summary>
    public MemoryBudget Memory { get; }

    /// <summary>What resets, address tokens and tickets are made with.</summary>
    public ServerSecrets Secrets { get; }

    /// <summary>What handshakes may negotiate, and who is told their secrets.</summary>
    public HandshakeOptions Handshake { get; } = HandshakeOptions.Default;

    /// <summary>How many threads serve an endpoint.</summary>
    public int Count => _server.Shards ?? Environment.ProcessorCount;

    /// <summary>Makes the options of an endpoint's shards.</summary>
    /// <param name="endPoint">Where they listen.</param>
    /// <param name="credentials">Makes handshakes and answers their questions.</param>
    /// <param name="limits">The limits of each connection.</param>
    /// <param name="accept">Makes, once for each shard, what makes the protocol over each connection.</param>
    public ShardOptions Create(
        IPEndPoint endPoint, ServerCredentials credentials, ConnectionLimits limits, Func<Shard, Func<Connection, IApplicationProtocol>> accept) => new()
        {
            EndPoint = endPoint,
            Limits = limits,
            ResetKey = Secrets.ResetKey,
            TokenSecret = Secrets.TokenKey,
            UsedTokens = _usedTokens,
            Retry = _server.Retry switch
            {
                RetryMode.Never => RetryPolicy.Never,
                RetryMode.Always => RetryPolicy.Always,
                _ => RetryPolicy.UnderPressure,
            },
            Memory = Memory,
            MaxConnections = _server.MaxConnections,
            Established = (shard, connection) =>
            {
                LogHandshake(connection.Handshake);
                credentials.IssueTicket(shard, connection);
            },
            Answer = credentials.Answer,
            CreateServerHandshake = credentials.CreateHandshake,
            Qlog = _server.Qlog is { } folder ? new QlogFolder(folder) : null,
            Accept = accept,
        };

    private void LogHandshake(TlsHandshake handshake)
    {
        // The level may be changed while the server runs.
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            _logger.LogDebug(
                "A QUIC connection is established: {Suite}, {Group}, {Name}{Resumed}",
                handshake.Suite,
                handshake.Group,
                handshake.ServerName ?? "(no name)",
                handshake.IsResumed ? ", resumed" : "");
        }
    }
}
