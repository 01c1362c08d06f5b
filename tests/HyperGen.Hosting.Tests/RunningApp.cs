using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace HyperGen.Hosting.Tests;

/// <summary>The way into the generated endpoints.</summary>
public enum Door
{
    HyperApp,
    AspNetCore,
}

/// <summary>The endpoints of this project on a real Kestrel, and a client for them.</summary>
internal sealed class RunningApp : IAsyncDisposable
{
    private RunningApp(IHost app, IEnumerable<string> urls)
    {
        App = app;
        Urls = [.. urls];
        Client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            SslOptions = { CertificateChainPolicy = TestData.TrustDevelopmentCertificate() },
        })
        { BaseAddress = new Uri(Urls[0]) };
    }

    public IHost App { get; }

    public IReadOnlyList<string> Urls { get; }

    public HttpClient Client { get; }

    public int Port => Client.BaseAddress!.Port;

    public static Task<RunningApp> StartAsync(Door door, Action<IServiceCollection>? services = null, Action<ILoggingBuilder>? logging = null, params string[] args) =>
        door == Door.HyperApp ? StartHyperAppAsync(services, logging, args: args) : StartAspNetCoreAsync(services, logging, args: args);

    public static Task<RunningApp> StartHyperAppAsync(
        Action<IServiceCollection>? services = null, Action<ILoggingBuilder>? logging = null, Action<HyperAppBuilder>? configure = null, Action<HyperApp>? mount = null, params string[] args) =>
        StartUnaddressedAsync(
            builder =>
            {
                logging?.Invoke(builder.Logging);
                services?.Invoke(builder.Services);
                configure?.Invoke(builder);
            },
            mount,
            ["--server:httpPort=0", "--server:port=off", .. args]);

    /// <summary>Starts a HyperApp that is told nowhere else where to listen.</summary>
    public static async Task<RunningApp> StartUnaddressedAsync(Action<HyperAppBuilder>? configure, Action<HyperApp>? change, params string[] args)
    {
        HyperAppBuilder builder = HyperApp.CreateBuilder(args);
        builder.Logging.ClearProviders();
        configure?.Invoke(builder);
        HyperApp app = builder.Build();
        change?.Invoke(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RunningApp(app, app.Urls);
    }

    public static async Task<RunningApp> StartAspNetCoreAsync(
        Action<IServiceCollection>? services = null, Action<ILoggingBuilder>? logging = null, Action<WebApplication>? use = null, params string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        logging?.Invoke(builder.Logging);
        builder.Services.AddHyperGen();
        services?.Invoke(builder.Services);
        WebApplication app = builder.Build();
        use?.Invoke(app);
        app.MapHyperGen();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RunningApp(app, app.Urls);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await ((IAsyncDisposable)App).DisposeAsync();
    }
}
