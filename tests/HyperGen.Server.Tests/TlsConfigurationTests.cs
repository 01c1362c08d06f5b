using System.Formats.Asn1;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Server.Certificates;
using HyperGen.Tls;
using HyperGen.Transport.Shards;

namespace HyperGen.Server.Tests;

/// <summary>Chains, client certificates, replays and the key log: what the configuration of TLS comes down to.</summary>
public sealed class TlsConfigurationTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("hypergen").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_chain_is_sent_in_order_and_without_its_root_or_what_leads_nowhere()
    {
        (X509Certificate2 root, ECDsa rootKey) = Issue("root", null, null, isAuthority: true);
        (X509Certificate2 upper, ECDsa upperKey) = Issue("upper", root, rootKey, isAuthority: true);
        (X509Certificate2 lower, ECDsa lowerKey) = Issue("lower", upper, upperKey, isAuthority: true);
        (X509Certificate2 leaf, _) = Issue("leaf", lower, lowerKey, isAuthority: false);
        (X509Certificate2 stranger, _) = Issue("stranger", null, null, isAuthority: true);
        Assert.Equal(["lower", "upper"], CertificateChain.Order(leaf, [root, stranger, upper, lower]).Select(static certificate => certificate.GetNameInfo(X509NameType.SimpleName, false)));
        Assert.Empty(CertificateChain.Order(leaf, [upper]));
        Assert.Empty(CertificateChain.Order(root, [root]));
    }

    [Fact]
    public void A_clients_chain_is_judged_by_the_system_or_the_application()
    {
        (X509Certificate2 root, ECDsa rootKey) = Issue("root", null, null, isAuthority: true);
        (X509Certificate2 client, _) = Issue("client", root, rootKey, isAuthority: false);
        (X509Certificate2 other, _) = Issue("other", null, null, isAuthority: false);
        var trusting = new ChainVerification { Roots = [root] };
        Assert.Null(trusting.Verify(Question(null, client)));
        Assert.Equal(TlsAlert.UnknownCa, trusting.Verify(Question(null, other)));
        Assert.Equal(TlsAlert.UnknownCa, new ChainVerification().Verify(Question(null, client)));
        Assert.Null(new ChainVerification { Validate = static (leaf, chain, errors) => chain is not null && leaf.Subject == "CN=other" }.Verify(Question(null, other)));
        Assert.NotNull(new ChainVerification { Roots = [root], Validate = static (_, _, _) => false }.Verify(Question(null, client)));

        // At a client the name counts too.
        Assert.Null(trusting.Verify(Question("client.test", client)));
        Assert.Equal(TlsAlert.CertificateUnknown, trusting.Verify(Question("server.test", client)));
    }

    //= https://www.rfc-editor.org/rfc/rfc9846#section-4.5.1.3
    //= type=test
    //# Any endpoint receiving any certificate which it would need to validate
    //# using any signature algorithm using an MD5 hash MUST abort the
    //# handshake with a "bad_certificate" alert.
    [Theory]
    [InlineData("MD5", 4, false)]
    [InlineData("SHA1", 5, false)]
    [InlineData("SHA256", 11, true)]
    public void A_signature_over_a_broken_hash_vouches_for_nobody(string hash, byte identifier, bool isAccepted)
    {
        using RSA key = RSA.Create(2048);
        var generator = new OldGenerator(key, identifier, new HashAlgorithmName(hash));
        var name = new X500DistinguishedName("CN=old root");

        // The root itself may be as old as it likes: it is trusted for what it is.
        var rootRequest = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using X509Certificate2 root = rootRequest.Create(name, generator, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1]);
        using ECDsa clientKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 client = new CertificateRequest("CN=client", clientKey, HashAlgorithmName.SHA256).Create(
            name, generator, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [2]);
        using X509Certificate2 sibling = new CertificateRequest("CN=client", clientKey, HashAlgorithmName.SHA256).Create(
            name, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [3]);
        SslPolicyErrors seen = SslPolicyErrors.None;

        TlsAlert? alert = new ChainVerification { Roots = [root] }.Verify(Question(null, client));
        _ = new ChainVerification
        {
            Roots = [root],
            Validate = (_, _, errors) =>
            {
                seen = errors;
                return true;
            },
        }.Verify(Question(null, client));

        Assert.Equal(isAccepted ? null : TlsAlert.BadCertificate, alert);
        Assert.Equal(isAccepted ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors, seen);
        Assert.Null(new ChainVerification { Roots = [root] }.Verify(Question(null, sibling)));
    }

    [Fact]
    public void A_certificate_that_is_not_for_signatures_or_not_for_clients_is_unsupported()
    {
        (X509Certificate2 root, ECDsa rootKey) = Issue("root", null, null, isAuthority: true);
        var judge = new ChainVerification { Roots = [root] };
        foreach ((X509Extension extension, bool isAccepted) in ((X509Extension, bool)[])
        [
            (new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyAgreement, critical: true), true),
            (new X509KeyUsageExtension(X509KeyUsageFlags.KeyAgreement, critical: true), false),
            (new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false), true),
            (new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false), false),
        ])
        {
            (X509Certificate2 client, _) = Issue("client", root, rootKey, isAuthority: false, extension);
            Assert.Equal(isAccepted ? null : TlsAlert.UnsupportedCertificate, judge.Verify(Question(null, client)));
        }
    }

    [Fact]
    public void A_clients_certificate_sends_the_server_nowhere()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        (X509Certificate2 root, ECDsa rootKey) = Issue("root", null, null, isAuthority: true);
        var location = new X509AuthorityInformationAccessExtension(null, [$"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/issuer"]);
        (X509Certificate2 client, _) = Issue("client", root, rootKey, isAuthority: false, location);
        Assert.Equal(TlsAlert.UnknownCa, new ChainVerification().Verify(Question(null, client)));
        Assert.False(listener.Pending());
    }

    [Fact]
    public void Certificates_that_are_none_are_refused_without_an_exception_of_the_BCL_getting_out()
    {
        (X509Certificate2 good, _) = Issue("good", null, null, isAuthority: false);
        for (int seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = good.RawData;
            for (int changes = random.Next(1, 6); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            Assert.NotNull(new ChainVerification().Verify(new VerifyChainQuestion(1, null, [bytes])));
        }
        Assert.Equal(TlsAlert.BadCertificate, new ChainVerification().Verify(new VerifyChainQuestion(1, null, [new byte[10]])));
    }

    [Fact, UnsupportedOSPlatform("windows")]
    public void The_key_log_is_for_the_user_only()
    {
        string path = Path.Combine(_directory, "keys");
        using (var log = new KeyLogFile(path))
        {
            log.Write("CLIENT_TRAFFIC_SECRET_0"u8, [1, 2], [3, 4]);
        }
        using (var log = new KeyLogFile(path))
        {
            log.Write("SERVER_TRAFFIC_SECRET_0"u8, [1, 2], [5]);
        }
        Assert.Equal("CLIENT_TRAFFIC_SECRET_0 0102 0304\nSERVER_TRAFFIC_SECRET_0 0102 05\n", File.ReadAllText(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Throws<InvalidOperationException>(() => new KeyLogFile(path));
        Assert.Throws<InvalidOperationException>(() => new KeyLogFile(Path.Combine(_directory, "no", "where")));
    }

    [Fact]
    public void A_full_disk_ends_the_key_log_and_nothing_else()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "This system has no /dev/full.");
        using var log = new KeyLogFile(new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0));
        for (int line = 0; line < 100; line++)
        {
            log.Write("CLIENT_TRAFFIC_SECRET_0"u8, [1, 2], [3, 4]);
        }
    }

    [Fact]
    public void A_slow_authority_is_given_up_before_the_handshake_that_asks_for_it() =>
        Assert.True(ChainVerification.RetrievalTimeout < Quic.ConnectionLimits.Default.AnswerTimeout);

    //= https://www.rfc-editor.org/rfc/rfc9001#section-9.2
    //= type=test
    //# Endpoints MUST implement and use the replay protections described in [TLS13]
    [Fact]
    public void A_hello_seen_before_is_a_replay()
    {
        const long Start = 1_900_000_000_000;
        var window = new ReplayWindow(Start);
        byte[] binder = RandomNumberGenerator.GetBytes(32);
        Assert.True(window.TryAdmit(binder, Start, Start + 20_000, Start + 1));
        for (long later = 1; later <= 20_000; later += 999)
        {
            Assert.False(window.TryAdmit(binder, Start, Start + 30_000, Start + later));
        }
        Assert.True(window.TryAdmit(RandomNumberGenerator.GetBytes(32), Start, Start + 30_000, Start + 20_001));

        // What an earlier process issued waits until nothing that it admitted is fresh any more.
        var restarted = new ReplayWindow(Start + 100);
        Assert.False(restarted.TryAdmit(binder, Start, Start + 30_000, Start + 200));
        Assert.True(restarted.TryAdmit(binder, Start, Start + 30_000, Start + 20_100));
    }

    [Fact]
    public void A_hello_that_was_kept_waiting_until_it_was_no_longer_fresh_is_not_admitted()
    {
        var window = new ReplayWindow(0);
        Assert.False(window.TryAdmit(RandomNumberGenerator.GetBytes(32), issuedAt: 1, freshUntil: 12_000, now: 12_001));
        Assert.True(window.TryAdmit(RandomNumberGenerator.GetBytes(32), issuedAt: 1, freshUntil: 12_000, now: 12_000));
    }

    [Fact]
    public void What_does_not_fit_is_not_admitted()
    {
        var window = new ReplayWindow(0);
        byte[] binder = new byte[32];
        for (int i = 0; i < ReplayWindow.Capacity; i++)
        {
            BitConverter.TryWriteBytes(binder, i);
            Assert.True(window.TryAdmit(binder, 0, 20_000, 1));
        }
        binder[10] = 1;
        Assert.False(window.TryAdmit(binder, 0, 20_000, 1));
        Assert.True(window.TryAdmit(binder, 0, 40_000, 20_001));
    }

    private static VerifyChainQuestion Question(string? serverName, X509Certificate2 certificate) => new(1, serverName, [certificate.RawDataMemory]);

    private static (X509Certificate2 Certificate, ECDsa Key) Issue(string name, X509Certificate2? issuer, ECDsa? issuerKey, bool isAuthority, X509Extension? extension = null)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        if (extension is not null)
        {
            request.CertificateExtensions.Add(extension);
        }
        if (!isAuthority)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName($"{name}.test");
            request.CertificateExtensions.Add(names.Build());
        }
        DateTimeOffset start = DateTimeOffset.UtcNow.AddDays(-2);
        DateTimeOffset end = DateTimeOffset.UtcNow.AddDays(2);
        X509Certificate2 certificate = issuer is null
            ? request.CreateSelfSigned(start, end)
            : request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey!), start.AddDays(1), end.AddDays(-1), [1, (byte)name.Length]);
        return (certificate, key);
    }

    /// <summary>Signs certificates with hashes that the BCL no longer does.</summary>
    private sealed class OldGenerator(RSA key, byte identifier, HashAlgorithmName hash) : X509SignatureGenerator
    {
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
        {
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier($"1.2.840.113549.1.1.{identifier}");
                writer.WriteNull();
            }
            return writer.Encode();
        }

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.SignData(data, hash, RSASignaturePadding.Pkcs1);

        protected override PublicKey BuildPublicKey() => new(key);
    }
}
