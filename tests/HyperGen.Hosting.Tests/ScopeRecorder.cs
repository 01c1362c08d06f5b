using System.Collections.Concurrent;

namespace HyperGen.Hosting.Tests;

/// <summary>Keeps what is logged and, where it is told to take note of them, the scopes it was logged in.</summary>
internal sealed class ScopeRecorder(bool takesScopes) : ILoggerProvider
{
    private readonly LoggerExternalScopeProvider? _scopes = takesScopes ? new() : null;

    public ConcurrentQueue<(string Category, LogLevel Level, string Message, Dictionary<string, object?> Scope, Exception? Exception)> Entries { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(ScopeRecorder recorder, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => recorder._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Dictionary<string, object?> scope = [];
            recorder._scopes?.ForEachScope(
                static (value, all) =>
                {
                    foreach ((string key, object? item) in value as IEnumerable<KeyValuePair<string, object?>> ?? [])
                    {
                        all[key] = item;
                    }
                },
                scope);
            recorder.Entries.Enqueue((category, logLevel, formatter(state, exception), scope, exception));
        }
    }
}
