using HyperGen.Server.Hosting;
using HyperGen.Server.Pipeline;
using HyperGen.Server.Services;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Startup;

/// <summary>Writes once, when the server listens, where it does so and what it serves.</summary>
internal sealed class StartupReport(
    EndpointTable table,
    ServiceLifetimes lifetimes,
    IServer server,
    IServiceProvider services,
    IOptions<HyperServerOptions> options,
    IHostApplicationLifetime lifetime,
    ILoggerFactory loggers) : IHostedService
{
    /// <summary>What the console's logger puts before each line of a message.</summary>
    private const int Indentation = 6;

    private readonly ILogger _logger = loggers.CreateLogger("HyperGen.Server");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Write);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>How wide the terminal is, within what a table can make good use of; 120 columns where what is written goes elsewhere.</summary>
    private static int Columns() => Console.IsOutputRedirected ? 120 : Math.Clamp(Console.WindowWidth, 80, 160);

    private void Write()
    {
        if (!_logger.IsEnabled(LogLevel.Information))
        {
            return;
        }
        string[] addresses = [.. server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []];
        string where = addresses.Length == 0 ? "" : $" on {string.Join(" and ", addresses)}";
        string rows = options.Value.StartupTable == 0 ? "" : "\n\n" + RouteTable.Format(
            [.. table.Endpoints.Select(static endpoint => endpoint.Descriptor)], lifetimes, options.Value.StartupTable, Columns() - Indentation);
        _logger.LogInformation("Serving {Count} endpoints{Where}{Table}", table.Endpoints.Count, where, rows);
        if (services.GetService<StraightWay>()?.ClosedBecause is { } reason)
        {
            _logger.LogInformation("Every request passes through ASP.NET Core's pipeline: {Reason}", reason);
        }
    }
}
