using System.Security.Cryptography.X509Certificates;

namespace HyperGen.Server.Certificates;

/// <summary>What of a chain is sent, and in which order.</summary>
internal static class CertificateChain
{
    /// <summary>
    /// The certificates that follow the leaf, each certifying the one before. What leads nowhere, and the root, which a client has or does not trust, is left
    /// out: before a client's address is validated a server may send three times what it received, some 3,600 bytes for all of its first flight.
    /// </summary>
    /// <param name="leaf">The server's certificate.</param>
    /// <param name="others">Those that came with it, in any order.</param>
    public static X509Certificate2Collection Order(X509Certificate2 leaf, X509Certificate2Collection others)
    {
        var ordered = new X509Certificate2Collection();
        X509Certificate2 last = leaf;
        while (ordered.Count < others.Count && Find(others, last) is { } issuer && !IsRoot(issuer))
        {
            ordered.Add(issuer);
            last = issuer;
        }
        return ordered;
    }

    private static X509Certificate2? Find(X509Certificate2Collection others, X509Certificate2 subject)
    {
        foreach (X509Certificate2 candidate in others)
        {
            if (!ReferenceEquals(candidate, subject) && candidate.SubjectName.RawData.AsSpan().SequenceEqual(subject.IssuerName.RawData))
            {
                return candidate;
            }
        }
        return null;
    }

    private static bool IsRoot(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}
