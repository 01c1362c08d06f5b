using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Server.Kestrel;
using HyperGen.Transport.Shards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Tests.Kestrel;

/// <summary>Kestrel with HTTP/3 over our QUIC: in an ASP.NET Core application of its own with <c>UseHyperGenQuic</c>, or in a <see cref="HyperApp"/> with
/// <c>server:http3Engine=kestrel</c>.</summary>
internal sealed class KestrelServer : IAsyncDisposable
{
    private readonly IHost _host;

    private KestrelServer(IHost host, RecordedLogs logs)
    {
        _host = host;
        Logs = logs;
        string address = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .First(static address => address.StartsWith("https:", StringComparison.Ordinal));
        Port = BindingAddress.Parse(address).Port;
    }

    public int Port { get; }

    public RecordedLogs Logs { get; }

    /// <summary>The shards of the only HTTP/3 endpoint.</summary>
    public IReadOnlyList<Shard> Shards => Transport.Listeners.Single().Shards.Shards;

    /// <summary>Whether the transport has no listener any more, and has given all memory back.</summary>
    public bool HasNoListener => Transport is { Listeners.Count: 0, Memory.Leased: 0 };

    private QuicTransport Transport => (QuicTransport)_host.Services.GetServices<IMultiplexedConnectionListenerFactory>().Single(static factory => factory is QuicTransport);

    /// <summary>Starts one behind a door, with the same handler for all requests.</summary>
    public static async Task<KestrelServer> StartAsync(Door door, RequestDelegate handler, params string[] settings)
    {
        if (door == Door.AspNetCore)
        {
            return await StartAsync(listen => listen.UseHttps(CreateCertificate()), handler);
        }
        var routes = new FixtureApp();
        foreach (string method in new[] { "GET", "HEAD", "POST" })
        {
            routes.Map(method, "/{name}", context => new ValueTask(handler(context.HttpContext)), maxBody: long.MaxValue);
        }
        var builder = new HyperAppBuilder(routes, ["--server:httpPort=off", "--server:port=0", "--server:http3Engine=kestrel", .. settings]);
        var logs = new RecordedLogs();
        builder.Logging.ClearProviders().AddProvider(logs);
        HyperApp app = builder.Build();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new KestrelServer(app, logs);
    }

    /// <summary>Starts an ASP.NET Core application that serves HTTP/3 alone, on any free port.</summary>
    public static async Task<KestrelServer> StartAsync(Action<ListenOptions> configure, RequestDelegate handler, Action<KestrelServerOptions>? limits = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        var logs = new RecordedLogs();
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.WebHost.UseHyperGenQuic().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            limits?.Invoke(kestrel);
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http3;
                configure(listen);
            });
        });
        WebApplication app = builder.Build();
        app.Run(handler);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new KestrelServer(app, logs);
    }

    public static X509Certificate2 CreateCertificate(string name = "localhost")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>Waits for something that takes other threads a moment.</summary>
    public static async Task EventuallyAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            await Task.Delay(10, limit.Token);
        }
    }

    public Task StopAsync() => _host.StopAsync(TestContext.Current.CancellationToken);

    /// <summary>Waits until nothing is left of the connections there were.</summary>
    public Task NothingIsLeftAsync() => EventuallyAsync(() => Shards.All(static shard => shard.Usage == default));

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }
}
