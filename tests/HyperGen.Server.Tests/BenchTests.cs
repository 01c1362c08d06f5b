using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;

namespace HyperGen.Server.Tests;

/// <summary>The endpoints of samples/Bench, which measurements rely on, answer the same over every version of HTTP: status, type and each byte.</summary>
public sealed partial class BenchTests(BenchServer server) : IClassFixture<BenchServer>
{
    private const string Json = "application/json; charset=utf-8";
    private const string Text = "text/plain; charset=utf-8";
    private const string Problem = "application/problem+json";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Versions => ["1.1", "2.0", "3.0"];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Small_answers_are_exact(string version)
    {
        await using Client client = await Client.ConnectAsync(version, server);

        Assert.Equal(new Answer(200, Text, "Hello, World!"), await client.AskAsync("GET", "/plaintext"));
        Assert.Equal(new Answer(200, Json, """{"message":"Hello, World!"}"""), await client.AskAsync("GET", "/json"));
        Assert.Equal(new Answer(200, Json, """{"id":42,"name":"user-42"}"""), await client.AskAsync("GET", "/users/42"));
        Assert.Equal(new Answer(200, Json, """{"id":-7,"name":"user--7"}"""), await client.AskAsync("GET", "/users/-7"));
        Assert.Equal(new Answer(200, Json, """{"sum":0}"""), await client.AskAsync("POST", "/sum", "[]", "application/json"));
        Assert.Equal(new Answer(200, Json, """{"sum":4294967293}"""), await client.AskAsync("POST", "/sum", "[2147483647,2147483647,-1]", "application/json"));
        Assert.Equal(new Answer(204, "", ""), await client.AskAsync("GET", "/delay/1"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Bodies_of_any_size_are_exact(string version)
    {
        await using Client client = await Client.ConnectAsync(version, server);
        foreach (int size in (int[])[0, 1, 26, 65_535, 65_536, 65_537, 1_000_000])
        {
            string letters = string.Create(size, 0, static (text, _) =>
            {
                for (int i = 0; i < text.Length; i++)
                {
                    text[i] = (char)('a' + (i % 65_536 % 26));
                }
            });
            Assert.Equal(new Answer(200, "application/octet-stream", letters), await client.AskAsync("GET", $"/bytes/{size}"));
            Assert.Equal(new Answer(200, "text/x-letters", letters), await client.AskAsync("POST", "/echo", letters, "text/x-letters"));
            Assert.Equal(new Answer(200, Json, $$"""{"bytes":{{size}}}"""), await client.AskAsync("POST", "/upload", letters, "text/x-letters"));
        }
        Assert.Equal(new Answer(200, "", "no type"), await client.AskAsync("POST", "/echo", "no type"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task What_is_wrong_is_refused(string version)
    {
        await using Client client = await Client.ConnectAsync(version, server);

        Assert.Equal((404, Problem), (await client.AskAsync("GET", "/users/ada")).Kind);
        Assert.Equal((404, Problem), (await client.AskAsync("GET", "/nowhere")).Kind);
        Assert.Equal((405, Problem), (await client.AskAsync("POST", "/plaintext", "")).Kind);
        Assert.Equal((400, ""), (await client.AskAsync("GET", "/bytes/-1")).Kind);
        Assert.Equal((400, Problem), (await client.AskAsync("GET", "/delay/-1")).Kind);
        Assert.Equal((400, Problem), (await client.AskAsync("POST", "/sum", "[1,", "application/json")).Kind);
        Assert.Equal((415, Problem), (await client.AskAsync("POST", "/sum", "[1]", "text/plain")).Kind);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Statistics_have_four_numbers(string version)
    {
        await using Client client = await Client.ConnectAsync(version, server);
        Answer first = await client.AskAsync("GET", "/stats");
        await client.AskAsync("GET", "/plaintext");
        Answer second = await client.AskAsync("GET", "/stats");

        Assert.Equal((200, Json), first.Kind);
        Match before = Statistics().Match(first.Body);
        Match after = Statistics().Match(second.Body);
        Assert.True(before.Success && after.Success, first.Body);
        // The other tests of this class wait for this one: the request between the two is the only one.
        Assert.Equal(long.Parse(before.Groups["requests"].Value) + 1, long.Parse(after.Groups["requests"].Value));
        Assert.True(long.Parse(after.Groups["allocated"].Value) >= long.Parse(before.Groups["allocated"].Value));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_route_of_github203_answers_ok(string version)
    {
        Material.Require(Corpora.ArePresent, "The corpora are not beside the repository.");
        (string Method, string Template)[] routes = Corpora.Read("github203");
        Assert.Equal(203, routes.Length);

        await using Client client = await Client.ConnectAsync(version, server);
        foreach ((string method, string template) in routes)
        {
            string path = "/gh" + Parameter().Replace(template, "some-${name}");
            Answer answer = await client.AskAsync(method, path, method is "POST" or "PUT" ? "" : null);
            Assert.True(answer == new Answer(200, Text, "ok"), $"{method} {path}: {answer}");
            Assert.Equal(404, (await client.AskAsync(method, path + "/no/such/tail", method is "POST" or "PUT" ? "" : null)).Status);
        }
    }

    [GeneratedRegex(@"\{(?<name>\w+)\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("""^\{"allocatedBytes":(?<allocated>\d+),"gen0":\d+,"requests":(?<requests>\d+),"workingSet":[1-9]\d*\}$""")]
    private static partial Regex Statistics();

    private sealed record Answer(int Status, string Type, string Body)
    {
        public (int Status, string Type) Kind => (Status, Type);
    }

    /// <summary>A connection of one version of HTTP and no other.</summary>
    private sealed class Client : IAsyncDisposable
    {
        private HttpClient? _http;
        private Http3TestClient? _http3;

        public static async Task<Client> ConnectAsync(string version, BenchServer server)
        {
            if (version == "3.0")
            {
                return new Client { _http3 = await Http3TestClient.ConnectAsync(server.Port) };
            }
            SocketsHttpHandler handler = new();
            X509ChainPolicy trust = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            trust.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(server.Certificate));
            handler.SslOptions.CertificateChainPolicy = trust;
            return new Client
            {
                _http = new HttpClient(handler)
                {
                    BaseAddress = new Uri($"https://127.0.0.1:{server.Port}"),
                    DefaultRequestVersion = Version.Parse(version),
                    DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
                    // Longer than a busy machine takes.
                    Timeout = TimeSpan.FromMinutes(5),
                },
            };
        }

        public async Task<Answer> AskAsync(string method, string path, string? body = null, string? type = null)
        {
            if (_http3 is not null)
            {
                TestRequest asked = await _http3.GetAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body), type is null ? [] : [("content-type", type)]);
                return new Answer(asked.Status, asked.Headers.GetValueOrDefault("content-type", ""), asked.Text);
            }
            using HttpRequestMessage request = new(HttpMethod.Parse(method), path);
            if (body is not null)
            {
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
                request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
            }
            using HttpResponseMessage response = await _http!.SendAsync(request, Stop);
            return new Answer((int)response.StatusCode, response.Content.Headers.ContentType?.ToString() ?? "", await response.Content.ReadAsStringAsync(Stop));
        }

        public async ValueTask DisposeAsync()
        {
            _http?.Dispose();
            if (_http3 is not null)
            {
                await _http3.DisposeAsync();
            }
        }
    }
}
