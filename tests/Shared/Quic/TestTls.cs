using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using HyperGen.Quic;
using HyperGen.Tls;

namespace HyperGen.Testing;

/// <summary>A certificate for the tests' server, and the answers to the questions that handshakes ask.</summary>
internal static class TestTls
{
    public static readonly SslApplicationProtocol Protocol = new("h3");

    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static Credential Credential { get; } = Create();

    /// <summary>The key and the certificate as PEM, for a server of others.</summary>
    public static (string Key, string Certificate) Pem =>
        (Key.ExportPkcs8PrivateKeyPem(), PemEncoding.WriteString("CERTIFICATE", Credential.Chain[0].Span));

    private static ServerSelection Selection { get; } = new([Protocol], [Credential]);

    public static TlsHandshake Server(ReadOnlyMemory<byte> transportParameters, SeededRandom random)
    {
        var handshake = new ServerHandshake(HandshakeOptions.Default, random.Fill);
        handshake.SetTransportParameters(transportParameters.Span);
        return handshake;
    }

    public static TlsHandshake Client(ReadOnlyMemory<byte> transportParameters, SeededRandom random) => new ClientHandshake(
        HandshakeOptions.Default,
        new() { ServerName = "h3.test", ApplicationProtocols = [Protocol], TransportParameters = transportParameters },
        random.Fill);

    /// <summary>Answers whatever the handshake asks.</summary>
    public static void Answer(Connection connection)
    {
        switch (connection.Question)
        {
            case SelectCredentialsQuestion question:
                connection.Handshake.AnswerCredentials(question.Id, Selection);
                break;
            case SignQuestion question:
                connection.Handshake.AnswerSignature(question.Id, question.Credential.Sign(question.Scheme, question.Content.Span));
                break;
            case VerifyChainQuestion question:
                connection.Handshake.AnswerChain(question.Id);
                break;
        }
    }

    private static Credential Create()
    {
        var request = new CertificateRequest("CN=h3.test", Key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("h3.test");
        names.AddDnsName("localhost");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(90));
        return new([certificate.RawData], Key);
    }
}
