using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HyperGen.Server.Certificates;

/// <summary>A self-signed certificate for this machine's own names, made on first use and kept in the folder of the user's application data.</summary>
/// <remarks>
/// One PEM file holds certificate and key, so that it appears whole or not at all; it also serves as <c>curl --cacert</c>. Only the user may read it.
/// A lock file keeps processes that start together from making one each.
/// </remarks>
internal static class DevelopmentCertificate
{
    private const string FileName = "localhost.pem";
    private const string LockName = "localhost.lock";

    /// <summary>As long as browsers and Apple's systems accept (398 days), less a margin for clocks that differ.</summary>
    private static readonly TimeSpan s_lifetime = TimeSpan.FromDays(390);

    /// <summary>A clock that goes behind ours by less than this still takes the certificate for valid.</summary>
    private static readonly TimeSpan s_backdating = TimeSpan.FromDays(1);

    /// <summary>A certificate is renewed this long before it ends, so that none ends under a running server of ordinary uptime.</summary>
    private static readonly TimeSpan s_renewal = TimeSpan.FromDays(30);

    /// <summary>Where the certificate is within a directory.</summary>
    public static string PathIn(string directory) => Path.Combine(directory, FileName);

    /// <summary>Loads the certificate, or makes it where there is none that will do.</summary>
    /// <param name="directory">The directory, made when it is absent.</param>
    /// <param name="now">The time that the certificate must be valid at.</param>
    public static X509Certificate2 LoadOrCreate(string directory, DateTimeOffset now)
    {
        PrivateFile.CreateDirectory(directory);
        string path = PathIn(directory);
        if (TryLoad(path, now) is { } existing)
        {
            return existing;
        }
        using FileStream held = PrivateFile.Lock(Path.Combine(directory, LockName));
        return TryLoad(path, now) ?? Create(path, now);
    }

    /// <summary>Makes a certificate that nothing keeps, where there is no folder to keep it in.</summary>
    public static X509Certificate2 CreateInMemory(DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return CertificateFile.ForTls(Request(key).CreateSelfSigned(now - s_backdating, now + s_lifetime));
    }

    private static X509Certificate2? TryLoad(string path, DateTimeOffset now)
    {
        // Others may have copied a key that they could read.
        if (!File.Exists(path) || !PrivateFile.IsPrivate(path))
        {
            return null;
        }
        try
        {
            X509Certificate2 certificate = CertificateFile.LoadPem(path, keyPath: null, password: null);
            if (certificate.NotBefore <= now.LocalDateTime && certificate.NotAfter > (now + s_renewal).LocalDateTime)
            {
                return certificate;
            }
            certificate.Dispose();
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            // Someone has damaged the file: a new one takes its place.
        }
        return null;
    }

    private static X509Certificate2 Create(string path, DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = Request(key).CreateSelfSigned(now - s_backdating, now + s_lifetime);
        PrivateFile.Write(path, [certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem()]);
        return CertificateFile.LoadPem(path, keyPath: null, password: null);
    }

    private static CertificateRequest Request(ECDsa key)
    {
        var request = new CertificateRequest("CN=localhost, O=HyperGen development", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName("*.localhost");
        names.AddDnsName("h3.test");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "serverAuth")], critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }
}
