using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Server.Tests.Kestrel;
using HyperGen.Tls;
using HyperGen.Transport.Udp;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.Server.Tests.Http3;

/// <summary>Clients that prove who they are, over HTTP/3.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ClientCertificateTests() => Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task A_handler_sees_who_the_client_is()
    {
        await using TestHost host = await StartAsync("require", static leaf => leaf.Subject == "CN=somebody");
        await using Http3TestClient client = await ConnectAsync(host, "somebody");

        Assert.Equal("CN=somebody", (await client.GetAsync("GET", "/who")).Text);

        // A session would let in whom the application has since come to refuse.
        Assert.False(client.Connection.Quic.TryTakeSession(out _));
    }

    [Fact]
    public async Task A_client_whom_the_application_does_not_accept_is_refused()
    {
        await using TestHost host = await StartAsync("require", static leaf => leaf.Subject == "CN=somebody");
        await using Http3TestClient stranger = await ConnectAsync(host, "stranger");
        await using Http3TestClient nobody = await Http3TestClient.ConnectAsync(host.Https!.Port);

        Assert.Equal(0x100 + (int)TlsAlert.CertificateRequired, await CloseCodeAsync(nobody));
        Assert.Equal(0x100 + (int)TlsAlert.UnknownCa, await CloseCodeAsync(stranger));
    }

    [Fact]
    public async Task A_client_without_a_certificate_is_served_where_it_need_have_none()
    {
        await using TestHost host = await StartAsync("allow", static _ => true);
        await using Http3TestClient client = await Http3TestClient.ConnectAsync(host.Https!.Port);

        Assert.Equal("nobody", (await client.GetAsync("GET", "/who")).Text);
    }

    private static async Task<long> CloseCodeAsync(Http3TestClient client)
    {
        // The client's half of the handshake may be over before the server has judged.
        await client.SendAsync("GET", "/who");
        await KestrelServer.EventuallyAsync(() => client.Connection.Quic.CloseReason.ErrorCode != 0);
        return client.Connection.Quic.CloseReason.ErrorCode;
    }

    private static Task<TestHost> StartAsync(string mode, Func<X509Certificate2, bool> accepts)
    {
        FixtureApp app = new FixtureApp().Map("GET", "/who", static async context =>
            await TestHost.Text(context, (await context.HttpContext.Connection.GetClientCertificateAsync())?.Subject ?? "nobody"));
        return TestHost.StartAsync(
            app,
            builder => builder.Services.Configure<HyperServerOptions>(options => options.ClientCertificateValidation = (leaf, _, _) => accepts(leaf)),
            null,
            "--server:port=0",
            $"--server:clientCertificate={mode}");
    }

    private async Task<Http3TestClient> ConnectAsync(TestHost host, string name)
    {
        using X509Certificate2 certificate = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return await Http3TestClient.ConnectAsync(host.Https!.Port, credentials: [new Credential([certificate.RawData], _key)]);
    }
}
