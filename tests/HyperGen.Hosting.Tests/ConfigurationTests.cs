using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace HyperGen.Hosting.Tests;

/// <summary>What users of ASP.NET Core configure, in the ways they are used to.</summary>
public sealed class ConfigurationTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UseUrls_says_where_to_listen()
    {
        await using RunningApp app = await StartAsync(static builder => builder.WebHost.UseUrls("http://127.0.0.1:0"));
        Assert.Equal(["http"], app.Urls.Select(static url => new Uri(url).Scheme));
        Assert.Equal("a", await app.Client.GetStringAsync("/bad/text/a", Stop));
    }

    [Fact]
    public async Task The_collection_of_Urls_says_where_to_listen()
    {
        await using RunningApp app = await StartAsync(null, static app => app.Urls.Add("http://127.0.0.1:0"));
        Assert.NotEqual(0, new Uri(Assert.Single(app.Urls)).Port);
        Assert.Equal("a", await app.Client.GetStringAsync("/bad/text/a", Stop));
    }

    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:0")]
    [InlineData("DOTNET_URLS", "http://127.0.0.1:0")]
    [InlineData("Kestrel__Endpoints__Only__Url", "http://127.0.0.1:0")]
    [InlineData("server__httpPort", "0", "server__port", "off")]
    public async Task Environment_variables_say_where_to_listen(params string[] variables)
    {
        for (int i = 0; i < variables.Length; i += 2)
        {
            Environment.SetEnvironmentVariable(variables[i], variables[i + 1]);
        }
        try
        {
            await using RunningApp app = await StartAsync(null);
            Assert.StartsWith("http://127.0.0.1:", Assert.Single(app.Urls), StringComparison.Ordinal);
            Assert.Equal("a", await app.Client.GetStringAsync("/bad/text/a", Stop));
        }
        finally
        {
            for (int i = 0; i < variables.Length; i += 2)
            {
                Environment.SetEnvironmentVariable(variables[i], null);
            }
        }
    }

    [Fact]
    public async Task A_listener_in_code_says_where_to_listen()
    {
        await using RunningApp app = await StartAsync(static builder => builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0)));
        Assert.Equal("a", await app.Client.GetStringAsync("/bad/text/a", Stop));
        Assert.Single(app.Urls);
    }

    [Fact]
    public async Task A_Unix_socket_serves_too()
    {
        string path = Path.Combine(TestData.Directory, "s");
        await using RunningApp app = await StartAsync(builder => builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.ListenUnixSocket(path);
        }));
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        Assert.Equal("a", await client.GetStringAsync("http://localhost/bad/text/a", Stop));
    }

    [Fact]
    public async Task Appsettings_of_the_environment_count_and_are_read_again()
    {
        string folder = Directory.CreateDirectory(Path.Combine(TestData.Directory, Path.GetRandomFileName())).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "appsettings.json"), """{"Greeting":"general","server":{"httpPort":0,"port":"off"}}""", Stop);
        await File.WriteAllTextAsync(Path.Combine(folder, "appsettings.Staging.json"), """{"Greeting":"staging"}""", Stop);
        HyperAppBuilder builder = HyperApp.CreateBuilder(new WebApplicationOptions { ContentRootPath = folder, EnvironmentName = "Staging" });
        builder.Logging.ClearProviders();
        await using HyperApp app = builder.Build();
        await app.StartAsync(Stop);
        Assert.True(app.Environment.IsStaging());
        Assert.Equal("staging", app.Configuration["Greeting"]);
        Assert.Single(app.Urls);
        await File.WriteAllTextAsync(Path.Combine(folder, "appsettings.Staging.json"), """{"Greeting":"again"}""", Stop);
        ((IConfigurationRoot)app.Configuration).Reload();
        Assert.Equal("again", app.Configuration["Greeting"]);
    }

    [Theory]
    [InlineData("Production", false)]
    [InlineData("Development", true)]
    public async Task Only_Development_shows_what_has_failed(string environment, bool shows)
    {
        await using RunningApp app = await RunningApp.StartHyperAppAsync(args: "--environment=" + environment);
        using HttpResponseMessage response = await app.Client.GetAsync("/straight/fails", Stop);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        string problem = await response.Content.ReadAsStringAsync(Stop);
        Assert.Equal(shows, problem.Contains("This is secret.", StringComparison.Ordinal));
        Assert.Contains("\"traceId\":", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("server:certificate:path={pem}", "server:port=0", "server:httpPort=0")]
    [InlineData("server:certificate:path={pfx}", "server:certificate:password=secret", "server:port=0", "server:httpPort=0")]
    [InlineData("Kestrel:Certificates:Default:Path={pem}", "Kestrel:Certificates:Default:KeyPath={pem}", "server:port=0", "server:httpPort=0")]
    [InlineData("Kestrel:Certificates:Default:Path={pfx}", "Kestrel:Certificates:Default:Password=secret", "server:port=0", "server:httpPort=0")]
    [InlineData("Kestrel:Endpoints:One:Url=https://127.0.0.1:0", "Kestrel:Endpoints:One:Certificate:Path={pem}", "Kestrel:Endpoints:One:Certificate:KeyPath={pem}")]
    [InlineData("Kestrel:Endpoints:One:Url=https://127.0.0.1:0", "Kestrel:Endpoints:One:Certificate:Path={pfx}", "Kestrel:Endpoints:One:Certificate:Password=secret")]
    public async Task A_certificate_is_configured_as_a_file(params string[] settings)
    {
        using X509Certificate2 certificate = MakeCertificate(out string pem, out string pfx);
        await using RunningApp app = await StartAsync(null, null, [.. settings.Select(setting => "--" + setting.Replace("{pem}", pem, StringComparison.Ordinal).Replace("{pfx}", pfx, StringComparison.Ordinal))]);
        Assert.Equal(certificate.Thumbprint, await PresentedAsync(app, certificate));
    }

    [Fact]
    public async Task Code_that_configures_https_keeps_the_certificate()
    {
        using X509Certificate2 certificate = MakeCertificate(out string pem, out _);
        await using RunningApp app = await StartAsync(
            static builder => builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ConfigureHttpsDefaults(static https => https.HandshakeTimeout = TimeSpan.FromSeconds(5))),
            null,
            "--server:port=0",
            "--server:httpPort=0",
            "--server:certificate:path=" + pem);
        Assert.Equal(certificate.Thumbprint, await PresentedAsync(app, certificate));
    }

    [Fact]
    public async Task Code_that_configures_https_keeps_the_development_certificate()
    {
        await using RunningApp app = await StartAsync(
            static builder => builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ConfigureHttpsDefaults(static https => https.HandshakeTimeout = TimeSpan.FromSeconds(5))),
            null,
            "--server:port=0",
            "--server:httpPort=0");
        using var request = new HttpRequestMessage(HttpMethod.Get, app.Urls.Single(static url => url.StartsWith("https:", StringComparison.Ordinal)) + "/bad/text/a");
        using HttpResponseMessage response = await app.Client.SendAsync(request, Stop);
        Assert.Equal("a", await response.Content.ReadAsStringAsync(Stop));
    }

    private static Task<RunningApp> StartAsync(Action<HyperAppBuilder>? configure, Action<HyperApp>? change = null, params string[] args) => RunningApp.StartUnaddressedAsync(configure, change, args);

    private static async Task<string> PresentedAsync(RunningApp app, X509Certificate2 certificate)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", new Uri(app.Urls.Single(static url => url.StartsWith("https:", StringComparison.Ordinal))).Port, Stop);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "www.example", CertificateChainPolicy = TestData.Trust(certificate) }, Stop);
        await tls.WriteAsync(Encoding.ASCII.GetBytes("GET /bad/text/a HTTP/1.1\r\nHost: www.example\r\n\r\n"), Stop);
        byte[] buffer = new byte[1024];
        Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(buffer, 0, await tls.ReadAsync(buffer, Stop)), StringComparison.Ordinal);
        return ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
    }

    private static X509Certificate2 MakeCertificate(out string pem, out string pfx)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=www.example", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("www.example");
        request.CertificateExtensions.Add(names.Build());
        X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        string folder = Directory.CreateDirectory(Path.Combine(TestData.Directory, Path.GetRandomFileName())).FullName;
        pem = Path.Combine(folder, "certificate.crt");
        pfx = Path.Combine(folder, "certificate.pfx");
        File.WriteAllText(pem, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        File.WriteAllBytes(pfx, certificate.Export(X509ContentType.Pfx, "secret"));
        return certificate;
    }
}
