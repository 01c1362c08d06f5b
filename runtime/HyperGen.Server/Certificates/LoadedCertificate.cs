using System.Security.Cryptography.X509Certificates;

namespace HyperGen.Server.Certificates;

/// <summary>A certificate with its private key, what came with it in its file, and its OCSP response.</summary>
/// <param name="Leaf">The certificate.</param>
/// <param name="Chain">The others of its file, in their order.</param>
/// <param name="Staple">The OCSP response in DER; empty for none.</param>
internal sealed record LoadedCertificate(X509Certificate2 Leaf, X509Certificate2Collection Chain, ReadOnlyMemory<byte> Staple = default)
{
    /// <summary>The host names it is for.</summary>
    public IReadOnlyList<string> Names { get; } = [.. Leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static names => names.EnumerateDnsNames())];

    /// <summary>Whether it is for a name.</summary>
    public bool IsFor(string name) => Leaf.MatchesHostname(name, allowWildcards: true, allowCommonName: false);
}
