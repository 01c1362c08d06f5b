using System.Security.Cryptography.X509Certificates;
using HyperGen.Server.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Https;
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
    private readonly Lazy<HttpsConnectionAdapterOptions> _https;
    private readonly Lazy<LoadedCertificate[]> _further;
    private Action<HttpsConnectionAdapterOptions>? _defaults;

    public ServerCertificate(IConfiguration configuration, IOptions<HyperServerOptions> options, ILoggerFactory loggers)
    {
        _configuration = configuration;
        _options = options.Value;
        _logger = loggers.CreateLogger("HyperGen.Server");
        _leaf = new Lazy<X509Certificate2>(Load);
        _https = new Lazy<HttpsConnectionAdapterOptions>(LoadHttps);
        _further = new Lazy<LoadedCertificate[]>(() => [.. _options.Certificates.Select(Load)]);
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

    /// <summary>Takes note of what the application's code sets for all https endpoints, which may be a certificate.</summary>
    public void UseDefaults(Action<HttpsConnectionAdapterOptions> defaults) => _defaults = defaults;

    /// <summary>The certificate that Kestrel presents on a port, with what leads to its issuer: for HTTP/3 on the same port.</summary>
    /// <remarks>One that code has given to a single endpoint is known to that endpoint alone.</remarks>
    public LoadedCertificate On(int port)
    {
        if (KestrelEndpoint.On(_configuration, port)?.Certificate is { } own && CertificateOptions(own) is { } options)
        {
            return Load(options);
        }
        return new LoadedCertificate(Leaf, Chain, IsConfigured ? Staple(_options.Certificate) : default);
    }

    /// <summary>Those of <c>server:certificates</c>, which clients that ask for their names are shown.</summary>
    public IReadOnlyList<LoadedCertificate> Further => _further.Value;

    /// <summary>What holds for all https endpoints, by code or configuration: whether clients are asked for certificates, and what is made of them.</summary>
    public HttpsConnectionAdapterOptions Https => _https.Value;

    /// <summary>Sets what the configuration says of client certificates, unless code has said something.</summary>
    public void ApplyTo(HttpsConnectionAdapterOptions https)
    {
        if (https.ClientCertificateMode == ClientCertificateMode.NoCertificate)
        {
            https.ClientCertificateMode = _options.ClientCertificate;
        }
        https.ClientCertificateValidation ??= _options.ClientCertificateValidation;
    }

    private bool IsConfigured => _options.Certificate.Path is not null;

    private static LoadedCertificate Load(HyperCertificateOptions options)
    {
        X509Certificate2Collection chain = [];
        return new LoadedCertificate(CertificateFile.Load(options, chain), chain, Staple(options));
    }

    private static ReadOnlyMemory<byte> Staple(HyperCertificateOptions options)
    {
        try
        {
            return options.OcspPath is { } path ? File.ReadAllBytes(path) : default;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The OCSP response of a certificate, '{options.OcspPath}', cannot be read: {failure.Message}", failure);
        }
    }

    private HttpsConnectionAdapterOptions LoadHttps()
    {
        var https = new HttpsConnectionAdapterOptions();
        _defaults?.Invoke(https);
        ApplyTo(https);
        return https;
    }

    private X509Certificate2 Load()
    {
        var https = new HttpsConnectionAdapterOptions();
        _defaults?.Invoke(https);
        if (https.ServerCertificate is { } ofCode)
        {
            _chain.AddRange(https.ServerCertificateChain ?? []);
            return ofCode;
        }
        if (_options.Certificate.Path is not null)
        {
            return CertificateFile.Load(_options.Certificate, _chain);
        }
        return CertificateOptions(_configuration.GetSection(KestrelsSection)) is { } options ? CertificateFile.Load(options, _chain) : LoadDevelopment();
    }

    /// <summary>Reads a certificate's section of Kestrel's configuration; null when it names no file.</summary>
    private static HyperCertificateOptions? CertificateOptions(IConfigurationSection section) =>
        section["Path"] is { } path ? new HyperCertificateOptions { Path = path, KeyPath = section["KeyPath"], Password = section["Password"] } : null;

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
