using HyperGen.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Pipeline;

/// <summary>Finds out who would miss the scope (request id, path, trace id) that ASP.NET Core's hosting puts around what a request logs.</summary>
internal static class LogScopes
{
    /// <summary>The name of a logging provider that takes note of scopes; null when there is none, or nothing is logged at all.</summary>
    public static string? Taker(IServiceProvider services)
    {
        ILoggerFactory loggers = services.GetRequiredService<ILoggerFactory>();
        if (!loggers.CreateLogger(Listeners.LogCategory).IsEnabled(LogLevel.Critical))
        {
            return null;
        }
        if (loggers.GetType() != typeof(LoggerFactory))
        {
            // Someone else's factory does with scopes what it likes.
            return loggers.GetType().Name;
        }
        return services.GetServices<ILoggerProvider>().FirstOrDefault(provider => TakesScopes(provider, services))?.GetType().Name;
    }

    private static bool TakesScopes(ILoggerProvider provider, IServiceProvider services) => provider switch
    {
        ConsoleLoggerProvider => ConsoleShowsScopes(services),
        ISupportExternalScope => true,
        // Those of the debugger and of event tracing.
        _ when provider.GetType().Assembly.GetName().Name is "Microsoft.Extensions.Logging.Debug" or "Microsoft.Extensions.Logging.EventSource" => false,
        _ => BeginsScopes(provider),
    };

    /// <summary>Whether any format of the console shows scopes: which one is chosen may change while the application runs.</summary>
    private static bool ConsoleShowsScopes(IServiceProvider services) =>
        services.GetRequiredService<IOptions<SimpleConsoleFormatterOptions>>().Value.IncludeScopes
        || services.GetRequiredService<IOptions<JsonConsoleFormatterOptions>>().Value.IncludeScopes
        || services.GetRequiredService<IOptions<ConsoleFormatterOptions>>().Value.IncludeScopes;

    private static bool BeginsScopes(ILoggerProvider provider)
    {
        using IDisposable? scope = provider.CreateLogger(Listeners.LogCategory).BeginScope("");
        return scope is not null;
    }
}
