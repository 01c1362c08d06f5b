using HyperGen.Server.Hosting;
using HyperGen.Server.Startup;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HyperGen;

/// <summary>A built application: requests go from the server straight to the generated routes.</summary>
/// <remarks>
/// What an endpoint's attributes ask of ASP.NET Core (authorization, CORS, rate limiting and so on) is done by ASP.NET Core's own middleware, and so
/// are metrics, traces and request logs while someone listens to them. Other middleware runs in branches: see <see cref="Mount"/>.
/// </remarks>
public sealed class HyperApp : IHost, IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly EndpointTable _table;

    internal HyperApp(WebApplication web, EndpointTable table)
    {
        _web = web;
        _table = table;
        Logger = web.Services.GetRequiredService<ILoggerFactory>().CreateLogger(web.Environment.ApplicationName);
    }

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services => _web.Services;

    /// <summary>The configuration of the application.</summary>
    public IConfiguration Configuration => _web.Configuration;

    /// <summary>The environment, e.g. Development, and the folders.</summary>
    public IHostEnvironment Environment => _web.Environment;

    /// <summary>Tells when the application has started, is stopping and has stopped.</summary>
    public IHostApplicationLifetime Lifetime => _web.Lifetime;

    /// <summary>The logger of the application, under its name.</summary>
    public ILogger Logger { get; }

    /// <summary>Where the server listens: before the start what was asked for, afterwards what was bound, with the ports that 0 stood for.</summary>
    public ICollection<string> Urls => _web.Urls;

    /// <summary>Serves the paths below a prefix that no route matches by a branch of ASP.NET Core middleware, e.g. static files or MVC.</summary>
    /// <param name="path">The prefix, e.g. <c>/assets</c>, which the branch finds in <see cref="HttpRequest.PathBase"/>; <c>/</c> for every path.</param>
    /// <param name="configure">Adds the middleware of the branch. What it leaves unanswered gets 404.</param>
    /// <returns>The application, to mount more.</returns>
    /// <exception cref="InvalidOperationException">The application has started.</exception>
    public HyperApp Mount(string path, Action<IApplicationBuilder> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(configure);
        if (Lifetime.ApplicationStarted.IsCancellationRequested)
        {
            throw new InvalidOperationException("The application has started: mount branches before.");
        }
        _table.Branches.Add(new Branch(new PathString(path.TrimEnd('/')), configure));
        return this;
    }

    /// <summary>Starts the application, and returns when it listens.</summary>
    /// <param name="cancellationToken">Gives the start up.</param>
    public Task StartAsync(CancellationToken cancellationToken = default) => _web.StartAsync(cancellationToken);

    /// <summary>Stops the application: no new connection is accepted, requests under way are finished.</summary>
    /// <param name="cancellationToken">Ends the wait for requests under way; without it <see cref="HostOptions.ShutdownTimeout"/> does, by default 30 s.</param>
    public Task StopAsync(CancellationToken cancellationToken = default) => _web.StopAsync(cancellationToken);

    /// <summary>Starts the application, and returns when it has been told to stop, e.g. by Ctrl+C or SIGTERM, and has done so.</summary>
    /// <remarks>Where another program has the address already, the host's log says so, the exit code of the process becomes 1, and nothing is thrown.</remarks>
    /// <param name="cancellationToken">Stops the application.</param>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await HostingAbstractionsHostExtensions.RunAsync(this, cancellationToken);
        }
        catch (AddressTakenException)
        {
            System.Environment.ExitCode = 1;
        }
    }

    /// <summary>Starts the application, and blocks until it has been told to stop and has done so.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Stops the application where it runs, and gives up its services.</summary>
    public ValueTask DisposeAsync() => _web.DisposeAsync();

    void IDisposable.Dispose() => ((IDisposable)_web).Dispose();
}
