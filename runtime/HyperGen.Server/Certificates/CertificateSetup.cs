using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Certificates;

/// <summary>Gives Kestrel's https endpoints their certificate: the configured one, else Kestrel's own default, else the development certificate.</summary>
internal sealed class CertificateSetup(ServerCertificate certificate) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions kestrel)
    {
        if (certificate.IsKestrels)
        {
            return;
        }
        kestrel.ConfigureHttpsDefaults(https =>
        {
            https.ServerCertificate = certificate.Leaf;
            https.ServerCertificateChain = certificate.Chain;
        });
    }
}
