using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Tests;

/// <summary>What a request costs in memory, compared with Kestrel running an application that does nothing.</summary>
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    private const int Requests = 4000;

    /// <summary>The runtime's own threads allocate a little now and then. One object of 24 bytes for each request would show.</summary>
    private const double Tolerance = 4;

    private static readonly byte[] s_body = "Hello, World!"u8.ToArray();

    [Fact]
    public async Task A_synchronous_endpoint_adds_nothing_to_an_empty_application()
    {
        double empty = await MeasureEmptyAsync();
        await using TestHost host = await TestHost.StartAsync(new FixtureApp().Map("GET", "/plaintext", static context =>
        {
            context.ResponseHeaders.ContentLength = s_body.Length;
            context.ResponseBody.Write(s_body);
            return ValueTask.CompletedTask;
        }));
        double ours = Measure(host.Http.Port);
        Assert.InRange(ours, 0, empty + Tolerance);
    }

    [Fact]
    public async Task A_path_without_route_adds_nothing_either()
    {
        double empty = await MeasureEmptyAsync();
        await using TestHost host = await TestHost.StartAsync(new FixtureApp().Map("GET", "/other", static _ => ValueTask.CompletedTask));
        double ours = Measure(host.Http.Port);
        Assert.InRange(ours, 0, empty + Tolerance);
    }

    private static async Task<double> MeasureEmptyAsync()
    {
        using var server = new KestrelServer(
            Options.Create(new KestrelServerOptions { AddServerHeader = true }),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
        server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Add("http://127.0.0.1:0");
        await server.StartAsync(new EmptyApplication(), TestContext.Current.CancellationToken);
        double bytes = Measure(new Uri(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First()).Port);
        await server.StopAsync(TestContext.Current.CancellationToken);
        return bytes;
    }

    /// <summary>The bytes allocated for each request on one connection, the least of several rounds.</summary>
    private static double Measure(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        byte[] request = Encoding.ASCII.GetBytes("GET /plaintext HTTP/1.1\r\nHost: localhost\r\n\r\n");
        byte[] buffer = new byte[4096];
        Run(socket, request, buffer);
        double least = double.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Run(socket, request, buffer);
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Requests);
        }
        return least;
    }

    private static void Run(Socket socket, byte[] request, byte[] buffer)
    {
        for (int sent = 0; sent < Requests; sent++)
        {
            socket.Send(request);
            ReadResponse(socket, buffer);
        }
    }

    private static void ReadResponse(Socket socket, byte[] buffer)
    {
        int length = 0;
        while (true)
        {
            length += socket.Receive(buffer.AsSpan(length));
            int end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0 && length == end + 4 + ContentLength(buffer.AsSpan(0, end)))
            {
                return;
            }
        }
    }

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        int at = head.IndexOf("Content-Length: "u8) + "Content-Length: ".Length;
        return System.Buffers.Text.Utf8Parser.TryParse(head[at..], out int length, out _) ? length : 0;
    }

    private sealed class EmptyApplication : IHttpApplication<object>
    {
        private static readonly object s_context = new();

        public object CreateContext(IFeatureCollection contextFeatures) => s_context;

        public Task ProcessRequestAsync(object context) => Task.CompletedTask;

        public void DisposeContext(object context, Exception? exception)
        {
        }
    }
}

/// <summary>Measures the whole process: no other test may run beside it.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTestsRunAlone;
