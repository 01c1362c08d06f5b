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

        SslPolicyErrors errors = chain.Build(leaf) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;
        if (serverName is not null && !leaf.MatchesHostname(serverName, allowWildcards: true, allowCommonName: false))
        {
            errors |= SslPolicyErrors.RemoteCertificateNameMismatch;
        }
        bool isAccepted = Validate?.Invoke(leaf, chain, errors) ?? errors == SslPolicyErrors.None;
        return isAccepted ? null : AlertOf(chain);
    }

    private static TlsAlert AlertOf(X509Chain chain)
    {
        X509ChainStatusFlags flags = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (sum, status) => sum | status.Status);
        return flags.HasFlag(X509ChainStatusFlags.Revoked) ? TlsAlert.CertificateRevoked
            : flags.HasFlag(X509ChainStatusFlags.NotTimeValid) ? TlsAlert.CertificateExpired
            : (flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0 ? TlsAlert.UnknownCa
            : TlsAlert.BadCertificate;
    }
}
