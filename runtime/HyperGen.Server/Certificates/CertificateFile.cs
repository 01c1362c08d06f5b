using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HyperGen.Server.Certificates;

/// <summary>Reads a certificate with its private key, and the chain that comes with it.</summary>
internal static class CertificateFile
{
    /// <summary>Loads what the options name.</summary>
    /// <param name="options">They name a file.</param>
    /// <param name="chain">Receives the certificates that lead to the issuer, as far as the file has them.</param>
    /// <exception cref="InvalidOperationException">The file is absent or not what it should be; the message names it.</exception>
    public static X509Certificate2 Load(HyperCertificateOptions options, X509Certificate2Collection chain)
    {
        string path = options.Path!;
        try
        {
            if (Path.GetExtension(path).ToLowerInvariant() is ".pfx" or ".p12")
            {
                return LoadPkcs12(path, options.Password, chain);
            }
            chain.ImportFromPemFile(path);
            if (chain.Count > 0)
            {
                chain.RemoveAt(0);
            }
            return LoadPem(path, options.KeyPath, options.Password);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new InvalidOperationException(
                $"The certificate of server:certificate:path, '{path}'{(options.KeyPath is { } key ? $" with the key '{key}'" : "")}, cannot be used: {failure.Message}", failure);
        }
    }

    /// <summary>Loads a PEM file, whose first certificate is the server's.</summary>
    public static X509Certificate2 LoadPem(string path, string? keyPath, string? password)
    {
        return ForTls(password is null
            ? X509Certificate2.CreateFromPemFile(path, keyPath)
            : X509Certificate2.CreateFromEncryptedPemFile(path, password, keyPath));
    }

    /// <summary>Makes a certificate fit for the platform's TLS, which takes it over.</summary>
    public static X509Certificate2 ForTls(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }
        // Windows' TLS takes no key that lives in memory only: a pass through PKCS #12 gives it one that it knows.
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
        }
    }

    private static X509Certificate2 LoadPkcs12(string path, string? password, X509Certificate2Collection chain)
    {
        X509Certificate2? leaf = null;
        foreach (X509Certificate2 certificate in X509CertificateLoader.LoadPkcs12CollectionFromFile(path, password))
        {
            if (leaf is null && certificate.HasPrivateKey)
            {
                leaf = certificate;
            }
            else
            {
                chain.Add(certificate);
            }
        }
        return leaf ?? throw new CryptographicException("The file has no certificate with a private key.");
    }
}
