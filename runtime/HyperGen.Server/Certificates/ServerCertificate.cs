using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Certificates;

/// <summary>The certificate of the application, loaded when it is first needed, for Kestrel and for HTTP/3 alike.</summary>
internal sealed class ServerCertificate
{
    private const string KestrelsSection = "Kestrel:Certificates:Default";

    private readonly IConfiguration _configuration;
    private readonly HyperServerOptions _options;
    private readonly ILogger _logger;
    private readonly X509Certificate2Collection _chain = [];
    private readonly Lazy<X509Certificate2> _leaf;

    public ServerCertificate(IConfiguration configuration, IOptions<HyperServerOptions> options, ILoggerFactory loggers)
    {
        _configuration = configuration;
        _options = options.Value;
        _logger = loggers.CreateLogger("HyperGen.Server");
        _leaf = new Lazy<X509Certificate2>(Load);
    }

    /// <summary>Whether Kestrel loads it by itself, from its own section of the configuration.</summary>
    public bool IsKestrels => _options.Certificate.Path is null && _configuration.GetSection(KestrelsSection).Exists();

    /// <summary>The certificate with its private key.</summary>
    public X509Certificate2 Leaf => _leaf.Value;

    /// <summary>What leads from it to its issuer; empty when it needs nothing.</summary>
    public X509Certificate2Collection Chain
    {
        get
        {
            _ = _leaf.Value;
            return _chain;
        }
    }

    private X509Certificate2 Load()
    {
        if (_options.Certificate.Path is not null)
        {
            return CertificateFile.Load(_options.Certificate, _chain);
        }
        IConfigurationSection kestrels = _configuration.GetSection(KestrelsSection);
        if (kestrels["Path"] is { } path)
        {
            return CertificateFile.Load(new HyperCertificateOptions { Path = path, KeyPath = kestrels["KeyPath"], Password = kestrels["Password"] }, _chain);
        }
        return LoadDevelopment();
    }

    private X509Certificate2 LoadDevelopment()
    {
        try
        {
            if (PrivateFile.DefaultDirectory is { } directory)
            {
                X509Certificate2 certificate = DevelopmentCertificate.LoadOrCreate(directory, DateTimeOffset.UtcNow);
                _logger.LogInformation(
                    "https uses a development certificate, which only clients told so will trust: curl --cacert {Path}", DevelopmentCertificate.PathIn(directory));
                return certificate;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _logger.LogDebug(failure, "The development certificate cannot be kept");
        }
        _logger.LogWarning("https uses a certificate that will be gone with the process, because there is no folder to keep one in: set server:certificate:path");
        return DevelopmentCertificate.CreateInMemory(DateTimeOffset.UtcNow);
    }
}
