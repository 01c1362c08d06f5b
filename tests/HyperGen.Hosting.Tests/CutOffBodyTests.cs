using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using HyperGen.Http3;
using HyperGen.Transport.Udp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace HyperGen.Hosting.Tests;

/// <summary>Clients that send a part of a body and no more: what the server makes of it, and what they are told.</summary>
public sealed class CutOffBodyTests
{
    /// <summary>The body was found to be cut off, or before that the client to have gone: which of the two Kestrel tells first is a matter of chance.</summary>
    private static readonly int[] s_possible = [StatusCodes.Status400BadRequest, StatusCodes.Status499ClientClosedRequest];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<Door, string, string, string> Parts()
    {
        TheoryData<Door, string, string, string> all = [];
        foreach (Door door in Enum.GetValues<Door>())
        {
            foreach ((string path, string type, string part) in (ReadOnlySpan<(string, string, string)>)
            [
                ("/bad/json", "application/json", "{\"name\":"),
                ("/bad/small", "application/json", "{\"name\":"),
                ("/bad/stream", "text/plain", "abc"),
                ("/bad/form", "application/x-www-form-urlencoded", "number=1"),
                ("/bad/form", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"number\"\r\n\r\n1"),
            ])
            {
                all.Add(door, path, type, $"Content-Length: {part.Length + 10}\r\n\r\n{part}");
                all.Add(door, path, type, $"Transfer-Encoding: chunked\r\n\r\nff\r\n{part}");
                all.Add(door, path, type, $"Transfer-Encoding: chunked\r\n\r\n{part.Length:x}\r\n{part}\r\n");
            }
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public async Task A_client_that_closes_its_half_is_answered_with_400_or_not_at_all(Door door, string path, string type, string rest)
    {
        var statuses = new Statuses();
        await using RunningApp app = await StartAsync(door, statuses);
        using var connection = new RawConnection(app.Port);
        await connection.SendAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {type}\r\n{rest}"), Stop);
        connection.End();
        RawAnswer? answer = await connection.ReadAsync(Stop);
        int status = await statuses.NextAsync(Stop);
        Assert.Contains(status, s_possible);
        if (answer is not null)
        {
            Assert.Equal((400, 400, "application/problem+json"), (status, answer.Status, answer.ContentType));
            Assert.Equal(400, JsonDocument.Parse(answer.Body).RootElement.GetProperty("status").GetInt32());
        }
    }

    [Theory]
    [InlineData("/bad/json", "application/json", "{\"name\":")]
    [InlineData("/bad/stream", "text/plain", "abc")]
    [InlineData("/bad/form", "application/x-www-form-urlencoded", "number=1")]
    public async Task Over_HTTP_3_fewer_bytes_than_announced_are_no_request(string path, string type, string part)
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using RunningApp app = await RunningApp.StartHyperAppAsync(args: "--server:port=0");
        await using Http3TestClient client = await Http3TestClient.ConnectAsync(new Uri(app.Urls[1]).Port);
        TestRequest request = await client.GetAsync("POST", path, Encoding.ASCII.GetBytes(part), ("content-type", type), ("content-length", "100"));
        Assert.Equal(ErrorCode.MessageError, request.Error);

        // The connection is none the worse for it.
        Assert.Equal((200, "7"), await client.GetAsync("GET", "/bad/id/7") is { } good ? (good.Status, good.Text) : default);
    }

    [Theory]
    [InlineData("/bad/json", "application/json", "{\"name\":", 400)]
    [InlineData("/bad/form", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"number\"\r\n\r\n1", 400)]
    [InlineData("/bad/form", "application/x-www-form-urlencoded", "number=1", 200)]
    [InlineData("/bad/stream", "text/plain", "abc", 200)]
    public async Task Over_HTTP_3_a_body_of_no_announced_length_is_whole_where_it_ends(string path, string type, string part, int status)
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        await using RunningApp app = await RunningApp.StartHyperAppAsync(args: "--server:port=0");
        await using Http3TestClient client = await Http3TestClient.ConnectAsync(new Uri(app.Urls[1]).Port);
        TestRequest request = await client.GetAsync("POST", path, Encoding.ASCII.GetBytes(part), ("content-type", type));
        Assert.Equal((null, status), (request.Error, request.Status));
    }

    private static Task<RunningApp> StartAsync(Door door, Statuses statuses) => door == Door.HyperApp
        ? RunningApp.StartHyperAppAsync(services => services.AddSingleton<IStartupFilter>(statuses))
        : RunningApp.StartAspNetCoreAsync(use: app => app.Use(statuses.Record));

    /// <summary>Takes note of what became of each request, whether or not anybody was there to be told.</summary>
    private sealed class Statuses : IStartupFilter
    {
        private readonly Channel<int> _statuses = Channel.CreateUnbounded<int>();

        public ValueTask<int> NextAsync(CancellationToken stop) => _statuses.Reader.ReadAsync(stop);

        public RequestDelegate Record(RequestDelegate next) => async http =>
        {
            try
            {
                await next(http);
                _statuses.Writer.TryWrite(http.Response.StatusCode);
            }
            catch
            {
                _statuses.Writer.TryWrite(StatusCodes.Status500InternalServerError);
                throw;
            }
        };

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(Record);
            next(app);
        };
    }
}
