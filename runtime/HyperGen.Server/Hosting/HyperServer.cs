using HyperGen.Server.Configuration;
using HyperGen.Server.Http3;
using HyperGen.Server.Startup;
using HyperGen.Transport.Shards;
using HyperGen.Transport.Udp;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Hosting;

/// <summary>Stands before the server of the application (Kestrel, unless another is registered) and gives it <see cref="HyperApplication{THosting}"/> to run in place of
/// ASP.NET Core's hosting.</summary>
/// <remarks>A server that is registered while the application is built, as test hosts do, takes its place: then all requests go through ASP.NET Core's pipeline, which
/// ends in the same endpoints.</remarks>
internal sealed class HyperServer(IServiceProvider services) : IServer
{
    private static readonly object s_innerKey = new();

    private readonly IServer _inner = services.GetRequiredKeyedService<IServer>(s_innerKey);

    private Http3Listeners? _http3;

    public IFeatureCollection Features => _inner.Features;

    /// <summary>What HTTP/3 holds for its clients.</summary>
    internal ShardUsage Http3Usage => _http3?.Usage ?? default;

    /// <summary>The bytes of the memory for connections that HTTP/3 has taken.</summary>
    internal long Http3Memory => _http3?.Memory.Leased ?? 0;

    /// <summary>Whether Kestrel serves HTTP/3 itself: then it has the UDP ports.</summary>
    private bool KestrelHasQuic => services.GetServices<IMultiplexedConnectionListenerFactory>().Any();

    /// <summary>Puts this class before the server that is registered last.</summary>
    public static void Decorate(IServiceCollection services)
    {
        ServiceDescriptor inner = services.Last(static service => service.ServiceType == typeof(IServer) && !service.IsKeyedService);
        if (inner.ImplementationType is { FullName: "Microsoft.AspNetCore.TestHost.TestServer" })
        {
            // GetTestServer() casts the registered server to that type.
            return;
        }
        services.Add(inner switch
        {
            { ImplementationInstance: { } instance } => new ServiceDescriptor(typeof(IServer), s_innerKey, instance),
            { ImplementationFactory: { } factory } => new ServiceDescriptor(typeof(IServer), s_innerKey, (provider, _) => factory(provider), inner.Lifetime),
            _ => new ServiceDescriptor(typeof(IServer), s_innerKey, inner.ImplementationType!, inner.Lifetime),
        });
        services.AddSingleton<IServer, HyperServer>();
    }

    public async Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        if (Features.Get<IServerAddressesFeature>() is { } addresses)
        {
            HyperServerOptions options = services.GetRequiredService<IOptions<HyperServerOptions>>().Value;
            ListenAddresses.Complete(
                addresses.Addresses,
                options,
                services.GetRequiredService<IConfiguration>(),
                services.GetRequiredService<ILoggerFactory>().CreateLogger("HyperGen.Server"));
            if (KestrelHasQuic || (options.Http3 && UdpSocket.IsSupported))
            {
                ListenAddresses.ChoosePorts(addresses.Addresses);
            }
        }
        var ours = ActivatorUtilities.CreateInstance<HyperApplication<TContext>>(services, application);
        try
        {
            await _inner.StartAsync(ours, cancellationToken);
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            throw new AddressTakenException(taken);
        }
        if (!KestrelHasQuic && Features.Get<IServerAddressesFeature>() is { } bound)
        {
            _http3 = Http3Listeners.Start(services, ours, bound.Addresses);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // Both drain at the same time, within the time that the host gives them.
        Task inner = _inner.StopAsync(cancellationToken);
        return _http3 is null ? inner : Task.WhenAll(inner, _http3.StopAsync(services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout, cancellationToken));
    }

    /// <summary>Does nothing: the container that made the inner server gives it up.</summary>
    public void Dispose()
    {
    }
}
