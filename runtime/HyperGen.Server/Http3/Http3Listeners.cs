using System.Net;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Http3;
using HyperGen.Quic;
using HyperGen.Quic.Admission;
using HyperGen.Server.Certificates;
using HyperGen.Server.Configuration;
using HyperGen.Server.Hosting;
using HyperGen.Server.Pipeline;
using HyperGen.Transport.Shards;
using HyperGen.Transport.Udp;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Http3;

/// <summary>Serves HTTP/3 on the port numbers on which the other server has https.</summary>
internal sealed class Http3Listeners
{
    private readonly ShardSettings _settings;
    private readonly List<ShardGroup> _groups = [];
    private readonly List<ServerCredentials> _credentials = [];

    private Http3Listeners(ShardSettings settings) => _settings = settings;

    /// <summary>Starts to listen.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="application">What runs the requests.</param>
    /// <param name="addresses">The addresses of the other server, with the ports it got.</param>
    /// <returns>The listeners; null when there are none.</returns>
    public static Http3Listeners? Start(IServiceProvider services, HyperApplication application, IEnumerable<string> addresses)
    {
        HyperServerOptions options = services.GetRequiredService<IOptions<HyperServerOptions>>().Value;
        IConfiguration configuration = services.GetRequiredService<IConfiguration>();
        IPEndPoint[] endPoints = [.. addresses.SelectMany(EndPoints).Where(endPoint => KestrelEndpoint.On(configuration, endPoint.Port) is not { WantsHttp3: false })];
        if (!options.Http3 || endPoints.Length == 0)
        {
            return null;
        }
        ILogger logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("HyperGen.Server");
        if (!UdpSocket.IsSupported)
        {
            logger.LogInformation("HTTP/3 is not served: our QUIC runs on 64-bit Linux only");
            return null;
        }
        var settings = new ShardSettings(services, logger);
        var listeners = new Http3Listeners(settings);
        ServerCertificate certificate = services.GetRequiredService<ServerCertificate>();
        var verification = new ChainVerification
        {
            Validate = certificate.Https.ClientCertificateValidation,
            RevocationMode = certificate.Https.CheckCertificateRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
        };
        EndpointTable table = services.GetRequiredService<EndpointTable>();
        ReplayWindow? earlyData = options.EarlyData && table.Endpoints.Any(static endpoint => endpoint.Descriptor.EarlyData)
            ? new ReplayWindow(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())
            : null;
        try
        {
            foreach (IPEndPoint endPoint in endPoints)
            {
                var host = new Http3Host(
                    application,
                    services.GetRequiredService<StraightWay>(),
                    services.GetRequiredService<ServerServices>(),
                    new Http3Options(),
                    endPoint,
                    services.GetService<TimeProvider>() ?? TimeProvider.System,
                    logger);
                var credentials = new ServerCredentials(Http3Certificates.On(certificate, endPoint.Port, logger), settings.Secrets, settings.Handshake, verification)
                {
                    EarlyData = earlyData,
                    Settings = host.Protocol.Settings,
                };
                listeners.Listen(host, credentials);
            }
        }
        catch
        {
            // The ports that were bound before the one that could not be.
            _ = listeners.StopAsync(TimeSpan.Zero, CancellationToken.None);
            throw;
        }
        if (options.AltSvc)
        {
            services.GetRequiredService<AlternativeServices>().Announce(endPoints.Select(static endPoint => endPoint.Port));
        }
        return listeners;
    }

    /// <summary>What the shards of all listeners hold.</summary>
    public ShardUsage Usage => _groups.Aggregate(default(ShardUsage), static (sum, group) => sum + group.Usage);

    /// <summary>The memory that all connections share.</summary>
    public MemoryBudget Memory => _settings.Memory;

    /// <summary>Stops to take requests, waits for those under way, and wipes the keys.</summary>
    /// <param name="patience">How long they may take.</param>
    /// <param name="cancellationToken">Ends the patience.</param>
    public async Task StopAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        await using (cancellationToken.UnsafeRegister(static state => _ = ((Http3Listeners)state!).StopAsync(TimeSpan.Zero), this))
        {
            await StopAsync(patience);
        }
        _credentials.ForEach(static credentials => credentials.Dispose());
        _credentials.Clear();
    }

    private Task StopAsync(TimeSpan patience) => Task.WhenAll(_groups.Select(group => group.StopAsync(patience)));

    private static IEnumerable<IPEndPoint> EndPoints(string address)
    {
        BindingAddress binding = BindingAddress.Parse(address);
        if (!string.Equals(binding.Scheme, "https", StringComparison.OrdinalIgnoreCase) || binding.IsUnixPipe || binding.IsNamedPipe)
        {
            return [];
        }
        if (string.Equals(binding.Host, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            return System.Net.Sockets.Socket.OSSupportsIPv6
                ? [new IPEndPoint(IPAddress.Loopback, binding.Port), new IPEndPoint(IPAddress.IPv6Loopback, binding.Port)]
                : [new IPEndPoint(IPAddress.Loopback, binding.Port)];
        }

        // Kestrel takes every other name for all addresses, and so must we.
        return [new IPEndPoint(IPAddress.TryParse(binding.Host, out IPAddress? host) ? host : IPAddress.IPv6Any, binding.Port)];
    }

    private void Listen(Http3Host host, ServerCredentials credentials)
    {
        _credentials.Add(credentials);
        ShardOptions options = _settings.Create(host.LocalEndPoint, credentials, ConnectionLimits.Default, shard =>
        {
            var pool = new ExchangePool(host, shard);
            return quic => new Http3Connection(quic, host.Protocol, pool);
        });
        _groups.Add(ShardGroup.Start(options, _settings.Count));
    }
}
