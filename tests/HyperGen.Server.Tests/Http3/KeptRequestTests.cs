using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using HyperGen.Server.Hosting;
using HyperGen.Transport.Shards;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.Server.Tests.Http3;

/// <summary>Whatever handlers keep of a request and use after its end reaches no later request, nor the shard.</summary>
public sealed class KeptRequestTests
{
    private const int Requests = 200;

    /// <summary>More than waits in a body that nobody reads, so that the end finds the body paused.</summary>
    private static readonly string s_body = new('x', 200_000);

    [Fact]
    public async Task What_is_kept_of_an_HttpContext_is_harmless_to_later_requests()
    {
        var kept = new ConcurrentQueue<Kept>();
        await using TestHost host = await StartAsync(context =>
        {
            HttpContext http = context.HttpContext;
            kept.Enqueue(new Kept(http, http.Features.Get<IHttpRequestLifetimeFeature>()!, http.Request.Body, http.Response.BodyWriter));
            return TestHost.Text(context, "kept");
        }, () =>
        {
            while (kept.TryDequeue(out Kept? old))
            {
                old.Use();
            }
        });

        await OthersAreServedAsync(host);
    }

    [Fact]
    public async Task A_reader_of_a_body_that_is_kept_is_harmless_to_later_requests()
    {
        var kept = new ConcurrentQueue<PipeReader>();
        await using TestHost host = await StartAsync(context =>
        {
            kept.Enqueue(context.RequestBody);
            return TestHost.Text(context, "kept");
        }, () =>
        {
            while (kept.TryDequeue(out PipeReader? old))
            {
                Read(old);
            }
        });

        await OthersAreServedAsync(host);
    }

    /// <summary>Requests that keep something, then some that use what was kept while they run, on the same shard: their exchanges come from the same pool.</summary>
    private static Task<TestHost> StartAsync(Func<RequestContext, ValueTask> keep, Action use) => TestHost.StartAsync(
        new FixtureApp().Map("POST", "/keep", keep).Map("POST", "/next", async context =>
        {
            byte[] own = new byte[1];
            use();
            await Task.Yield();
            ReadResult read = await context.RequestBody.ReadAsync();
            own[0] = read.Buffer.FirstSpan[0];
            use();
            await TestHost.Text(context, own[0] == (byte)'y' ? "next" : "another's body");
        }),
        null,
        null,
        "--server:port=0",
        "--server:shards=1");

    private static async Task OthersAreServedAsync(TestHost host)
    {
        var server = new IPEndPoint(IPAddress.Loopback, host.Https!.Port);
        for (int round = 0; round < 3; round++)
        {
            List<string> first = await new TestClient(server, s_body, count: 20, parallel: 20, path: "/keep").RunAsync();
            List<string> next = await new TestClient(server, "y", Requests, parallel: 20, path: "/next").RunAsync();

            Assert.All(first, static answer => Assert.Equal("200 kept", answer));
            Assert.All(next, static answer => Assert.Equal("200 next", answer));
        }
        var hyper = (HyperServer)host.App.Services.GetRequiredService<IServer>();
        while (hyper.Http3Usage != default(ShardUsage))
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        Assert.DoesNotContain(host.Logs.Entries, static entry => entry.Exception is not null);
    }

    /// <summary>Reads what is there, and again, until the end or a refusal.</summary>
    private static void Read(PipeReader reader)
    {
        try
        {
            for (int count = 0; count < 100 && reader.TryRead(out ReadResult read) && !read.IsCompleted; count++)
            {
                reader.AdvanceTo(read.Buffer.End);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or InvalidOperationException)
        {
            // That the request has ended may be told.
        }
    }

    private sealed record Kept(HttpContext Http, IHttpRequestLifetimeFeature Lifetime, Stream Body, PipeWriter Writer)
    {
        private readonly IHttpResetFeature _reset = (IHttpResetFeature)Lifetime;
        private readonly IRequestBodyPipeFeature _body = (IRequestBodyPipeFeature)Lifetime;
        private readonly IHttpResponseFeature _response = (IHttpResponseFeature)Lifetime;

        public void Use()
        {
            Try(Http.Abort);
            Try(() => Http.Response.StatusCode = 500);
            Try(Lifetime.Abort);
            Try(() => _reset.Reset(1));
            Try(() => _response.StatusCode = 500);
            Try(() => _response.Headers["x-late"] = "1");
            Try(() => Writer.Write("late"u8));
            ValueTask<FlushResult> flush = Writer.FlushAsync();
            Assert.True(flush.IsCompleted && flush.Result.IsCompleted);
            Read(_body.Reader);
            Try(() => Body.ReadAsync(new byte[100_000]).AsTask().GetAwaiter().GetResult());
        }

        private static void Try(Action action)
        {
            try
            {
                action();
            }
            catch (Exception failure) when (failure is ObjectDisposedException or OperationCanceledException or InvalidOperationException or NullReferenceException)
            {
                // That the request has ended may be told.
            }
        }
    }
}
