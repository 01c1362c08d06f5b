using System.Globalization;
using System.Text.RegularExpressions;
using HyperGen.Http3;
using HyperGen.Quic;
using HyperGen.Tls;
using HyperGen.Transport.Udp;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using static HyperGen.Server.Tests.Kestrel.KestrelServer;
using static HyperGen.Testing.Http3TestClient;

namespace HyperGen.Server.Tests.Kestrel;

/// <summary>Kestrel's own HTTP/3 over our QUIC, behind both doors, against real clients over real sockets.</summary>
public sealed class KestrelHttp3Tests
{
    public KestrelHttp3Tests() => Assert.SkipUnless(UdpSocket.IsSupported, "Our QUIC runs on 64-bit Linux.");

    [Theory]
    [InlineData(Door.AspNetCore)]
    [InlineData(Door.HyperApp)]
    public async Task Curl_is_answered(Door door)
    {
        await using KestrelServer server = await StartAsync(door, static context => context.Response.WriteAsync($"{context.Request.Protocol} {context.Request.Path}"));

        string output = Run(string.Create(CultureInfo.InvariantCulture,
            $"curl -s -4 -k --http3-only --max-time 20 -w \\nh%{{http_version}}:%{{http_code}} https://127.0.0.1:{server.Port}/hello"));

        Assert.Contains("HTTP/3 /hello", output, StringComparison.Ordinal);
        Assert.Contains("h3:200", output, StringComparison.Ordinal);
        await server.NothingIsLeftAsync();
    }

    [Theory]
    [InlineData(Door.AspNetCore)]
    [InlineData(Door.HyperApp)]
    public async Task Gtlsclient_is_answered_ten_thousand_times_on_one_connection(Door door)
    {
        await using KestrelServer server = await StartAsync(door, static context => context.Response.WriteAsync("hello"));

        string output = Run(string.Create(CultureInfo.InvariantCulture,
            $"gtlsclient --exit-on-all-streams-close --no-quic-dump -n 10000 127.0.0.1 {server.Port} https://127.0.0.1:{server.Port}/plain"));

        Assert.Equal(10_000, Regex.Count(output, ":status: 200"));
        await server.NothingIsLeftAsync();
    }

    [Fact]
    public async Task The_servers_settings_hold_for_Kestrels_connections_too()
    {
        await using KestrelServer server = await StartAsync(
            Door.HyperApp, static context => context.Response.WriteAsync("hello"), "--server:shards=1", "--server:maxConnections=1", "--server:retry=always");
        await using Http3TestClient first = await ConnectAsync(server.Port);
        Assert.Equal("hello", (await first.GetAsync("GET", "/hello")).Text);
        Assert.True(first.Connection.Quic.WasRetried);

        await using Http3TestClient second = await ConnectAsync(server.Port);
        Assert.False(await second.IsReadyAsync());
        Assert.Equal((long)TransportErrorCode.ConnectionRefused, second.Connection.Quic.CloseReason.ErrorCode);
    }

    [Theory]
    [InlineData(Door.AspNetCore)]
    [InlineData(Door.HyperApp)]
    public async Task A_client_that_comes_back_resumes_its_session(Door door)
    {
        await using KestrelServer server = await StartAsync(door, static context => context.Response.WriteAsync("hello"));
        await using Http3TestClient first = await ConnectAsync(server.Port);
        await first.GetAsync("GET", "/hello");
        using ClientSession session = await first.SessionAsync();

        await using Http3TestClient second = await ConnectAsync(server.Port, session: session);
        Assert.Equal("hello", (await second.GetAsync("GET", "/hello")).Text);
        Assert.True(second.Connection.Quic.Handshake.IsResumed);
    }

    [Theory]
    [InlineData(Door.AspNetCore)]
    [InlineData(Door.HyperApp)]
    public async Task A_body_larger_than_all_windows_is_echoed(Door door)
    {
        await using KestrelServer server = await StartAsync(door, static context => context.Request.BodyReader.CopyToAsync(context.Response.BodyWriter));
        byte[] body = Bytes(5_000_000);
        await using (Http3TestClient client = await ConnectAsync(server.Port))
        {
            TestRequest echo = await client.GetAsync("POST", "/echo", body);

            Assert.Null(echo.Error);
            Assert.Equal(200, echo.Status);
            Assert.True(body.AsSpan().SequenceEqual(echo.Body));
        }
        await server.NothingIsLeftAsync();
    }

