using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
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
        kestrel.ConfigureHttpsDefaults(https =>
        {
            ofApplication(https);
            certificate.ApplyTo(https);
            if (!certificate.IsKestrels && https.ServerCertificate is null && https.ServerCertificateSelector is null)
            {
                https.ServerCertificate = certificate.Leaf;
                https.ServerCertificateChain = certificate.Chain;
                if (certificate.Further.Count > 0)
                {
                    // Kestrel takes one chain, that of one certificate: the issuers of the others are found in the system's stores.
                    https.ServerCertificateSelector = (_, name) => Find(name);
                }
            }
        });
    }

    private X509Certificate2 Find(string? name) =>
        name is null || certificate.Leaf.MatchesHostname(name, allowWildcards: true, allowCommonName: false)
            ? certificate.Leaf
            : certificate.Further.FirstOrDefault(loaded => loaded.IsFor(name))?.Leaf ?? certificate.Leaf;

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_HttpsDefaults")]
    private static extern Action<HttpsConnectionAdapterOptions> HttpsDefaults(KestrelServerOptions kestrel);
}
