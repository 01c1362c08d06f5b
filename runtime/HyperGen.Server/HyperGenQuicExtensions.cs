using HyperGen.Server.Certificates;
using HyperGen.Server.Kestrel;
using HyperGen.Transport.Udp;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HyperGen;

/// <summary>Gives Kestrel HTTP/3 without libmsquic.</summary>
public static class HyperGenQuicExtensions
{
    /// <summary>Has Kestrel serve HTTP/3 over HyperGen's QUIC, on the endpoints whose protocols include it and that use https.</summary>
    /// <remarks>
    /// <code>
    /// builder.WebHost.UseHyperGenQuic().ConfigureKestrel(kestrel => kestrel.ListenAnyIP(8443, listen =>
    /// {
    ///     listen.Protocols = HttpProtocols.Http1AndHttp2AndHttp3;
    ///     listen.UseHttps();
    /// }));
    /// </code>
    /// It takes the place of <c>UseQuic</c> where both are called. It needs 64-bit Linux; elsewhere it does nothing, as <c>UseQuic</c> does without libmsquic. Certificates of
    /// clients are not supported: an endpoint that requires them refuses HTTP/3. What <see cref="HyperServerOptions"/> says of QUIC (shards, Retry, connections,
    /// memory, qlog, key log) holds here too, set with <c>services.Configure</c>.
    /// </remarks>
    /// <param name="builder">The web host.</param>
    /// <returns>The web host.</returns>
    public static IWebHostBuilder UseHyperGenQuic(this IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return UdpSocket.IsSupported ? builder.ConfigureServices(AddTransport) : builder;
    }

    /// <summary>Registers the transport, once. Kestrel asks the last one that is registered first.</summary>
    internal static void AddTransport(IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IMultiplexedConnectionListenerFactory, QuicTransport>());
        services.TryAddSingleton(KeyLogFile.Open);
    }
}