    [Theory]
    [InlineData(Door.AspNetCore)]
    [InlineData(Door.HyperApp)]
    public async Task A_head_request_gets_no_body_and_trailers_are_passed_on_both_ways(Door door)
    {
        await using KestrelServer server = await StartAsync(door, static async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            string trailer = context.Request.CheckTrailersAvailable() ? context.Request.GetTrailer("checksum").ToString() : "none";
            context.Response.DeclareTrailer("digest");
            await context.Response.WriteAsync(trailer);
            context.Response.AppendTrailer("digest", "abc");
        });
        await using Http3TestClient client = await ConnectAsync(server.Port);

        TestRequest head = await client.GetAsync("HEAD", "/x");
        TestRequest post = await client.SendAsync("POST", "/x", Bytes(10), trailers: Headers(("checksum", "42")));
        await post.Ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal((200, ""), (head.Status, head.Text));
        Assert.Equal((200, "42"), (post.Status, post.Text));
        Assert.Equal("digest", post.Headers["trailer"]);
        Assert.Equal(("digest", "abc"), Assert.Single(post.Trailers.Select(static trailer => (trailer.Key, trailer.Value))));
    }

    [Theory]
    [InlineData(Door.AspNetCore)]
    [InlineData(Door.HyperApp)]
    public async Task A_hundred_requests_survive_the_loss_of_one_datagram_in_fifty_each_way(Door door)
    {
        await using KestrelServer server = await StartAsync(door, static async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.Body.WriteAsync(Bytes(20_000));
        });
        await using (Http3TestClient client = await ConnectAsync(server.Port, loss: 0.02))
        {
            TestRequest[] requests = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => client.GetAsync("POST", "/x", Bytes(20_000))));

            Assert.All(requests, static request => Assert.Equal((200, 20_000), (request.Status, request.Body.Length)));
        }
        await server.NothingIsLeftAsync();
    }

    [Fact]
    public async Task Two_hundred_requests_are_under_way_at_once()
    {
        int begun = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using KestrelServer server = await StartAsync(Door.AspNetCore, async context =>
        {
            if (Interlocked.Increment(ref begun) == 200)
            {
                all.SetResult();
            }
            await all.Task;
            await context.Response.WriteAsync("all");
        });
        await using Http3TestClient first = await ConnectAsync(server.Port);
        await using Http3TestClient second = await ConnectAsync(server.Port);

        TestRequest[] requests = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => (number % 2 == 0 ? first : second).GetAsync("GET", "/x")));

        Assert.All(requests, static request => Assert.Equal("all", request.Text));
    }

    [Theory]
    [InlineData(Door.AspNetCore)]
    [InlineData(Door.HyperApp)]
    public async Task A_handler_that_does_not_read_stops_the_client_at_the_windows(Door door)
    {
        var mayRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using KestrelServer server = await StartAsync(door, async context =>
        {
            await mayRead.Task;
            long length = 0;
            while (await context.Request.BodyReader.ReadAsync() is var read)
            {
                length += read.Buffer.Length;
                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }
            await context.Response.WriteAsync(length.ToString(CultureInfo.InvariantCulture));
        });
        await using Http3TestClient client = await ConnectAsync(server.Port);
        const int length = 8_000_000;

        TestRequest request = await client.SendAsync("POST", "/x", Bytes(length));

        // The window of a stream, and behind it the pipes of the transport and of Kestrel, 64 KiB each.
        await EventuallyAsync(() => request.Acknowledged >= 500_000);
        long before = -1;
        for (int seen = 0; seen < 20; seen++)
        {
            before = request.Acknowledged;
            Assert.InRange(before, 500_000, 512 * 1024 + 4 * 64 * 1024);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        mayRead.SetResult();
        await request.Ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal("8000000", request.Text);

    }

    [Theory]
    [InlineData(Door.AspNetCore)]
    [InlineData(Door.HyperApp)]
    public async Task A_client_that_does_not_read_makes_the_handler_wait(Door door)
    {
        const int chunk = 64 * 1024;
        const int chunks = 512;
        int written = 0;
        await using KestrelServer server = await StartAsync(door, async context =>
        {
            byte[] bytes = Bytes(chunk);
            for (int number = 0; number < chunks; number++)
            {
                await context.Response.Body.WriteAsync(bytes);
                Interlocked.Increment(ref written);
            }
        });
        await using (Http3TestClient client = await ConnectAsync(server.Port))
        {
            TestRequest request = await client.SendAsync("GET", "/x", isPaused: true);
            await request.Head.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

            await EventuallyAsync(() => Volatile.Read(ref written) * chunk >= 256 * 1024);

            // It stops when the client's window, the send buffer and the pipes are full; all 32 MiB never fit there.
            int before;
            do
            {
                before = Volatile.Read(ref written);
                await Task.Delay(300, TestContext.Current.CancellationToken);
            }
            while (before != Volatile.Read(ref written));
            Assert.InRange(before * chunk, 256 * 1024, 9 * 1024 * 1024);
            Assert.InRange(server.Shards.Sum(static shard => shard.Usage.Pages) * 4096, 0, 9 * 1024 * 1024);

            await request.ResumeAsync();
            await request.Ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            Assert.Equal(chunk * chunks, request.Body.Length);
        }
        await server.NothingIsLeftAsync();
    }

    [Theory]
    [InlineData(Door.AspNetCore)]
    [InlineData(Door.HyperApp)]
    public async Task A_client_that_resets_cancels_the_request(Door door)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using KestrelServer server = await StartAsync(door, async context =>
        {
            if (context.Request.Path == "/next")
            {
                await context.Response.WriteAsync("still here");
                return;
            }
            context.RequestAborted.Register(aborted.SetResult);
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        });
        await using (Http3TestClient client = await ConnectAsync(server.Port))
        {
            TestRequest request = await client.SendAsync("GET", "/wait");
            await begun.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            await request.ResetAsync();

            await aborted.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            Assert.Equal("still here", (await client.GetAsync("GET", "/next")).Text);
        }
        await server.NothingIsLeftAsync();
    }

    [Theory]
    [InlineData(Door.AspNetCore)]
    [InlineData(Door.HyperApp)]
    public async Task A_client_that_is_gone_cancels_its_requests(Door door)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using KestrelServer server = await StartAsync(door, async context =>
        {
            context.RequestAborted.Register(aborted.SetResult);
            begun.SetResult();
            await aborted.Task;
        });
        await using Http3TestClient client = await ConnectAsync(server.Port);
        await client.SendAsync("GET", "/wait");
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        await client.CloseAsync();

        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await server.NothingIsLeftAsync();
    }

    [Theory]
    [InlineData(Door.AspNetCore)]
    [InlineData(Door.HyperApp)]
    public async Task A_request_that_the_server_aborts_is_reset(Door door)
    {
        await using KestrelServer server = await StartAsync(door, static async context =>
        {
            if (context.Request.Path == "/code")
            {
                context.Features.Get<IHttpResetFeature>()!.Reset((int)ErrorCode.MessageError);
                return;
            }
            await context.Response.StartAsync();
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        await using Http3TestClient client = await ConnectAsync(server.Port);

        Assert.Equal(ErrorCode.InternalError, (await client.GetAsync("GET", "/abort")).Error);
        Assert.Equal(ErrorCode.MessageError, (await client.GetAsync("GET", "/code")).Error);
    }

    [Theory]
    [InlineData(Door.AspNetCore)]
    [InlineData(Door.HyperApp)]
    public async Task A_server_that_stops_ends_the_requests_under_way(Door door)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using KestrelServer server = await StartAsync(door, async context =>
        {
            begun.SetResult();
            await mayEnd.Task;
            await context.Response.Body.WriteAsync(Bytes(1_000_000));
        });
        await using Http3TestClient client = await ConnectAsync(server.Port);
        TestRequest request = await client.SendAsync("GET", "/slow");
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Task stopping = server.StopAsync();
        await EventuallyAsync(() => client.Connection.IsGoingAway);
        Assert.False(stopping.IsCompleted);
        mayEnd.SetResult();

        await request.Ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Null(request.Error);
        Assert.Equal(1_000_000, request.Body.Length);

        // Kestrel leaves it to the client to close a connection that has nothing more to do.
        await client.CloseAsync();
        await stopping.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.True(server.HasNoListener);
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        for (int index = 0; index < length; index++)
        {
            bytes[index] = (byte)(index * 31 + (index >> 8));
        }
        return bytes;
    }

    private static string Run(string arguments)
    {
        using Peer peer = Peer.Start(arguments, seconds: 120);
        return peer.WaitForOutput();
    }
}
