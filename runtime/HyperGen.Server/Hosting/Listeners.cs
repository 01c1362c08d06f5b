using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Hosting;

/// <summary>Tells whether anyone listens to the traces, metrics, events or logs that ASP.NET Core emits for each request.</summary>
/// <remarks>Only then do requests pass through ASP.NET Core's hosting code, which emits them. Someone may begin or cease to listen at any time.</remarks>
internal sealed class Listeners : IDisposable
{
    /// <summary>The category under which hosting logs requests.</summary>
    public const string LogCategory = "Microsoft.AspNetCore.Hosting.Diagnostics";

    private const string HostingName = "Microsoft.AspNetCore.Hosting";

    private readonly ActivitySource _activities;
    private readonly DiagnosticListener _diagnostics;
    private readonly ILogger _logger;
    private readonly EventSource? _events;
    private readonly MeterListener _finder = new();
    private Instrument[] _instruments = [];

    public Listeners(ActivitySource activities, DiagnosticListener diagnostics, IMeterFactory meters, ILoggerFactory loggers)
    {
        _activities = activities;
        _diagnostics = diagnostics;
        _logger = loggers.CreateLogger(LogCategory);
        _events = EventSource.GetSources().FirstOrDefault(static source => source.Name == HostingName);

        // The instruments are private to ASP.NET Core. A listener that enables none of them is shown all.
        _finder.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == HostingName && (instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, meters)))
            {
                _instruments = [.. _instruments, instrument];
            }
        };
        _finder.Start();
    }

    /// <summary>Whether anyone listens now.</summary>
    public bool Any => _activities.HasListeners() || _diagnostics.IsEnabled() || _events is { } events && events.IsEnabled() || AnyInstrument() || _logger.IsEnabled(LogLevel.Information);

    /// <summary>Whether anything is logged at all. Then ASP.NET Core's hosting gives each request an <see cref="Activity"/>, whether or not anyone listens to that.</summary>
    public bool HasLogs => _logger.IsEnabled(LogLevel.Critical);

    public void Dispose() => _finder.Dispose();

    private bool AnyInstrument()
    {
        foreach (Instrument instrument in _instruments)
        {
            if (instrument.Enabled)
            {
                return true;
            }
        }
        return false;
    }
}
