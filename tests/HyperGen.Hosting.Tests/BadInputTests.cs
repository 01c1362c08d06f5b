using System.Text;
using System.Text.Json;

namespace HyperGen.Hosting.Tests;

/// <summary>Nonsense over a raw socket, through both doors: the answer is a clear 4xx, never 500, and it comes.</summary>
public sealed class BadInputTests(BadInputTests.Servers servers) : IClassFixture<BadInputTests.Servers>
{
    /// <summary>No answer takes so long unless it never comes.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>A request that is refused.</summary>
    /// <param name="Name">What is wrong with it.</param>
    /// <param name="Text">What is sent, each character a byte.</param>
    /// <param name="Status">The answer.</param>
    /// <param name="ReachesUs">Whether it gets past the server, so that the answer is our problem document.</param>
    /// <param name="IsCutOff">Whether the client goes away before its end. Kestrel sends such a client nothing any more, whatever is answered.</param>
    /// <param name="AspNetCore">What ASP.NET Core's routing makes of it, where that is by policy something else: docs/routing.md lists the differences.</param>
    private sealed record Case(string Name, string Text, int Status, bool ReachesUs = true, bool IsCutOff = false, int? AspNetCore = null)
    {
        public byte[] Request => Encoding.Latin1.GetBytes(Text);

        public int At(Door door) => door == Door.AspNetCore ? AspNetCore ?? Status : Status;
    }

