using System.Text.Json;
using HyperGen.Http3.Priorities;
using HyperGen.Transport.Udp;

namespace HyperGen.Server.Tests.Http3;

/// <summary>Priorities (RFC 9218) over real sockets, from the header and the frame to the packets.</summary>
/// <remarks>
/// Two responses that nobody reads take all the credit of a connection, so that what is asked for next waits with them, whole. It is answered on the shard, by
/// an inline endpoint: when the handler has run, the response is in the stream's buffer. Then the client reads, and which stream's bytes are sent first
/// is in the server's qlog, whatever is lost on the way or late at the client.
/// </remarks>
public sealed class PriorityTests : IDisposable
{
    /// <summary>Less than the window of a stream (512 KiB), but two of them more than that of the connection (768 KiB).</summary>
    private const int Blocking = 500_000;

    private const int Waiting = 20_000;

    /// <summary>What the two have taken when there is no credit left: control streams have the rest of the 768 KiB.</summary>
    private const int Credit = (768 << 10) - 1_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hypergen-priorities-");
    private readonly SemaphoreSlim _ran = new(0);

    public void Dispose()
    {
        _ran.Dispose();
        _folder.Delete(recursive: true);
    }

    //= https://www.rfc-editor.org/rfc/rfc9218#section-10
    //= type=test
    //# It is RECOMMENDED that, when possible, servers respect the urgency parameter (Section 4.1), sending higher-urgency responses before lower-urgency responses.
    [Theory]
    [InlineData("/waiting", "u=1", null)]
    [InlineData("/waiting", "u=5", "u=2")]
    [InlineData("/stated", "u=5, i", null)]
    public async Task An_urgent_response_overtakes_what_waits_on_the_same_connection(string path, string header, string? update)
    {
        List<long> sent = await SentAsync([(path, header, update)]);

        Assert.InRange(sent.LastIndexOf(8), 0, sent.LastIndexOf(4) - 1);
        Assert.DoesNotContain(4, sent.GetRange(sent.IndexOf(8), sent.LastIndexOf(8) - sent.IndexOf(8)));
    }

    [Fact]
    public async Task One_that_is_less_urgent_waits_for_all_others()
    {
        List<long> sent = await SentAsync([("/waiting", "u=7", null), ("/waiting", "u=4", null)]);

        Assert.InRange(sent.IndexOf(12), sent.LastIndexOf(4), int.MaxValue);
        Assert.InRange(sent.IndexOf(8), sent.LastIndexOf(12), int.MaxValue);
    }

    //= https://www.rfc-editor.org/rfc/rfc9218#section-10
    //= type=test
    //# Non-incremental responses of the same urgency SHOULD be served by prioritizing bandwidth allocation in ascending order of the stream ID
    [Fact]
    public async Task Responses_of_one_urgency_go_one_after_another()
    {
        List<long> sent = await SentAsync([("/waiting", "u=1", null), ("/waiting", "u=1", null)]);

        Assert.InRange(sent.IndexOf(12), sent.LastIndexOf(8), int.MaxValue);
    }

    //= https://www.rfc-editor.org/rfc/rfc9218#section-10
    //= type=test
    //# Incremental responses of the same urgency SHOULD be served by sharing bandwidth among them.
    [Fact]
    public async Task Incremental_ones_share()
    {
        List<long> sent = await SentAsync([("/waiting", "u=1, i", null), ("/waiting", "u=1, i", null)]);

        long[] both = [.. sent.Where(static id => id is 8 or 12)];
        int changes = both.Zip(both.Skip(1)).Count(static pair => pair.First != pair.Second);
        Assert.InRange(changes, 8, both.Length);
    }

    /// <summary>The streams of responses in the order in which bytes of them were sent for the first time.</summary>
    private async Task<List<long>> SentAsync(IReadOnlyList<(string Path, string Header, string? Update)> requests)
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These sockets are Linux's.");
        FixtureApp app = new FixtureApp()
            .Map("GET", "/blocking", static context => TestHost.Text(context, new string('x', Blocking)))
            .Map("GET", "/waiting", Answer, inline: true)
            .Map("GET", "/stated", context =>
            {
                context.ResponseHeaders["Priority"] = "u=1";
                return Answer(context);
            }, inline: true);
        await using (TestHost host = await TestHost.StartAsync(app, null, null, "--server:port=0", $"--server:qlog={_folder.FullName}"))
        {
            await using Http3TestClient client = await Http3TestClient.ConnectAsync(host.Https!.Port);
            TestRequest[] blocking = [await client.SendAsync("GET", "/blocking", isPaused: true), await client.SendAsync("GET", "/blocking", isPaused: true)];
            await Task.WhenAll(blocking.Select(static request => request.Head)).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            long taken = 0;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(60));
            while (taken < Credit)
            {
                await Task.Delay(5, patience.Token);
                await client.DoAsync(() => taken = Taken(client, 0) + Taken(client, 4));
            }
            await client.DoAsync(() =>
            {
                for (int index = 0; index < requests.Count; index++)
                {
                    if (requests[index].Update is { } update)
                    {
                        PriorityParameters priority = default;
                        Assert.True(PriorityParameters.TryRead(System.Text.Encoding.ASCII.GetBytes(update), ref priority));
                        client.Connection.UpdatePriority(new Quic.StreamId(8 + 4 * index), priority);
                    }
                }
            });
            List<TestRequest> waiting = [];
            foreach ((string path, string header, _) in requests)
            {
                waiting.Add(await client.SendAsync("GET", path, fields: ("priority", header)));
                Assert.True(await _ran.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
            }
            foreach (TestRequest request in blocking)
            {
                await request.ResumeAsync();
            }
            await Task.WhenAll(blocking.Concat(waiting).Select(static request => request.Ended)).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            Assert.All(waiting, static request => Assert.Equal((200, Waiting), (request.Status, request.Body.Length)));
            await client.CloseAsync();
            await host.App.StopAsync(TestContext.Current.CancellationToken);
        }
        return [.. Sent()];

        ValueTask Answer(RequestContext context)
        {
            ValueTask answer = TestHost.Text(context, new string('y', Waiting));
            _ran.Release();
            return answer;
        }
    }

    private static long Taken(Http3TestClient client, long id) => client.Connection.Quic.FindStream(new Quic.StreamId(id))?.Receiving.Buffer.ContiguousEnd ?? 0;

    private IEnumerable<long> Sent()
    {
        string text = File.ReadAllText(Assert.Single(_folder.GetFiles("*_server.sqlog")).FullName);
        Dictionary<long, long> ends = [];
        foreach (string record in text.Split('\u001e', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            JsonElement sent = JsonSerializer.Deserialize<JsonElement>(record);
            if (sent.GetProperty("name").GetString() != "quic:packet_sent" || !sent.GetProperty("data").TryGetProperty("frames", out JsonElement frames))
            {
                continue;
            }
            foreach (JsonElement frame in frames.EnumerateArray().Where(static frame => frame.GetProperty("frame_type").GetString() == "stream"))
            {
                long id = frame.GetProperty("stream_id").GetInt64();
                long offset = frame.GetProperty("offset").GetInt64();
                if ((id & 3) == 0 && offset >= ends.GetValueOrDefault(id, 0))
                {
                    ends[id] = offset + 1;
                    yield return id;
                }
            }
        }
    }
}
