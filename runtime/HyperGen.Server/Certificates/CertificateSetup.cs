using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Certificates;

/// <summary>Gives Kestrel's https endpoints their certificate: the configured one, else Kestrel's own default, else the development certificate.</summary>
internal sealed class CertificateSetup(IConfiguration configuration, IOptions<HyperServerOptions> options, ILoggerFactory loggers) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions kestrel)
    {
        bool configured = options.Value.Certificate.Path is not null;
        if (!configured && configuration.GetSection("Kestrel:Certificates:Default").Exists())
        {
            return;
        }
        var source = new Lazy<(X509Certificate2 Certificate, X509Certificate2Collection Chain)>(configured ? LoadConfigured : LoadDevelopment);
        kestrel.ConfigureHttpsDefaults(https => Apply(https, source));
    }

    private static void Apply(HttpsConnectionAdapterOptions https, Lazy<(X509Certificate2 Certificate, X509Certificate2Collection Chain)> source)
    {
        https.ServerCertificate = source.Value.Certificate;
        https.ServerCertificateChain = source.Value.Chain;
    }

    private (X509Certificate2 Certificate, X509Certificate2Collection Chain) LoadConfigured()
    {
        var chain = new X509Certificate2Collection();
        return (CertificateFile.Load(options.Value.Certificate, chain), chain);
    }

    private (X509Certificate2 Certificate, X509Certificate2Collection Chain) LoadDevelopment()
    {
        string directory = DevelopmentCertificate.DefaultDirectory;
        X509Certificate2 certificate = DevelopmentCertificate.LoadOrCreate(directory, DateTimeOffset.UtcNow);
        loggers.CreateLogger("HyperGen.Server").LogInformation(
            "https uses a development certificate, which only clients told so will trust: curl --cacert {Path}", DevelopmentCertificate.PathIn(directory));
        return (certificate, []);
    }
}
