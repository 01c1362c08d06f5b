using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Certificates;

/// <summary>Gives Kestrel's https endpoints their certificate: what code has set, else the configured one, else Kestrel's own default, else the development certificate.</summary>
internal sealed class CertificateSetup(ServerCertificate certificate) : IPostConfigureOptions<KestrelServerOptions>
{
    public void PostConfigure(string? name, KestrelServerOptions kestrel)
    {
        // ConfigureHttpsDefaults replaces what was set before: an application that only wants another time-out would be left without a certificate.
        Action<HttpsConnectionAdapterOptions> ofApplication = HttpsDefaults(kestrel);
        certificate.UseDefaults(ofApplication);
        if (certificate.IsKestrels)
        {
            return;
        }
        kestrel.ConfigureHttpsDefaults(https =>
        {
            ofApplication(https);
            if (https.ServerCertificate is null && https.ServerCertificateSelector is null)
            {
                https.ServerCertificate = certificate.Leaf;
                https.ServerCertificateChain = certificate.Chain;
            }
        });
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_HttpsDefaults")]
    private static extern Action<HttpsConnectionAdapterOptions> HttpsDefaults(KestrelServerOptions kestrel);
}
