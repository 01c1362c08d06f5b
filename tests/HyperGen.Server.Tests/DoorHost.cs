using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Tests;

/// <summary>Routes behind a door, on a real Kestrel with ports of its own.</summary>
internal sealed class DoorHost : IAsyncDisposable
{
    private readonly IHost _app;

    private DoorHost(IHost app, RecordedLogs logs, IEnumerable<string> urls)
    {
        _app = app;
        Logs = logs;
        Urls = [.. urls.Select(static url => new Uri(url))];
    }

    public RecordedLogs Logs { get; }

    /// <summary>Where it listens: first without TLS for HTTP/1.1, then for HTTP/2, which HyperApp serves over TLS.</summary>
    public IReadOnlyList<Uri> Urls { get; }

    public int Port => Urls[0].Port;

    /// <summary>What the server has logged as its own failure: a client's is none.</summary>
    public string Failures => string.Join('\n', Logs.Entries
        .Where(static entry => entry.Level >= LogLevel.Warning && !IsOfKestrel(entry.Exception) && !IsOfMachine(entry.Message))
        .Select(static entry => $"{entry.Category}: {entry.Message} {entry.Exception}"));

    /// <summary>That a busy machine was slow is nobody's failure.</summary>
    private static bool IsOfMachine(string message) => message.Contains("so it is left to workers", StringComparison.Ordinal);

    /// <summary>Kestrel sometimes stumbles over a body that was cut off, and warns of its own mistake, whatever application runs on it.</summary>
    private static bool IsOfKestrel(Exception? exception) =>
        exception is InvalidOperationException { StackTrace: { } trace } && !trace.Contains(nameof(HyperGen), StringComparison.Ordinal);

    public static async Task<DoorHost> StartAsync(Door door, Func<FixtureApp> routes, Action<IServiceCollection>? configure = null, Action<WebApplication>? use = null)
    {
        var logs = new RecordedLogs();
        if (door == Door.HyperApp)
        {
            var hyper = new HyperAppBuilder(routes(), ["--server:httpPort=0", "--server:port=0"]);
            hyper.Logging.ClearProviders().AddProvider(logs);
            configure?.Invoke(hyper.Services);
            HyperApp app = hyper.Build();
            await app.StartAsync(TestContext.Current.CancellationToken);
            return new DoorHost(app, logs, app.Urls.OrderBy(static url => url.StartsWith("https:", StringComparison.Ordinal)));
        }
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        HyperGenServiceCollection.Add(builder.Services, routes);
        configure?.Invoke(builder.Services);
        WebApplication web = builder.Build();
        use?.Invoke(web);
        HyperGenEndpoints.Map(web);
        await web.StartAsync(TestContext.Current.CancellationToken);
        return new DoorHost(web, logs, web.Urls);
    }

    /// <summary>Finishes all requests under way, so that everything that is logged of them has been.</summary>
    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync() => await ((IAsyncDisposable)_app).DisposeAsync();
}
