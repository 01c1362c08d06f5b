using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HyperGen.Server.Tests;

/// <summary>A running application on ports of its own, and a client for it.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private TestHost(HyperApp app, RecordedLogs logs)
    {
        App = app;
        Logs = logs;
        Http = new Uri(app.Urls.First(static url => url.StartsWith("http:", StringComparison.Ordinal)));
        string? https = app.Urls.FirstOrDefault(static url => url.StartsWith("https:", StringComparison.Ordinal));
        Https = https is null ? null : new Uri(https);
        Client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = https is null ? null : TestData.TrustDevelopmentCertificate() },
        })
        { BaseAddress = Http };
    }

    public HyperApp App { get; }

    public RecordedLogs Logs { get; }

    public Uri Http { get; }

    public Uri? Https { get; }

    public HttpClient Client { get; }

    public static async Task<TestHost> StartAsync(CompilerServices.GeneratedApp routes, Action<HyperAppBuilder>? configure = null, Action<HyperApp>? mount = null, params string[] args)
    {
        for (int attempt = 0; ; attempt++)
        {
            var builder = new HyperAppBuilder(routes, ["--server:httpPort=0", "--server:port=off", .. args]);
            var logs = new RecordedLogs();
            builder.Logging.ClearProviders().AddProvider(logs);
            builder.Services.AddOutputCache();
            configure?.Invoke(builder);
            HyperApp app = builder.Build();
            mount?.Invoke(app);
            try
            {
                await app.StartAsync(TestContext.Current.CancellationToken);
                return new TestHost(app, logs);
            }
            catch (SocketException taken) when (attempt < 10 && taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The port that was free for TCP is some client's for UDP.
                await app.DisposeAsync();
            }
        }
    }

    public static ValueTask Text(RequestContext context, string text)
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        context.ResponseHeaders.ContentType = "text/plain";
        context.ResponseHeaders.ContentLength = body.Length;
        context.ResponseBody.Write(body);
        return ValueTask.CompletedTask;
    }

    public async Task<(HttpStatusCode Status, string Body)> GetAsync(string path)
    {
        using HttpResponseMessage response = await Client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }
}
