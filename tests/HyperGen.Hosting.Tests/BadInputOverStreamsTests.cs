using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using HyperGen.Transport.Udp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace HyperGen.Hosting.Tests;

/// <summary>The nonsense of <see cref="BadInputTests"/> as far as streams can carry it, over HTTP/2 and HTTP/3: the same answers.</summary>
public sealed class BadInputOverStreamsTests(BadInputOverStreamsTests.Servers servers) : IClassFixture<BadInputOverStreamsTests.Servers>
{
    /// <summary>No answer takes so long unless it never comes.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    /// <summary>A request that is refused.</summary>
    /// <param name="Name">What is wrong with it.</param>
    /// <param name="Method">Its method.</param>
    /// <param name="Path">Path and query, as they are sent.</param>
    /// <param name="Status">The answer.</param>
    /// <param name="ContentType">What the body is said to be; null for nothing.</param>
    /// <param name="Body">The body, each character a byte.</param>
    /// <param name="Fields">More header fields.</param>
    /// <param name="AspNetCore">What ASP.NET Core's routing makes of it, where that is by policy something else: docs/routing.md lists the differences.</param>
    private sealed record Case(
        string Name, string Method, string Path, int Status, string? ContentType = null, string Body = "", (string Name, string Value)[]? Fields = null, int? AspNetCore = null)
    {
        public byte[]? Content => ContentType is null && Body.Length == 0 ? null : Encoding.Latin1.GetBytes(Body);
    }

    private static readonly Case[] s_cases =
    [
        Get("an id that is no number", "/bad/id/seven"),
        Get("an id that is too large", "/bad/id/99999999999"),
        Get("an id of a thousand digits", "/bad/id/" + new string('9', 1000)),
        Get("an id that a constraint refuses", "/bad/constrained/seven", 404),
        Get("an id that overflows its constraint", "/bad/constrained/99999999999", 404),
        Get("a query that is no number", "/bad/query?n=seven"),
        Get("a query that overflows", "/bad/query?n=2147483648"),
        Get("a date that is none", "/bad/query?day=2020-02-31"),
        Get("a weekday that is none", "/bad/query?weekday=Noday"),
        Get("a guid that is none", "/bad/query?key=123"),
        Get("one of many that is no number", "/bad/query?many=1&many=two&many=3"),
        Get("an escape in a query that is not UTF-8", "/bad/query?text=%FF"),
        Get("an escaped surrogate in a query", "/bad/query?text=%ED%A0%80"),
        Get("a header that is no number", "/bad/header", fields: ("x-number", "seven")),
        Get("a header that overflows", "/bad/header", fields: ("x-number", "99999999999")),
        Get("a header twice where one number is meant", "/bad/header", fields: [("x-number", "1"), ("x-number", "2")]),
        Get("an escape in a path that is not UTF-8", "/bad/text/%FF", aspNetCore: 200),
        Get("an escaped surrogate in a path", "/bad/text/%ED%A0%80", aspNetCore: 200),
        Get("an overlong escape in a path", "/bad/text/%C0%AF", aspNetCore: 200),
        Get("dots that climb out", "/bad/text/../../../etc/passwd", 404),
        Get("escaped dots that climb out", "/bad/text/%2e%2e/%2e%2e/%2e%2e/etc/passwd", 404),
        Get("a method that nobody has", "/bad/query", 405, method: "PURGE"),
        Get("a method that this path has not", "/bad/json", 405, method: "PUT"),

        Json("no body", ""),
        Json("a body that is no JSON", "{"),
        Json("JSON that goes on after its end", "{\"name\":\"a\"} {}"),
        Json("null in place of an object", "null"),
        Json("an array in place of an object", "[]"),
        Json("null in place of text", "{\"name\":null}"),
        Json("a required property that is missing", "{}"),
        Json("a key that comes twice", "{\"name\":\"a\",\"name\":\"b\"}"),
        Json("a number that overflows", "{\"name\":\"a\",\"number\":99999999999}"),
        Json("text in place of a number", "{\"name\":\"a\",\"number\":\"one\"}"),
        Json("arrays nested too deeply", new string('[', 100_000)),
        Json("text that is not UTF-8", "{\"name\":\"\u00ff\"}"),
        Json("an escaped half of a surrogate pair", "{\"name\":\"\\ud800\"}"),
        Json("a control character in text", "{\"name\":\"a\0b\"}"),
        Json("another content type", "{\"name\":\"a\"}", 415, "text/plain"),
        Json("a content type that is none", "{\"name\":\"a\"}", 415, "nonsense"),
        Json("another encoding", "{\"name\":\"a\"}", 415, "application/json; charset=utf-16"),
        Json("more than the endpoint accepts", "{\"name\":\"" + new string('a', 100) + "\"}", 413, path: "/bad/small"),
        Json("more than a stream accepts", new string('a', 100), 413, "text/plain", "/bad/stream"),
        new("no content type", "POST", "/bad/json", 415, Body: "{}"),

        Form("a form of another type", "text/plain", "number=1", 415),
        Form("a field that is no number", "application/x-www-form-urlencoded", "number=seven"),
        Form("a field that is missing", "application/x-www-form-urlencoded", "text=a"),
        Form("a form with more fields than ASP.NET Core reads", "application/x-www-form-urlencoded", string.Join('&', Enumerable.Range(0, 2000).Select(static i => $"f{i}="))),
        Form("parts without a boundary", "multipart/form-data", "--b\r\n\r\n1\r\n--b--\r\n"),
        Form("parts that never begin", "multipart/form-data; boundary=b", "nonsense"),
        Form("parts that never end", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"number\"\r\n\r\n1"),
        Form("a part whose head is no head", "multipart/form-data; boundary=b", "--b\r\nnonsense\r\n\r\n1\r\n--b--\r\n"),
    ];

