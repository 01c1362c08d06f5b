using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.Server.Tests;

/// <summary>A client that has gone ends its request quietly, and nothing else is taken for one.</summary>
public sealed class ClientGoneTests
{
    private static readonly JsonTypeInfo<int> s_number = JsonMetadataServices.CreateValueInfo<int>(new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver() }, JsonMetadataServices.Int32Converter);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Door.HyperApp, "/deadline")]
    [InlineData(Door.HyperApp, "/timeout")]
    [InlineData(Door.AspNetCore, "/deadline")]
    [InlineData(Door.AspNetCore, "/timeout")]
    public async Task Events_that_a_time_limit_cuts_off_are_not_taken_for_all_of_them(Door door, string path)
    {
        await using DoorHost host = await DoorHost.StartAsync(
            door,
            static () => new FixtureApp()
                .Map("GET", "/deadline", EventsAsync, deadline: 100)
                .Map("GET", "/timeout", EventsAsync, PipelineFeatures.RequestTimeouts, metadata: new RequestTimeoutAttribute(100)),
            static services => services.AddRequestTimeouts(),
            static app => app.UseRequestTimeouts());
        using var client = new HttpClient { BaseAddress = host.Urls[0] };
        HttpStatusCode? whole = null;
        Exception? broken = await Record.ExceptionAsync(async () =>
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri(path, UriKind.Relative), Stop);
            whole = response.StatusCode;
        });

        // On a slow machine the time has passed before anything was sent: that is told.
        Assert.True(whole is null ? broken is HttpRequestException : whole is HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout, $"{whole} {broken}");
    }

    [Theory]
    [InlineData(Door.HyperApp, "/events")]
    [InlineData(Door.HyperApp, "/timeout")]
    [InlineData(Door.AspNetCore, "/events")]
    [InlineData(Door.AspNetCore, "/timeout")]
    public async Task Events_whose_client_has_gone_end_quietly(Door door, string path)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using DoorHost host = await DoorHost.StartAsync(
            door,
            () => new FixtureApp()
                .Map("GET", "/events", RunAsync)
                .Map("GET", "/timeout", RunAsync, PipelineFeatures.RequestTimeouts, metadata: new RequestTimeoutAttribute(1_000_000)),
            static services => services.AddRequestTimeouts(),
            static app => app.UseRequestTimeouts());
        await LeaveAsync(host, $"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
        await ended.Task.WaitAsync(Stop);
        await host.StopAsync();
        Assert.True(host.Failures.Length == 0, host.Failures);

        async ValueTask RunAsync(RequestContext context)
        {
            try
            {
                await EventsAsync(context);
            }
            finally
            {
                ended.SetResult();
            }
        }
    }

    [Theory]
    [InlineData(Door.HyperApp)]
    [InlineData(Door.AspNetCore)]
    public Task A_body_whose_client_has_gone_ends_its_request_quietly(Door door) => UploadAsync(
        door,
        static (host, begun) => LeaveAsync(host, "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc", begun));

    [Theory]
    [InlineData(Door.HyperApp)]
    [InlineData(Door.AspNetCore)]
    public Task A_body_of_a_stream_that_was_reset_ends_its_request_quietly(Door door) => UploadAsync(door, static async (host, begun) =>
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = TestData.TrustDevelopmentCertificate() } });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Urls[1], "/upload"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new Unfinished(),
        };
        Task<HttpResponseMessage> answer = client.SendAsync(request, patience.Token);
        await begun.WaitAsync(Stop);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    });

    [Theory]
    [InlineData(Door.HyperApp)]
    [InlineData(Door.AspNetCore)]
    public async Task What_breaks_otherwise_is_a_failure(Door door)
    {
        await using DoorHost host = await DoorHost.StartAsync(door, static () => new FixtureApp().Map("POST", "/", static _ => throw new IOException("The disk is full.")));
        using var client = new HttpClient { BaseAddress = host.Urls[0] };
        using var body = new StringContent("body");
        using HttpResponseMessage response = await client.PostAsync(new Uri("/", UriKind.Relative), body, Stop);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("The disk is full.", host.Failures, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Door.HyperApp)]
    [InlineData(Door.AspNetCore)]
    public async Task What_breaks_because_of_the_deadline_is_answered_as_late(Door door)
    {
        await using DoorHost host = await DoorHost.StartAsync(door, static () => new FixtureApp().Map("GET", "/", static async context =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, context.Aborted);
            }
            catch (OperationCanceledException cancelled)
            {
                throw new IOException("The database has closed the connection.", cancelled);
            }
        }, deadline: 50));
        using var client = new HttpClient { BaseAddress = host.Urls[0] };
        using HttpResponseMessage response = await client.GetAsync(new Uri("/", UriKind.Relative), Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    private static ValueTask EventsAsync(RequestContext context) => Respond.Many(context, EndlessAsync(context.Aborted), s_number);

    private static async IAsyncEnumerable<ServerEvent<int>> EndlessAsync([EnumeratorCancellation] CancellationToken stop)
    {
        yield return new ServerEvent<int>(1);
        await Task.Delay(Timeout.Infinite, stop);
    }

    /// <summary>Has a client begin a body and give it up: the request fails, and nobody is told.</summary>
    private static async Task UploadAsync(Door door, Func<DoorHost, Task, Task> beginAndLeave)
    {
        var upload = new Upload();
        await using DoorHost host = await DoorHost.StartAsync(door, () => new FixtureApp().Map("POST", "/upload", upload.RunAsync));
        await beginAndLeave(host, upload.Begun);
        Assert.NotNull(await upload.Ended.WaitAsync(Stop));
        await host.StopAsync();
        Assert.True(host.Failures.Length == 0, host.Failures);
    }

    /// <summary>Sends a request, waits until it is under way, and resets the connection.</summary>
    private static async Task LeaveAsync(DoorHost host, string request, Task? begun = null)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
        await socket.ConnectAsync(IPAddress.Loopback, host.Port, Stop);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), Stop);
        await (begun?.WaitAsync(Stop) ?? socket.ReceiveAsync(new byte[1000], Stop).AsTask());
    }

    /// <summary>An endpoint that reads a body to its end, and tells what that came to.</summary>
    private sealed class Upload
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<Exception?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        public Task<Exception?> Ended => _ended.Task;

        public async ValueTask RunAsync(RequestContext context)
        {
            ReadResult first = await context.RequestBody.ReadAsync();
            context.RequestBody.AdvanceTo(first.Buffer.End);
            _begun.SetResult();
            try
            {
                await context.RequestBody.CopyToAsync(Stream.Null, CancellationToken.None);
                _ended.SetResult(null);
            }
            catch (Exception failure)
            {
                _ended.SetResult(failure);
                throw;
            }
        }
    }

    /// <summary>A body that begins and does not end.</summary>
    private sealed class Unfinished : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync("abc"u8.ToArray(), cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
