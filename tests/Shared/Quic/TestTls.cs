using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Quic;
using HyperGen.Tls;

namespace HyperGen.Testing;

/// <summary>A certificate for the tests' server, and the answers to the questions that handshakes ask.</summary>
internal static class TestTls
{
    public static readonly SslApplicationProtocol Protocol = new("h3");

    /// <summary>The same key and certificate in every run, so that a seed means the same packets everywhere. They are for these tests and guard nothing.</summary>
    private const string KeyPem = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQguOM1kDsa0na2f3KL
        ByfN9FM83ZEFUW9TgeylUpD8L2WhRANCAAQjCZoFJD9COklFSXJua6KpQISY/KOl
        rib7CQjkBx08MS995w8ZYyIscTV221JH4vYdKVcLT0p9Xs5Tu0iwtZKk
        -----END PRIVATE KEY-----
        """;

    private const string CertificatePem = """
        -----BEGIN CERTIFICATE-----
        MIIBYjCCAQigAwIBAgIIEjRWeJCrze8wCgYIKoZIzj0EAwIwEjEQMA4GA1UEAwwH
        aDMudGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8yMDYwMDEwMTAwMDAwMFowEjEQMA4G
        A1UEAwwHaDMudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCMJmgUkP0I6
        SUVJcm5roqlAhJj8o6WuJvsJCOQHHTwxL33nDxljIixxNXbbUkfi9h0pVwtPSn1e
        zlO7SLC1kqSjRjBEMCMGA1UdEQQcMBqCB2gzLnRlc3SCCWxvY2FsaG9zdIcEfwAA
        ATAdBgNVHQ4EFgQUvaagaBs8NOXVN0SjiXufkwYDcQkwCgYIKoZIzj0EAwIDSAAw
        RQIgOXH/WufaF9xSTH6DVlQlvoUTMxH9cR2GOaoiXafLTcoCIQDt5l7UJMcOvGPF
        RZO33xzaxfvXwqXOTXxqxNKt7e58Xg==
        -----END CERTIFICATE-----
        """;

    /// <summary>The commonest length of an ECDSA signature on P-256 in DER: half of all have it.</summary>
    private const int SignatureLength = 71;

    public static Credential Credential { get; } = Create();

    /// <summary>The key and the certificate as PEM, for a server of others.</summary>
    public static (string Key, string Certificate) Pem => (KeyPem, CertificatePem);

    /// <summary>What the server chooses.</summary>
    public static ServerSelection Selection { get; } = new([Protocol], [Credential]);

    public static TlsHandshake Server(ReadOnlyMemory<byte> transportParameters, SeededRandom random)
    {
        var handshake = new ServerHandshake(HandshakeOptions.Default, random.Fill);
        handshake.SetTransportParameters(transportParameters.Span);
        return handshake;
    }

    public static TlsHandshake Client(ReadOnlyMemory<byte> transportParameters, SeededRandom random, bool hasCertificate = false) => new ClientHandshake(
        HandshakeOptions.Default,
        new()
        {
            ServerName = "h3.test",
            ApplicationProtocols = [Protocol],
            TransportParameters = transportParameters,
            Credentials = hasCertificate ? [Credential] : [],
        },
        random.Fill);

    /// <summary>Answers whatever the handshake asks.</summary>
    public static void Answer(Connection connection) => Answer(connection.Handshake, connection.Question);

    public static void Answer(TlsHandshake handshake, TlsQuestion? asked)
    {
        switch (asked)
        {
            case SelectCredentialsQuestion question:
                handshake.AnswerCredentials(question.Id, Selection);
                break;
            case SignQuestion question:
                handshake.AnswerSignature(question.Id, Sign(question));
                break;
            case VerifySignatureQuestion question:
                handshake.AnswerProof(question.Id, question.Verify());
                break;
            case VerifyChainQuestion question:
                handshake.AnswerChain(question.Id);
                break;
        }
    }

    /// <summary>A signature of always the same length: what a packet holds then follows from the seed, though not its bytes.</summary>
    private static byte[] Sign(SignQuestion question)
    {
        while (true)
        {
            var signature = question.Credential.Sign(question.Scheme, question.Content.Span);
            if (signature.Length == SignatureLength) return signature;
        }
    }

    private static Credential Create()
    {
        var key = ECDsa.Create();
        key.ImportFromPem(KeyPem);
        using var certificate = X509Certificate2.CreateFromPem(CertificatePem);
        return new([certificate.RawData], key);
    }
}
