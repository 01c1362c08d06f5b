using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Tls;

namespace HyperGen.Transport.Shards;

/// <summary>Judges a peer's certificates with <see cref="X509Chain"/>, or as the application says. The seam in which the BCL's exceptions on them end.</summary>
/// <remarks>It may wait for the network (issuers and revocation lists that the peer did not send), so it is done at a desk, never on a shard.</remarks>
internal sealed class ChainVerification
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Signatures with RSA, DSA and ECDSA over MD2, MD4, MD5 and SHA-1.</summary>
    private static readonly HashSet<string?> s_broken =
    [
        "1.2.840.113549.1.1.2", "1.2.840.113549.1.1.3", "1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.3.14.3.2.29", "1.2.840.10040.4.3", "1.2.840.10045.4.1",
    ];

    /// <summary>Less than a question may take (<see cref="Quic.ConnectionLimits.AnswerTimeout"/>), so that a slow authority holds a desk no longer than anybody waits.</summary>
    public static readonly TimeSpan RetrievalTimeout = TimeSpan.FromSeconds(3);

    /// <summary>
    /// What the application makes of the certificate, its chain, and what is wrong with them; null, the default, to accept what nothing is wrong with. It is
    /// called on any thread.
    /// </summary>
    public Func<X509Certificate2, X509Chain?, SslPolicyErrors, bool>? Validate { get; init; }

    /// <summary>Roots to trust in place of the system's; empty, the default, for the system's.</summary>
    public X509Certificate2Collection Roots { get; init; } = [];

    /// <summary>Whether revocation is looked up. Default: no, as in Kestrel and SslStream.</summary>
    public X509RevocationMode RevocationMode { get; init; } = X509RevocationMode.NoCheck;

    /// <summary>Answers a question.</summary>
    /// <returns>Null when the chain is good; otherwise the alert that says what is wrong with it.</returns>
    public TlsAlert? Verify(VerifyChainQuestion question)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            foreach (ReadOnlyMemory<byte> certificate in question.Certificates)
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(certificate.Span));
            }
            return Verify(certificates[0], certificates, question.ServerName);
        }
        catch (CryptographicException)
        {
            return TlsAlert.BadCertificate;
        }
        finally
        {
            foreach (X509Certificate2 certificate in certificates)
            {
                certificate.Dispose();
            }
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1.2
    //# That is, the digitalSignature bit
    //# MUST be set if the Key Usage extension is present

    /// <summary>Whether the certificate allows its key to sign, which is all that TLS 1.3 does with one.</summary>
    public static bool MaySign(X509Certificate2 leaf) =>
        leaf.Extensions.OfType<X509KeyUsageExtension>().All(static usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature));

    private TlsAlert? Verify(X509Certificate2 leaf, X509Certificate2Collection sent, string? serverName)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = RevocationMode;
        chain.ChainPolicy.UrlRetrievalTimeout = RetrievalTimeout;
        chain.ChainPolicy.ExtraStore.AddRange(sent);

        // A certificate may name an address where its issuer is to be had: no client sends the server there.
        chain.ChainPolicy.DisableCertificateDownloads = serverName is null;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(serverName is null ? ClientAuthentication : ServerAuthentication));
        if (Roots.Count > 0)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(Roots);
        }

        bool isTrusted = chain.Build(leaf);
        bool isBroken = IsSignedWithBrokenHash(chain);
        bool maySign = MaySign(leaf);
        SslPolicyErrors errors = isTrusted && !isBroken && maySign ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;
        if (serverName is not null && !leaf.MatchesHostname(serverName, allowWildcards: true, allowCommonName: false))
        {
            errors |= SslPolicyErrors.RemoteCertificateNameMismatch;
        }
        bool isAccepted = Validate?.Invoke(leaf, chain, errors) ?? errors == SslPolicyErrors.None;
        return isAccepted ? null
            : isBroken ? TlsAlert.BadCertificate
            : !maySign ? TlsAlert.UnsupportedCertificate
            : AlertOf(chain);
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1.3
    //# Any endpoint receiving any certificate which it would need to validate
    //# using any signature algorithm using an MD5 hash MUST abort the
    //# handshake with a "bad_certificate" alert.

    /// <summary>What signs itself is trusted for what it is, not for its signature.</summary>
    private static bool IsSignedWithBrokenHash(X509Chain chain) => chain.ChainElements.Any(static element =>
        s_broken.Contains(element.Certificate.SignatureAlgorithm.Value)
        && !element.Certificate.SubjectName.RawData.AsSpan().SequenceEqual(element.Certificate.IssuerName.RawData));

    private static TlsAlert AlertOf(X509Chain chain)
    {
        X509ChainStatusFlags flags = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (sum, status) => sum | status.Status);
        return flags.HasFlag(X509ChainStatusFlags.Revoked) ? TlsAlert.CertificateRevoked
            : flags.HasFlag(X509ChainStatusFlags.NotTimeValid) ? TlsAlert.CertificateExpired
            : (flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0 ? TlsAlert.UnknownCa
            : flags.HasFlag(X509ChainStatusFlags.NotValidForUsage) ? TlsAlert.UnsupportedCertificate
            : flags.HasFlag(X509ChainStatusFlags.NotSignatureValid) ? TlsAlert.BadCertificate
            : TlsAlert.CertificateUnknown;
    }
}
