using System.Globalization;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Configuration;

/// <summary>Reads the configuration section <c>server</c>, and says in a sentence what it cannot make sense of.</summary>
internal sealed class ServerOptionsSetup(IConfiguration configuration) : IConfigureOptions<HyperServerOptions>
{
    /// <summary>The value of a port that is not to be opened.</summary>
    public const int Off = -1;

    private const string Known =
        "server:host, server:httpPort, server:port, server:http3, server:http3Engine, server:altSvc, server:earlyData, server:shards, server:retry, server:maxConnections, "
        + "server:connectionMemory, server:startupTable, server:secrets, server:qlog, "
        + "server:keyLog, server:clientCertificate, server:certificate:path, server:certificate:keyPath, server:certificate:password, server:certificate:ocspPath, "
        + "server:certificates:0:path (and so on)";

    /// <summary>Whether Kestrel's own HTTP/3 is to be served, over our QUIC. It is asked when the application is built, because services depend on it.</summary>
    public static bool IsHttp3Kestrels(IConfiguration configuration)
    {
        IConfigurationSection engine = configuration.GetSection("server:http3Engine");
        IConfigurationSection http3 = configuration.GetSection("server:http3");
        return engine.Exists() && IsKestrel(engine) && (!http3.Exists() || Switch(http3));
    }

    public void Configure(HyperServerOptions options)
    {
        foreach (IConfigurationSection setting in configuration.GetSection("server").GetChildren())
        {
            switch (setting.Key.ToLowerInvariant())
            {
                case "host": options.Host = Text(setting); break;
                case "httpport": options.HttpPort = Port(setting); break;
                case "port": options.Port = Port(setting); break;
                case "http3": options.Http3 = Switch(setting); break;
                case "altsvc": options.AltSvc = Switch(setting); break;
                case "earlydata": options.EarlyData = Switch(setting); break;
                case "http3engine": _ = IsKestrel(setting); break;
                case "shards": options.Shards = Shards(setting); break;
                case "retry": options.Retry = Retry(setting); break;
                case "maxconnections": options.MaxConnections = (int)Number(setting, 1, int.MaxValue, "it is a number of connections, at least 1"); break;
                case "connectionmemory": options.ConnectionMemory = Number(setting, 1 << 20, long.MaxValue, "it is a number of bytes, at least 1048576"); break;
                case "startuptable": options.StartupTable = Rows(setting); break;
                case "secrets": options.Secrets = Text(setting); break;
                case "qlog": options.Qlog = Text(setting); break;
                case "keylog": options.KeyLog = Text(setting); break;
                case "clientcertificate": options.ClientCertificate = ClientCertificate(setting); break;
                case "certificate": Certificate(setting, options.Certificate); break;
                case "certificates": Certificates(setting, options.Certificates); break;
                default: throw Unknown(setting);
            }
        }
    }

    private static void Certificates(IConfigurationSection section, IList<HyperCertificateOptions> certificates)
    {
        foreach (IConfigurationSection setting in section.GetChildren())
        {
            var options = new HyperCertificateOptions();
            Certificate(setting, options);
            certificates.Add(options.Path is null ? throw Invalid(setting, "a certificate needs a path") : options);
        }
    }

    private static ClientCertificateMode ClientCertificate(IConfigurationSection setting) => setting.Value?.ToLowerInvariant() switch
    {
        "no" or "off" or "false" => ClientCertificateMode.NoCertificate,
        "allow" => ClientCertificateMode.AllowCertificate,
        "require" => ClientCertificateMode.RequireCertificate,
        _ => throw Invalid(setting, "it is 'no', 'allow' or 'require'"),
    };

    private static void Certificate(IConfigurationSection section, HyperCertificateOptions options)
    {
        if (section.Value is { Length: > 0 })
        {
            options.Path = section.Value;
        }
        foreach (IConfigurationSection setting in section.GetChildren())
        {
            switch (setting.Key.ToLowerInvariant())
            {
                case "path": options.Path = Text(setting); break;
                case "keypath": options.KeyPath = Text(setting); break;
                case "ocsppath": options.OcspPath = Text(setting); break;
                case "password": options.Password = Text(setting); break;
                default: throw Unknown(setting);
            }
        }
    }

    private static int Port(IConfigurationSection setting)
    {
        if (string.Equals(setting.Value, "off", StringComparison.OrdinalIgnoreCase))
        {
            return Off;
        }
        return int.TryParse(setting.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= ushort.MaxValue
            ? port
            : throw Invalid(setting, "a port is a number from 0 (any free one) to 65535, or 'off'");
    }

    private static int Rows(IConfigurationSection setting) => setting.Value?.ToLowerInvariant() switch
    {
        "off" or "false" => 0,
        _ => int.TryParse(setting.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int rows)
            ? rows
            : throw Invalid(setting, "it is the greatest number of endpoints to show, or 'off'"),
    };

    private static bool Switch(IConfigurationSection setting) => setting.Value?.ToLowerInvariant() switch
    {
        "on" or "true" => true,
        "off" or "false" => false,
        _ => throw Invalid(setting, "it is 'on' or 'off'"),
    };

    private static bool IsKestrel(IConfigurationSection setting) => setting.Value?.ToLowerInvariant() switch
    {
        "hypergen" => false,
        "kestrel" => true,
        _ => throw Invalid(setting, "it is 'hypergen' or 'kestrel'"),
    };

    private static int Shards(IConfigurationSection setting) =>
        int.TryParse(setting.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int shards) && shards is > 0 and <= 256
            ? shards
            : throw Invalid(setting, "it is a number of threads from 1 to 256");

    private static RetryMode Retry(IConfigurationSection setting) => setting.Value?.ToLowerInvariant() switch
    {
        "auto" => RetryMode.Auto,
        "never" or "off" or "false" => RetryMode.Never,
        "always" or "on" or "true" => RetryMode.Always,
        _ => throw Invalid(setting, "it is 'auto', 'never' or 'always'"),
    };

    private static long Number(IConfigurationSection setting, long least, long most, string reason) =>
        long.TryParse(setting.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most
            ? number
            : throw Invalid(setting, reason);

    private static string Text(IConfigurationSection setting) =>
        string.IsNullOrWhiteSpace(setting.Value) ? throw Invalid(setting, "it needs a value") : setting.Value.Trim();

    private static InvalidOperationException Invalid(IConfigurationSection setting, string reason) =>
        new($"The setting {setting.Path} is '{setting.Value}', which cannot be: {reason}.");

    private static InvalidOperationException Unknown(IConfigurationSection setting) =>
        new($"There is no setting {setting.Path}. Those below server: are {Known}.");
}

internal static class ServerOptionsServices
{
    public static void AddHyperServerOptions(this IServiceCollection services)
    {
        services.AddOptions<HyperServerOptions>();
        services.AddSingleton<IConfigureOptions<HyperServerOptions>, ServerOptionsSetup>();
        services.AddSingleton<Certificates.ServerCertificate>();
        services.AddSingleton<Certificates.SharedSecrets>();
        services.TryAddSingleton(Certificates.KeyLogFile.Open);
        services.AddSingleton<IPostConfigureOptions<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>, Certificates.CertificateSetup>();
    }
}
