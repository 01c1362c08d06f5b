using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Quic.Admission;
using HyperGen.Server.Certificates;
using HyperGen.Server.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Kestrel;

/// <summary>What Kestrel binds its HTTP/3 endpoints with: our QUIC in the place of libmsquic.</summary>
internal sealed class QuicTransport(ILoggerFactory loggers, IServiceProvider services) : IMultiplexedConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly ILogger _logger = loggers.CreateLogger("HyperGen.Server");
    private readonly Lazy<ShardSettings> _settings = new(() => new ShardSettings(services, loggers.CreateLogger("HyperGen.Server")));
    private readonly List<QuicListener> _listeners = [];

    /// <summary>The listeners there are, for tests and figures.</summary>
    public IReadOnlyList<QuicListener> Listeners
    {
        get
        {
            lock (_listeners)
            {
                return [.. _listeners];
            }
        }
    }

    /// <summary>The memory that all connections share.</summary>
    public MemoryBudget Memory => _settings.Value.Memory;

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    /// <inheritdoc/>
    /// <exception cref="AddressInUseException">Another program has the port.</exception>
    /// <exception cref="InvalidOperationException">Kestrel has not said how to do TLS, or the endpoint is no address of IP.</exception>
    public ValueTask<IMultiplexedConnectionListener> BindAsync(EndPoint endpoint, IFeatureCollection? features = null, CancellationToken cancellationToken = default)
    {
        if (endpoint is not IPEndPoint address)
        {
            throw new InvalidOperationException($"QUIC listens on IP addresses, not on {endpoint}.");
        }
        if (features?.Get<TlsConnectionCallbackOptions>() is not { OnConnection: not null, ApplicationProtocols.Count: > 0 } tls)
        {
            throw new InvalidOperationException("HTTP/3 needs https: call UseHttps for the endpoint.");
        }
        var certificates = new ConnectionCertificates(tls, ChainOf, _logger);
        try
        {
            var listener = new QuicListener(address, certificates, _settings.Value, _logger) { Closed = Forget };
            lock (_listeners)
            {
                _listeners.Add(listener);
            }
            return ValueTask.FromResult<IMultiplexedConnectionListener>(listener);
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(taken.Message, taken);
        }
    }

    /// <summary>Kestrel binds anew whenever its configuration changes: a listener that is closed goes with all it had.</summary>
    private void Forget(QuicListener listener)
    {
        lock (_listeners)
        {
            _listeners.Remove(listener);
        }
    }

    /// <summary>The chain that came with a certificate: Kestrel does not pass it on for HTTP/3, so it is known only for the certificate of a <see cref="HyperApp"/>.</summary>
    private X509Certificate2Collection? ChainOf(X509Certificate2 certificate) =>
        services.GetService<ServerCertificate>() is { IsKestrels: false } ours && ReferenceEquals(ours.Leaf, certificate) ? ours.Chain : null;
}