    public static TheoryData<Door, int, string> Cases()
    {
        TheoryData<Door, int, string> all = [];
        foreach (Door door in Enum.GetValues<Door>())
        {
            foreach (Case one in s_cases)
            {
                all.Add(door, 2, one.Name);
                all.Add(door, 3, one.Name);
            }
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_is_refused_clearly(Door door, int version, string name)
    {
        Case one = s_cases.Single(candidate => candidate.Name == name);
        int status = door == Door.AspNetCore ? one.AspNetCore ?? one.Status : one.Status;
        RawAnswer answer = await SendAsync(door, version, one);
        string failures = servers.Failures(door);
        Assert.True(failures.Length == 0, failures);
        Assert.Equal(status, answer.Status);

        // What ASP.NET Core's routing finds nothing for has no body.
        if (status != 200 && !(door == Door.AspNetCore && status is 404 or 405))
        {
            Assert.Equal("application/problem+json", answer.ContentType);
            using JsonDocument problem = JsonDocument.Parse(answer.Body);
            Assert.Equal(status, problem.RootElement.GetProperty("status").GetInt32());
            Assert.NotEqual("", problem.RootElement.GetProperty("title").GetString());
            Assert.DoesNotContain("   at ", answer.Body, StringComparison.Ordinal);
        }
    }

    private static Case Get(string name, string path, int status = 400, string method = "GET", int? aspNetCore = null, params (string Name, string Value)[] fields) =>
        new(name, method, path, status, Fields: fields, AspNetCore: aspNetCore);

    private static Case Json(string name, string body, int status = 400, string contentType = "application/json", string path = "/bad/json") => new(name, "POST", path, status, contentType, body);

    private static Case Form(string name, string contentType, string body, int status = 400) => new(name, "POST", "/bad/form", status, contentType, body);

    private async Task<RawAnswer> SendAsync(Door door, int version, Case one)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(s_patience);
        if (version == 3)
        {
            Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
            Http3TestClient client = await servers.ConnectAsync(door);
            TestRequest request = await client.SendAsync(one.Method, one.Path, one.Content, fields: [.. one.Fields ?? [], .. one.ContentType is null ? [] : new[] { ("content-type", one.ContentType) }]);
            await request.Ended.WaitAsync(patience.Token);
            Assert.Null(request.Error);
            return new RawAnswer(request.Status, request.Headers.GetValueOrDefault("content-type"), request.Text);
        }
        using var message = new HttpRequestMessage(new HttpMethod(one.Method), new Uri(servers.Http2(door) + one.Path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = one.Content is null ? null : new ByteArrayContent(one.Content),
        };
        foreach ((string name, string value) in one.Fields ?? [])
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }
        if (one.ContentType is not null)
        {
            message.Content!.Headers.TryAddWithoutValidation("Content-Type", one.ContentType);
        }
        using HttpResponseMessage response = await servers.Client(door).SendAsync(message, patience.Token);
        Assert.Equal(HttpVersion.Version20, response.Version);
        return new RawAnswer((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), await response.Content.ReadAsStringAsync(patience.Token));
    }

    /// <summary>Both doors, opened once for all cases, each with a client that keeps its connections.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        private readonly Dictionary<Door, ScopeRecorder> _logs = Enum.GetValues<Door>().ToDictionary(static door => door, static _ => new ScopeRecorder(takesScopes: false));
        private readonly Dictionary<Door, Http3TestClient> _http3 = [];
        private readonly Dictionary<Door, HttpClient> _clients = [];
        private RunningApp? _hyperApp;
        private WebApplication? _aspNetCore;

        /// <summary>What the server has logged as its own failure since this was last asked: a client's is none.</summary>
        public string Failures(Door door)
        {
            var failures = new StringBuilder();
            while (_logs[door].Entries.TryDequeue(out var entry))
            {
                // That a busy machine was slow is nobody's failure.
                if (entry.Level >= LogLevel.Warning && !entry.Message.Contains("so it is left to workers", StringComparison.Ordinal))
                {
                    failures.AppendLine(CultureInfo.InvariantCulture, $"{entry.Category}: {entry.Message} {entry.Exception}");
                }
            }
            return failures.ToString();
        }

        public HttpClient Client(Door door) => _clients[door];

        /// <summary>Where HTTP/2 is served: over TLS by HyperApp, without it by ASP.NET Core.</summary>
        public string Http2(Door door) => Url(door, isHttps: door == Door.HyperApp);

        internal async Task<Http3TestClient> ConnectAsync(Door door)
        {
            if (!_http3.TryGetValue(door, out Http3TestClient? client))
            {
                _http3.Add(door, client = await Http3TestClient.ConnectAsync(new Uri(Url(door, isHttps: true)).Port));
            }
            return client;
        }

        public async ValueTask InitializeAsync()
        {
            _hyperApp = await RunningApp.StartHyperAppAsync(null, logging => logging.AddProvider(_logs[Door.HyperApp]), args: "--server:port=0");
            WebApplicationBuilder builder = WebApplication.CreateBuilder();
            builder.Logging.ClearProviders().AddProvider(_logs[Door.AspNetCore]).SetMinimumLevel(LogLevel.Warning);
            builder.WebHost.UseHyperGenQuic().ConfigureKestrel(static kestrel =>
            {
                kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
                kestrel.Listen(IPAddress.Loopback, 0, static listen =>
                {
                    listen.Protocols = HttpProtocols.Http3;
                    listen.UseHttps(CreateCertificate());
                });
            });
            builder.Services.AddHyperGen();
            _aspNetCore = builder.Build();
            _aspNetCore.MapHyperGen();
            await _aspNetCore.StartAsync(TestContext.Current.CancellationToken);
            foreach (Door door in Enum.GetValues<Door>())
            {
                _clients.Add(door, new HttpClient(new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    ActivityHeadersPropagator = null,
                    SslOptions = { CertificateChainPolicy = TestData.TrustDevelopmentCertificate() },
                }));
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (Http3TestClient client in _http3.Values)
            {
                await client.DisposeAsync();
            }
            foreach (HttpClient client in _clients.Values)
            {
                client.Dispose();
            }
            await _hyperApp!.DisposeAsync();
            await _aspNetCore!.DisposeAsync();
        }

        private static X509Certificate2 CreateCertificate()
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        }

        private string Url(Door door, bool isHttps) =>
            (door == Door.HyperApp ? _hyperApp!.Urls : [.. _aspNetCore!.Urls]).First(url => url.StartsWith("https:", StringComparison.Ordinal) == isHttps);
    }
}
