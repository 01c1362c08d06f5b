using HyperGen.Transport.Shards;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Certificates;

/// <summary>The secrets of the application's HTTP/3, loaded when they are first needed, and rotated as long as the application runs.</summary>
internal sealed class SharedSecrets : IDisposable
{
    /// <summary>How often the file is looked at: a small part of the two hours between rotations.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(5);

    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly string? _path;
    private readonly Lazy<ServerSecrets> _secrets;
    private ITimer? _timer;

    public SharedSecrets(IOptions<HyperServerOptions> options, ILoggerFactory loggers, TimeProvider? time = null)
    {
        _logger = loggers.CreateLogger("HyperGen.Server");
        _time = time ?? TimeProvider.System;
        _path = options.Value.Secrets ?? (PrivateFile.DefaultDirectory is { } directory ? SecretFile.PathIn(directory) : null);
        _secrets = new Lazy<ServerSecrets>(Load);
    }

    /// <summary>The secrets.</summary>
    public ServerSecrets Current => _secrets.Value;

    public void Dispose() => _timer?.Dispose();

    private ServerSecrets Load()
    {
        ServerSecrets secrets = TryLoad() ?? ServerSecrets.Create();
        _timer = _time.CreateTimer(_ => Refresh(secrets), null, s_interval, s_interval);
        return secrets;
    }

    private ServerSecrets? TryLoad()
    {
        try
        {
            if (_path is not null)
            {
                return SecretFile.LoadOrCreate(_path, _time.GetUtcNow());
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _logger.LogWarning(failure, "The secrets of HTTP/3 cannot be kept in {Path}: clients cannot resume their sessions after a restart", _path);
        }
        return null;
    }

    private void Refresh(ServerSecrets secrets)
    {
        try
        {
            if (_path is not null)
            {
                SecretFile.Refresh(_path, secrets, _time.GetUtcNow());
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _logger.LogDebug(failure, "The secrets of HTTP/3 cannot be read again");
        }
    }
}
