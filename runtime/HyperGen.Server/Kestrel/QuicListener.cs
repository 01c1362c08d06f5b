using System.Net;
using System.Threading.Channels;
using HyperGen.Quic;
using HyperGen.Server.Configuration;
using HyperGen.Tls;
using HyperGen.Transport.Shards;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Kestrel;

/// <summary>A port on which shards accept connections for Kestrel.</summary>
internal sealed class QuicListener : IMultiplexedConnectionListener
{
    private readonly ConnectionCertificates _certificates;
    private readonly Channel<QuicConnectionContext> _accepted = Channel.CreateUnbounded<QuicConnectionContext>();
    private readonly ServerCredentials _credentials;
    private readonly ShardGroup _shards;
    private volatile bool _isUnbound;

    /// <summary>Binds the port and begins to listen.</summary>
    /// <param name="endPoint">Where to.</param>
    /// <param name="certificates">Knows the certificates.</param>
    /// <param name="settings">What the server's settings come to.</param>
    /// <param name="logger">Is told of what should not happen.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound to.</exception>
    public QuicListener(IPEndPoint endPoint, ConnectionCertificates certificates, ShardSettings settings, ILogger logger)
    {
        _certificates = certificates;
        Logger = logger;
        EndPoint = endPoint;

        // Early data is not admitted: Kestrel has no way to tell its requests, or to let one wait for the handshake.
        _credentials = new ServerCredentials(SelectAsync, settings.Secrets, settings.Handshake);

        // Kestrel ends idle connections itself, with a GOAWAY, and lets handlers take as long as they like; most clients announce a limit of their own.
        ConnectionLimits limits = ConnectionLimits.Default with { IdleTimeout = TimeSpan.Zero };
        try
        {
            _shards = ShardGroup.Start(
                settings.Create(endPoint, _credentials, limits, shard => quic => new QuicConnectionContext(this, shard, quic)), settings.Count);
        }
        catch
        {
            _credentials.Dispose();
            throw;
        }
        EndPoint = new IPEndPoint(endPoint.Address, _shards.EndPoint.Port);
    }

    /// <summary>Is told of what should not happen.</summary>
    public ILogger Logger { get; }

    /// <summary>Is told that nothing is left of the listener.</summary>
    public Action<QuicListener>? Closed { get; init; }

    /// <summary>The shards, for tests and figures.</summary>
    public ShardGroup Shards => _shards;

    /// <inheritdoc/>
    public EndPoint EndPoint { get; }

    /// <summary>Waits for the next connection whose handshake is complete.</summary>
    /// <returns>The connection; null when the listener takes no more.</returns>
    public async ValueTask<MultiplexedConnectionContext?> AcceptAsync(IFeatureCollection? features = null, CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out QuicConnectionContext? connection))
            {
                return connection;
            }
        }
        return null;
    }

    /// <summary>Takes no more connections. The port stays open for those there are.</summary>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _isUnbound = true;
        _accepted.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <summary>Closes what is left, and gives the port up.</summary>
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        await _shards.StopAsync(TimeSpan.Zero);
        _credentials.Dispose();
        Closed?.Invoke(this);
    }

    /// <summary>Hands a connection over to Kestrel; false when it takes no more.</summary>
    internal bool TryOffer(QuicConnectionContext connection) => _accepted.Writer.TryWrite(connection);

    /// <summary>Asks the application which certificate a client is shown, away from the shard.</summary>
    private ValueTask<ServerSelection> SelectAsync(Connection connection, SelectCredentialsQuestion hello)
    {
        if (_isUnbound || connection.UserState is not ShardConnection { Protocol: QuicConnectionContext context })
        {
            throw new OperationCanceledException("The server is stopping, or the client has gone.");
        }
        return _certificates.SelectAsync(context, hello);
    }
}
