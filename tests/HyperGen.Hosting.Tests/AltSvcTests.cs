namespace HyperGen.Hosting.Tests;

/// <summary>Clients over TCP are told of HTTP/3 on the port that has it.</summary>
public sealed class AltSvcTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.1", "/straight/nothing")]
    [InlineData("2.0", "/straight/nothing")]
    [InlineData("1.1", "/nowhere")]
    [InlineData("1.1", "/straight/fails")]
    [InlineData("1.1", "/bad/id/x")]
    public async Task Answers_over_https_name_the_port(string version, string path)
    {
        await using RunningApp app = await RunningApp.StartAsync(Door.HyperApp, args: "--server:port=0");
        using HttpResponseMessage response = await GetAsync(app, "https", version, path);
        // The client leaves out the age of a day, which is the default. What is on the wire is a matter of AllocationTests.
        Assert.Equal($"h3=\":{Port(app, "https")}\"", Assert.Single(response.Headers.GetValues("Alt-Svc")));
    }

    [Theory]
    [InlineData("http", "")]
    [InlineData("https", "--server:altSvc=off")]
    [InlineData("https", "--server:http3=off")]
    public async Task Nothing_is_said_where_there_is_nothing_to_say(string scheme, string setting)
    {
        await using RunningApp app = await RunningApp.StartAsync(Door.HyperApp, args: ["--server:port=0", .. setting.Length > 0 ? [setting] : Array.Empty<string>()]);
        using HttpResponseMessage response = await GetAsync(app, scheme, "1.1", "/straight/nothing");
        Assert.False(response.Headers.Contains("Alt-Svc"));
    }

    private static async Task<HttpResponseMessage> GetAsync(RunningApp app, string scheme, string version, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{scheme}://127.0.0.1:{Port(app, scheme)}{path}")
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        HttpResponseMessage response = await app.Client.SendAsync(request, Stop);
        Assert.Equal(Version.Parse(version), response.Version);
        return response;
    }

    private static int Port(RunningApp app, string scheme) => new Uri(app.Urls.Single(url => url.StartsWith(scheme + ":", StringComparison.Ordinal))).Port;
}