    private static readonly Case[] s_cases =
    [
        // Values that cannot be parsed.
        Get("an id that is no number", "/bad/id/seven", 400),
        Get("an id that is too large", "/bad/id/99999999999", 400),
        Get("an id of a thousand digits", "/bad/id/" + new string('9', 1000), 400),
        Get("an id with a fraction", "/bad/id/1.5", 400),
        Get("an id that a constraint refuses", "/bad/constrained/seven", 404),
        Get("an id that overflows its constraint", "/bad/constrained/99999999999", 404),
        Get("a query that is no number", "/bad/query?n=seven", 400),
        Get("a query that overflows", "/bad/query?n=2147483648", 400),
        Get("a query of a thousand digits", "/bad/query?n=" + new string('9', 1000), 400),
        Get("a date that is none", "/bad/query?day=2020-02-31", 400),
        Get("a weekday that is none", "/bad/query?weekday=Noday", 400),
        Get("a guid that is none", "/bad/query?key=123", 400),
        Get("a flag that is none", "/bad/query?flag=maybe", 400),
        Get("one of many that is no number", "/bad/query?many=1&many=two&many=3", 400),
        Get("an escape in a query that is not UTF-8", "/bad/query?text=%FF", 400),
        Get("an escaped surrogate in a query", "/bad/query?text=%ED%A0%80", 400),
        Get("a query with raw bytes that are not UTF-8", "/bad/query?text=\u00ff\u00fe", 400, reachesUs: false),
        Get("a query longer than the server reads", "/bad/query?text=" + new string('a', 20_000), 414, reachesUs: false),
        Get("a header that is no number", "/bad/header", 400, headers: "X-Number: seven\r\n"),
        Get("a header that overflows", "/bad/header", 400, headers: "X-Number: 99999999999\r\n"),
        Get("a header twice where one number is meant", "/bad/header", 400, headers: "X-Number: 1\r\nX-Number: 2\r\n"),
        Get("a header that is not UTF-8", "/bad/header", 400, headers: "X-Text: \u00ff\u00fe\r\n", reachesUs: false),
        Get("a header with NUL", "/bad/header", 400, headers: "X-Text: a\0b\r\n", reachesUs: false),
        Get("a header with a bare CR", "/bad/header", 400, headers: "X-Text: a\rb\r\n", reachesUs: false),
        Get("two hosts", "/bad/header", 400, headers: "Host: other\r\n", reachesUs: false),

        // Paths.
        Get("an escape in a path that is not UTF-8", "/bad/text/%FF", 400, aspNetCore: 200),
        Get("an escaped surrogate in a path", "/bad/text/%ED%A0%80", 400, aspNetCore: 200),
        Get("an overlong escape in a path", "/bad/text/%C0%AF", 400, aspNetCore: 200),
        Get("an escaped NUL in a path", "/bad/text/a%00b", 400, reachesUs: false),
        Get("an escaped NUL below a catch-all", "/bad/rest/a/%00", 400, reachesUs: false),
        Get("a path with raw bytes that are not UTF-8", "/bad/text/\u00ff", 400, reachesUs: false),
        Get("dots that climb out", "/bad/text/../../../etc/passwd", 404),
        Get("escaped dots that climb out", "/bad/text/%2e%2e/%2e%2e/%2e%2e/etc/passwd", 404),
        Get("a path longer than the server reads", "/bad/text/" + new string('a', 20_000), 414, reachesUs: false),
        Get("a method that nobody has", "/bad/query", 405, method: "PURGE"),
        Get("a method that is no token", "/bad/query", 400, method: "G@T", reachesUs: false),

        // JSON.
        Json("no body", "", 400),
        Json("a body that is no JSON", "{", 400),
        Json("JSON that goes on after its end", "{\"name\":\"a\"} {}", 400),
        Json("null in place of an object", "null", 400),
        Json("an array in place of an object", "[]", 400),
        Json("null in place of text", "{\"name\":null}", 400),
        Json("a required property that is missing", "{}", 400),
        Json("a key that comes twice", "{\"name\":\"a\",\"name\":\"b\"}", 400),
        Json("a key that comes twice in another case", "{\"name\":\"a\",\"NAME\":\"b\"}", 400),
        Json("a number that overflows", "{\"name\":\"a\",\"number\":99999999999}", 400),
        Json("a number of ten thousand digits", "{\"name\":\"a\",\"number\":" + new string('9', 10_000) + "}", 400),
        Json("a number with a huge exponent", "{\"name\":\"a\",\"number\":1e999999999}", 400),
        Json("text in place of a number", "{\"name\":\"a\",\"number\":\"one\"}", 400),
        Json("arrays nested too deeply", new string('[', 100_000), 400),
        Json("objects nested too deeply", string.Concat(Enumerable.Repeat("{\"name\":\"a\",\"inner\":", 100)) + "null" + new string('}', 100), 400),
        Json("text that is not UTF-8", "{\"name\":\"\u00ff\"}", 400),
        Json("an escaped half of a surrogate pair", "{\"name\":\"\\ud800\"}", 400),
        Json("a control character in text", "{\"name\":\"a\0b\"}", 400),
        Json("another content type", "{\"name\":\"a\"}", 415, contentType: "text/plain"),
        Json("a content type that is none", "{\"name\":\"a\"}", 415, contentType: "nonsense"),
        Json("another encoding", "{\"name\":\"a\"}", 415, contentType: "application/json; charset=utf-16"),
        Json("more than the endpoint accepts", "{\"name\":\"" + new string('a', 100) + "\"}", 413, path: "/bad/small"),

        // How a body is sent.
        new("no content type", "POST /bad/json HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", 415),
        new("fewer bytes than announced", Post("/bad/json", "application/json", "Content-Length: 100", "{\"name\":"), 400, IsCutOff: true),
        new("fewer bytes than announced to a stream", Post("/bad/stream", "text/plain", "Content-Length: 50", "abc"), 400, IsCutOff: true),
        new("a length that is no number", Post("/bad/json", "application/json", "Content-Length: ten", "{}"), 400, ReachesUs: false),
        new("a length below zero", Post("/bad/json", "application/json", "Content-Length: -1", "{}"), 400, ReachesUs: false),
        new("a length that overflows", Post("/bad/json", "application/json", "Content-Length: 99999999999999999999", "{}"), 400, ReachesUs: false),
        new("two lengths", Post("/bad/json", "application/json", "Content-Length: 2\r\nContent-Length: 3", "{}"), 400, ReachesUs: false),
        new("a larger length than the endpoint accepts", Post("/bad/small", "application/json", "Content-Length: 1000", ""), 413),
        new("a larger length than a stream accepts", Post("/bad/stream", "text/plain", "Content-Length: 1000", ""), 413),
        new("chunks cut off", Post("/bad/json", "application/json", "Transfer-Encoding: chunked", "5\r\n{\"nam\r\n"), 400, IsCutOff: true),
        new("a chunk cut off", Post("/bad/json", "application/json", "Transfer-Encoding: chunked", "ff\r\n{\"nam"), 400, IsCutOff: true),
        new("a chunk size that is no number", Post("/bad/json", "application/json", "Transfer-Encoding: chunked", "xyz\r\n{}\r\n0\r\n\r\n"), 400),
        new("a chunk size that overflows", Post("/bad/json", "application/json", "Transfer-Encoding: chunked", "fffffffffffffffff\r\n{}\r\n0\r\n\r\n"), 400),
        new("more chunks than the endpoint accepts", Post("/bad/small", "application/json", "Transfer-Encoding: chunked", "ff\r\n" + new string(' ', 255) + "\r\n0\r\n\r\n"), 413),
        new("more chunks than a stream accepts", Post("/bad/stream", "text/plain", "Transfer-Encoding: chunked", "ff\r\n" + new string(' ', 255) + "\r\n0\r\n\r\n"), 413),
        new("an unknown transfer encoding", Post("/bad/json", "application/json", "Transfer-Encoding: gzip", "{}"), 400, ReachesUs: false),
        new("a refusal before a body that is waited for", Post("/bad/small", "application/json", "Content-Length: 1000\r\nExpect: 100-continue", ""), 413),
        new("a refusal of a type before a body that is waited for", Post("/bad/json", "text/plain", "Content-Length: 10\r\nExpect: 100-continue", ""), 415),
        new("a body that is waited for and cut off", Post("/bad/json", "application/json", "Content-Length: 10\r\nExpect: 100-continue", "{"), 400, IsCutOff: true),

        // Forms.
        Form("a form of another type", "text/plain", "number=1", 415),
        Form("a field that is no number", "application/x-www-form-urlencoded", "number=seven", 400),
        Form("a field that is missing", "application/x-www-form-urlencoded", "text=a", 400),
        Form("a form with more fields than ASP.NET Core reads", "application/x-www-form-urlencoded", string.Join('&', Enumerable.Range(0, 2000).Select(static i => $"f{i}=")), 400),
        Form("a key longer than ASP.NET Core reads", "application/x-www-form-urlencoded", new string('k', 5000) + "=1", 400),
        Form("parts without a boundary", "multipart/form-data", "--b\r\n\r\n1\r\n--b--\r\n", 400),
        Form("a boundary longer than ASP.NET Core reads", "multipart/form-data; boundary=" + new string('b', 200), "--b--\r\n", 400),
        Form("parts that never begin", "multipart/form-data; boundary=b", "nonsense", 400),
        Form("parts that never end", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"number\"\r\n\r\n1", 400),
        Form("a part without a name", "multipart/form-data; boundary=b", "--b\r\n\r\n1\r\n--b--\r\n", 400),
        Form("a part whose head is no head", "multipart/form-data; boundary=b", "--b\r\nnonsense\r\n\r\n1\r\n--b--\r\n", 400),
        Form("a part with a huge head", "multipart/form-data; boundary=b", "--b\r\nX: " + new string('x', 40_000) + "\r\n\r\n1\r\n--b--\r\n", 400),
        Form("a disposition that is none", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: ;;;\r\n\r\n1\r\n--b--\r\n", 400),
        new("a form cut off", Post("/bad/form", "multipart/form-data; boundary=b", "Content-Length: 1000", "--b\r\nContent-Disposition: form-data; name=\"number\"\r\n\r\n1"), 400, IsCutOff: true),

        // What is no request.
        new("no version", "GET /bad/query\r\nHost: a\r\n\r\n", 505, ReachesUs: false),
        new("an unknown version", "GET /bad/query HTTP/9.9\r\nHost: a\r\n\r\n", 505, ReachesUs: false),
        new("no host", "GET /bad/query HTTP/1.1\r\n\r\n", 400, ReachesUs: false),
        new("a header without a colon", "GET /bad/query HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", 400, ReachesUs: false),
        new("a folded header", "GET /bad/query HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400, ReachesUs: false),
        new("too many headers", "GET /bad/query HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Range(0, 200).Select(static i => $"X{i}: a\r\n")) + "\r\n", 431, ReachesUs: false),
    ];

    public static TheoryData<Door, string> Cases()
    {
        TheoryData<Door, string> all = [];
        foreach (Case one in s_cases)
        {
            all.Add(Door.HyperApp, one.Name);
            all.Add(Door.AspNetCore, one.Name);
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_is_refused_clearly(Door door, string name)
    {
        Case one = s_cases.Single(candidate => candidate.Name == name);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(s_patience);
        using var connection = new RawConnection(servers.Port(door));
        await connection.SendAsync(one.Request, patience.Token);
        if (one.IsCutOff)
        {
            connection.End();
        }
        RawAnswer? answer = await connection.ReadAsync(patience.Token);
        if (answer is { Status: 100 })
        {
            answer = await connection.ReadAsync(patience.Token);
        }
        string failures = servers.Failures(door);
        Assert.True(failures.Length == 0, failures);
        if (one.IsCutOff && answer is null)
        {
            return;
        }
        Assert.NotNull(answer);
        Assert.Equal(one.At(door), answer.Status);
        if (one.ReachesUs && one.At(door) != 200 && !(door == Door.AspNetCore && answer.Status is 404 or 405))
        {
            Assert.Equal("application/problem+json", answer.ContentType);
            using JsonDocument problem = JsonDocument.Parse(answer.Body);
            Assert.Equal(answer.Status, problem.RootElement.GetProperty("status").GetInt32());
            Assert.NotEqual("", problem.RootElement.GetProperty("title").GetString());
            Assert.DoesNotContain("   at ", answer.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(Door.HyperApp)]
    [InlineData(Door.AspNetCore)]
    public async Task A_good_request_on_a_connection_follows_a_bad_one(Door door)
    {
        using var connection = new RawConnection(servers.Port(door));
        CancellationToken stop = TestContext.Current.CancellationToken;
        foreach (Case one in s_cases.Where(one => one.ReachesUs && !one.IsCutOff && one.At(door) is 400 or 404 && !one.Text.Contains("chunked", StringComparison.Ordinal)))
        {
            await connection.SendAsync(one.Request, stop);
            Assert.True((await connection.ReadAsync(stop))?.Status == one.At(door), one.Name);
            await connection.SendAsync(Encoding.ASCII.GetBytes("GET /bad/id/7 HTTP/1.1\r\nHost: a\r\n\r\n"), stop);
            RawAnswer? good = await connection.ReadAsync(stop);
            Assert.True(good is { Status: 200, Body: "7" }, $"after {one.Name}: {good}");
        }
    }

    [Theory]
    [InlineData(Door.HyperApp, "/bad/text/a%0D%0ASet-Cookie:%20x", "a\r\nSet-Cookie: x")]
    [InlineData(Door.AspNetCore, "/bad/text/a%0D%0ASet-Cookie:%20x", "a\r\nSet-Cookie: x")]
    [InlineData(Door.HyperApp, "/bad/text/a%2Fb", "a%2Fb")]
    [InlineData(Door.AspNetCore, "/bad/text/a%2Fb", "a%2Fb")]
    [InlineData(Door.HyperApp, "/bad/text/%252F", "%2F")]
    [InlineData(Door.AspNetCore, "/bad/text/%252F", "%2F")]
    public async Task What_is_odd_but_allowed_arrives_as_text(Door door, string target, string text)
    {
        using var connection = new RawConnection(servers.Port(door));
        await connection.SendAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n"), TestContext.Current.CancellationToken);
        RawAnswer? answer = await connection.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal((200, text), (answer?.Status, answer?.Body));
    }

    private static Case Get(string name, string target, int status, string headers = "", string method = "GET", bool reachesUs = true, int? aspNetCore = null) =>
        new(name, $"{method} {target} HTTP/1.1\r\nHost: a\r\n{headers}\r\n", status, reachesUs, AspNetCore: aspNetCore);

    private static Case Json(string name, string body, int status, string contentType = "application/json", string path = "/bad/json") =>
        new(name, Post(path, contentType, $"Content-Length: {body.Length}", body), status);

    private static Case Form(string name, string contentType, string body, int status) =>
        new(name, Post("/bad/form", contentType, $"Content-Length: {body.Length}", body), status);

    private static string Post(string path, string contentType, string headers, string body) =>
        $"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {contentType}\r\n{headers}\r\n\r\n{body}";

    /// <summary>Both doors, opened once for all cases.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        private readonly ScopeRecorder _hyperAppLogs = new(takesScopes: false);
        private readonly ScopeRecorder _aspNetCoreLogs = new(takesScopes: false);
        private RunningApp? _hyperApp;
        private RunningApp? _aspNetCore;

        public int Port(Door door) => (door == Door.HyperApp ? _hyperApp : _aspNetCore)!.Port;

        /// <summary>What the server has logged as its own failure: a client's is none.</summary>
        public string Failures(Door door) => string.Join(
            Environment.NewLine,
            (door == Door.HyperApp ? _hyperAppLogs : _aspNetCoreLogs).Entries
                .Where(static entry => entry.Level >= LogLevel.Warning && !IsOfKestrel(entry.Exception))
                .Select(static entry => $"{entry.Category}: {entry.Message} {entry.Exception}"));

        /// <summary>
        /// Kestrel, when a body is cut off, sometimes still looks for a next request in what it has not done reading, and warns of its own mistake as it ends the
        /// connection: whatever application runs on it.
        /// </summary>
        private static bool IsOfKestrel(Exception? exception) =>
            exception is InvalidOperationException && exception.StackTrace?.Contains("Http1Connection.BeginRead", StringComparison.Ordinal) == true;

        public async ValueTask InitializeAsync()
        {
            _hyperApp = await RunningApp.StartAsync(Door.HyperApp, null, logging => logging.AddProvider(_hyperAppLogs));
            _aspNetCore = await RunningApp.StartAsync(Door.AspNetCore, null, logging => logging.AddProvider(_aspNetCoreLogs), "--Logging:LogLevel:Microsoft.AspNetCore=Warning");
        }

        public async ValueTask DisposeAsync()
        {
            await _hyperApp!.DisposeAsync();
            await _aspNetCore!.DisposeAsync();
        }
    }
}
