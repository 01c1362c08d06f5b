using System.Text;
using System.Text.Json;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.Server.Tests;

/// <summary>Forms that are too large, however they are sent and whoever reads them first: the endpoint, or the middleware that looks for a token in them.</summary>
public sealed class FormTests
{
    private const string Urlencoded = "application/x-www-form-urlencoded";
    private const string Multipart = "multipart/form-data; boundary=b";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<Door, string, string, bool> Forms()
    {
        TheoryData<Door, string, string, bool> all = [];
        foreach (Door door in Enum.GetValues<Door>())
        {
            foreach (string path in (string[])["/form", "/token"])
            {
                foreach (string type in (string[])[Urlencoded, Multipart])
                {
                    all.Add(door, path, type, false);
                    all.Add(door, path, type, true);
                }
            }
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_form_larger_than_the_endpoint_accepts_is_answered_with_413(Door door, string path, string type, bool chunked)
    {
        await using DoorHost host = await StartAsync(door);
        RawAnswer answer = await PostAsync(host, path, type, Form(type, fileLength: 1000), chunked);
        Assert.Equal((413, "application/problem+json"), (answer.Status, answer.ContentType));
        Assert.Equal(413, JsonDocument.Parse(answer.Body).RootElement.GetProperty("status").GetInt32());
        Assert.True(host.Failures.Length == 0, host.Failures);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task One_that_fits_is_read(Door door, string path, string type, bool chunked)
    {
        await using DoorHost host = await StartAsync(door);
        RawAnswer answer = await PostAsync(host, path, type, Form(type, fileLength: 1), chunked);
        Assert.Equal(path == "/form" ? (200, "1") : (400, answer.Body), (answer.Status, answer.Body));
        if (path == "/token")
        {
            Assert.Contains("token", answer.Body, StringComparison.Ordinal);
        }
    }

    private static string Form(string type, int fileLength)
    {
        string content = new('x', fileLength);
        return type == Urlencoded ? "a=" + content : $"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{content}\r\n--b--\r\n";
    }

    private static Task<DoorHost> StartAsync(Door door) => DoorHost.StartAsync(
        door,
        static () => new FixtureApp()
            .Map("POST", "/form", ReadAsync, maxBody: 200)
            .Map("POST", "/token", ReadAsync, PipelineFeatures.Antiforgery, maxBody: 200, metadata: new RequireAntiforgeryTokenAttribute()),
        static services => services.AddAntiforgery(),
        static app => app.UseAntiforgery());

    private static async ValueTask ReadAsync(RequestContext context)
    {
        FormBody form = await Bind.FormAsync(context, required: true);
        var errors = default(BindingErrors);
        form.Check(ref errors);
        await (errors.Any ? errors.WriteAsync(context) : TestHost.Text(context, $"{form.Fields["a"].ToString().Length}"));
    }

    private static async Task<RawAnswer> PostAsync(DoorHost host, string path, string type, string body, bool chunked)
    {
        using var connection = new RawConnection(host.Port);
        string sent = chunked ? $"Transfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n" : $"Content-Length: {body.Length}\r\n\r\n{body}";
        await connection.SendAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {type}\r\n{sent}"), Stop);
        RawAnswer? answer = await connection.ReadAsync(Stop);
        Assert.NotNull(answer);
        return answer;
    }
}
