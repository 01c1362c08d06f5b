using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Http3;
using HyperGen.Tls;
using HyperGen.Transport.Shards;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Certificates;

/// <summary>What HTTP/3 answers a client's first message with: the certificates of the application, chosen by name and by the kind of key.</summary>
internal static class Http3Certificates
{
    /// <summary>
    /// What is left for certificates of the three times 1,200 bytes that a server may send to an address it has not validated: the rest of its messages,
    /// their packets, and the padding take some 700.
    /// </summary>
    private const int RoomForChain = 2900;

    /// <summary>Makes the selections for a port.</summary>
    /// <param name="certificate">The certificates of the application.</param>
    /// <param name="port">The port.</param>
    /// <param name="logger">Is told of chains that cost their clients a round trip.</param>
    public static NamedSelections On(ServerCertificate certificate, int port, ILogger logger)
    {
        LoadedCertificate first = certificate.On(port);
        LoadedCertificate[] all = [first, .. certificate.Further];
        var credentials = all.ToDictionary(static loaded => loaded, loaded => Credential(loaded, logger));
        ClientCertificates clients = certificate.Https.ClientCertificateMode switch
        {
            ClientCertificateMode.RequireCertificate => ClientCertificates.Require,
            ClientCertificateMode.NoCertificate => ClientCertificates.None,
            _ => ClientCertificates.Request,
        };
        return new NamedSelections(first.Names.Count == 0 ? Select([first]) : Selection(first.Names[0]), [.. all.SelectMany(static loaded => loaded.Names).Select(name => (name, Selection(name)))]);

        // All certificates for a name go together, so that the client's signature algorithms choose among them; ECDSA costs a thirtieth of RSA and stands first.
        ServerSelection Selection(string name) => Select(all.Where(loaded => loaded.Names.Contains(name, StringComparer.OrdinalIgnoreCase)));

        ServerSelection Select(IEnumerable<LoadedCertificate> those) =>
            new([Http3Connection.Protocol], [.. those.Select(loaded => credentials[loaded]).OrderBy(static credential => credential.SignatureSchemes[0] >= SignatureScheme.RsaPssRsaeSha256)])
            {
                ClientCertificates = clients,
            };
    }

    private static Credential Credential(LoadedCertificate loaded, ILogger logger)
    {
        AsymmetricAlgorithm key = (AsymmetricAlgorithm?)loaded.Leaf.GetECDsaPrivateKey() ?? loaded.Leaf.GetRSAPrivateKey()
            ?? throw new InvalidOperationException("HTTP/3 needs a certificate with an ECDSA or RSA key; or switch it off with server:http3=off.");
        var credential = new Credential(
            [loaded.Leaf.RawDataMemory, .. CertificateChain.Order(loaded.Leaf, loaded.Chain).Select(static issuer => issuer.RawDataMemory)], key, loaded.Staple);
        if (!ChainVerification.MaySign(loaded.Leaf))
        {
            logger.LogWarning(
                "The certificate for {Name} is not for signatures, as its key usage says: many clients will refuse it, for TLS 1.3 uses it for nothing else",
                loaded.Leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        }
        if (credential.StapledMessage.Length > RoomForChain)
        {
            logger.LogInformation(
                "The certificates for {Name} have {Length} bytes: first visits by HTTP/3 take a round trip more than with {Room} or less",
                loaded.Leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: false),
                credential.StapledMessage.Length,
                RoomForChain);
        }
        return credential;
    }
}
