using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Server.Certificates;
using HyperGen.Server.Configuration;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using static HyperGen.Server.Tests.TestHost;

namespace HyperGen.Server.Tests;

public sealed class CertificateTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UtcNow;

    [Theory]
    [InlineData("localhost")]
    [InlineData("app.localhost")]
    [InlineData("h3.test")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void It_is_good_for_this_machine_s_names(string name)
    {
        using X509Certificate2 certificate = DevelopmentCertificate.LoadOrCreate(NewDirectory(), s_now);
        Assert.True(certificate.MatchesHostname(name));
        Assert.False(certificate.MatchesHostname("example.com"));
        Assert.Equal(256, certificate.GetECDsaPrivateKey()!.KeySize);
    }

    [Fact]
    public void Only_its_user_may_read_it()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes; the user's folder is private there.");
            return;
        }
        string directory = NewDirectory();
        DevelopmentCertificate.LoadOrCreate(directory, s_now).Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(DevelopmentCertificate.PathIn(directory)));
    }

    [Fact]
    public void It_is_kept_until_it_nears_its_end()
    {
        string directory = NewDirectory();
        using X509Certificate2 first = DevelopmentCertificate.LoadOrCreate(directory, s_now);
        using X509Certificate2 second = DevelopmentCertificate.LoadOrCreate(directory, s_now + TimeSpan.FromDays(350));
        using X509Certificate2 third = DevelopmentCertificate.LoadOrCreate(directory, s_now + TimeSpan.FromDays(365));
        Assert.Equal(first.Thumbprint, second.Thumbprint);
        Assert.NotEqual(first.Thumbprint, third.Thumbprint);
    }

    [Fact]
    public void A_damaged_file_is_replaced()
    {
        string directory = NewDirectory();
        DevelopmentCertificate.LoadOrCreate(directory, s_now).Dispose();
        File.WriteAllText(DevelopmentCertificate.PathIn(directory), "-----BEGIN CERTIFICATE-----\nnonsense");
        using X509Certificate2 certificate = DevelopmentCertificate.LoadOrCreate(directory, s_now);
        Assert.True(certificate.HasPrivateKey);
    }

    [Fact]
    public void A_file_that_others_could_read_is_replaced()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes; the user's folder is private there.");
            return;
        }
        string directory = NewDirectory();
        using X509Certificate2 known = DevelopmentCertificate.LoadOrCreate(directory, s_now);
        File.SetUnixFileMode(DevelopmentCertificate.PathIn(directory), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        using X509Certificate2 certificate = DevelopmentCertificate.LoadOrCreate(directory, s_now);
        Assert.NotEqual(known.Thumbprint, certificate.Thumbprint);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(DevelopmentCertificate.PathIn(directory)));
    }

    [Fact]
    public void Without_a_folder_it_lives_in_memory()
    {
        using X509Certificate2 certificate = DevelopmentCertificate.CreateInMemory(s_now);
        Assert.True(certificate.HasPrivateKey);
        Assert.True(certificate.MatchesHostname("localhost"));
    }

    [Fact]
    public async Task Those_who_come_together_get_the_same_one()
    {
        string directory = NewDirectory();
        string[] thumbprints = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            using X509Certificate2 certificate = DevelopmentCertificate.LoadOrCreate(directory, s_now);
            return certificate.Thumbprint;
        })));
        Assert.Single(thumbprints.Distinct());
    }

    [Theory]
    [InlineData("certificate.pfx", null, "secret")]
    [InlineData("certificate.pem", null, null)]
    [InlineData("certificate.pem", "key.pem", null)]
    [InlineData("certificate.pem", "key.pem", "secret")]
    public async Task A_configured_certificate_is_used(string file, string? keyFile, string? password)
    {
        string directory = NewDirectory();
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, file);
        using X509Certificate2 certificate = MakeCertificate();
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        List<string> args = ["--server:port=0", $"--server:certificate:path={path}"];
        if (password is not null)
        {
            args.Add($"--server:certificate:password={password}");
        }
        if (file.EndsWith(".pfx", StringComparison.Ordinal))
        {
            await File.WriteAllBytesAsync(path, certificate.Export(X509ContentType.Pfx, password), TestContext.Current.CancellationToken);
        }
        else
        {
            string keyText = password is null ? key.ExportPkcs8PrivateKeyPem() : key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));
            await File.WriteAllTextAsync(path, certificate.ExportCertificatePem() + "\n" + (keyFile is null ? keyText : ""), TestContext.Current.CancellationToken);
            if (keyFile is not null)
            {
                string keyPath = Path.Combine(directory, keyFile);
                await File.WriteAllTextAsync(keyPath, keyText, TestContext.Current.CancellationToken);
                args.Add($"--server:certificate:keyPath={keyPath}");
            }
        }
        await using TestHost host = await StartAsync(new FixtureApp().Map("GET", "/", static context => Text(context, "ok")), args: [.. args]);
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", host.Https!.Port, TestContext.Current.CancellationToken);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { certificate } };
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "www.example", CertificateChainPolicy = policy }, TestContext.Current.CancellationToken);
        Assert.Equal(certificate.Thumbprint, ((X509Certificate2)tls.RemoteCertificate!).Thumbprint);
    }

    [Fact]
    public async Task A_configured_certificate_that_is_absent_is_named()
    {
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(
            new FixtureApp().Map("GET", "/", static context => Text(context, "ok")), args: ["--server:port=0", "--server:certificate:path=/nowhere/cert.pem"]));
        Assert.StartsWith("The certificate of server:certificate:path, '/nowhere/cert.pem', cannot be used: ", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7443, true)]
    [InlineData(8443, false)]
    public async Task HTTP_3_presents_the_certificate_that_Kestrel_presents_on_the_port(int port, bool isOwn)
    {
        string path = Path.Combine(Directory.CreateDirectory(NewDirectory()).FullName, "certificate.pfx");
        using X509Certificate2 certificate = MakeCertificate();
        await File.WriteAllBytesAsync(path, certificate.Export(X509ContentType.Pfx, "secret"), TestContext.Current.CancellationToken);
        await using HyperApp app = new HyperAppBuilder(new FixtureApp(),
        [
            "--Kestrel:Endpoints:Own:Url=https://*:7443", $"--Kestrel:Endpoints:Own:Certificate:Path={path}", "--Kestrel:Endpoints:Own:Certificate:Password=secret",
            "--Kestrel:Endpoints:Other:Url=https://*:8443",
        ]).Build();
        ServerCertificate server = app.Services.GetRequiredService<ServerCertificate>();
        Assert.Equal(isOwn, server.On(port).Leaf.Thumbprint == certificate.Thumbprint);
    }

    [Fact]
    public async Task HTTP_3_presents_the_certificate_that_code_has_set()
    {
        using X509Certificate2 certificate = MakeCertificate();
        var builder = new HyperAppBuilder(new FixtureApp(), []);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate));
        await using HyperApp app = builder.Build();
        _ = app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;
        Assert.Equal(certificate.Thumbprint, app.Services.GetRequiredService<ServerCertificate>().On(8443).Leaf.Thumbprint);
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("Http1AndHttp2", null, false)]
    [InlineData("Http1AndHttp2AndHttp3", "Http1", true)]
    [InlineData(null, "Http2", false)]
    public void Protocols_of_an_endpoint_may_leave_HTTP_3_out(string? own, string? general, bool wants)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Kestrel:Endpoints:Plain:Url", "http://*:7443"),
            new("Kestrel:Endpoints:Own:Url", "https://*:7443"),
            new("Kestrel:Endpoints:Own:Protocols", own),
            new("Kestrel:EndpointDefaults:Protocols", general),
        ]).Build();
        Assert.Equal(wants, KestrelEndpoint.On(configuration, 7443)!.WantsHttp3);
        Assert.Null(KestrelEndpoint.On(configuration, 7444));
    }

    private static string NewDirectory() => Path.Combine(TestData.Directory, Path.GetRandomFileName());

    private static X509Certificate2 MakeCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=www.example", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("www.example");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(s_now - TimeSpan.FromHours(1), s_now + TimeSpan.FromHours(1));
    }
}
