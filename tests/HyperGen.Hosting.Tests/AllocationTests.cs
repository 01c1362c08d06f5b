using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace HyperGen.Hosting.Tests;

/// <summary>What a request costs in memory, compared with Kestrel running an application that does nothing.</summary>
public sealed class AllocationTests
{
    private const int Requests = 4000;

    /// <summary>The runtime's and the servers' own threads allocate a little now and then. The smallest object, 24 bytes, for each request would show.</summary>
    private const double Tolerance = 16;

    [Theory]
    [InlineData("/straight/nothing", 0)]
    [InlineData("/straight/three", 0)]
    [InlineData("/straight/own", Straight.OwnBytes + 24)]
    [InlineData("/nowhere", 0)]
    public async Task A_request_costs_what_an_empty_application_costs_and_what_its_handler_makes(string path, int ofHandler)
    {
        double empty = await MeasureEmptyAsync();
        await using RunningApp app = await RunningApp.StartAsync(Door.HyperApp);
        double ours = Measure(app.Port, path);
        Assert.InRange(ours, ofHandler, empty + ofHandler + Tolerance);
    }

    [Fact]
    public async Task Telling_of_HTTP_3_costs_nothing()
    {
        (double without, string silent) = await MeasureTlsAsync("--server:altSvc=off");
        (double with, string telling) = await MeasureTlsAsync("--server:altSvc=on");
        Assert.DoesNotContain("Alt-Svc", silent, StringComparison.Ordinal);
        Assert.Matches("\r\nAlt-Svc: h3=\":[0-9]+\"; ma=86400\r\n", telling);
        // SslStream allocates more or less, as it finds a record complete or not: by less than the 64 bytes of the header's text.
        Assert.InRange(with, 0, without + 48);
    }

    private static async Task<(double Bytes, string Head)> MeasureTlsAsync(string setting)
    {
        await using RunningApp app = await RunningApp.StartAsync(Door.HyperApp, args: ["--server:port=0", setting]);
        using Socket socket = Connect(new Uri(app.Urls.Single(static url => url.StartsWith("https:", StringComparison.Ordinal))).Port);
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = TestData.TrustDevelopmentCertificate() }, TestContext.Current.CancellationToken);
        byte[] buffer = new byte[4096];
        double bytes = Measure(tls, "/straight/nothing", buffer);
        return (bytes, Encoding.ASCII.GetString(buffer, 0, buffer.AsSpan().IndexOf("\r\n\r\n"u8) + 2));
    }

    private static async Task<double> MeasureEmptyAsync()
    {
        using var server = new KestrelServer(
            Options.Create(new KestrelServerOptions { AddServerHeader = true }),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
        server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Add("http://127.0.0.1:0");
        await server.StartAsync(new EmptyApplication(), TestContext.Current.CancellationToken);
        double bytes = Measure(new Uri(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First()).Port, "/");
        await server.StopAsync(TestContext.Current.CancellationToken);
        return bytes;
    }

    /// <summary>The bytes allocated for each request on one connection, the least of several rounds.</summary>
    private static double Measure(int port, string path)
    {
        using Socket socket = Connect(port);
        return Measure(new NetworkStream(socket), path, new byte[4096]);
    }

    private static Socket Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    private static double Measure(Stream stream, string path, byte[] buffer)
    {
        byte[] request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Run(stream, request, buffer);
        double least = double.MaxValue;
        for (int round = 0; round < 10; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Run(stream, request, buffer);
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Requests);
        }
        return least;
    }

    private static void Run(Stream stream, byte[] request, byte[] buffer)
    {
        for (int sent = 0; sent < Requests; sent++)
        {
            stream.Write(request);
            ReadResponse(stream, buffer);
        }
    }

    private static void ReadResponse(Stream stream, byte[] buffer)
    {
        int length = 0;
        while (true)
        {
            length += stream.Read(buffer.AsSpan(length));
            int end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0 && length == end + 4 + ContentLength(buffer.AsSpan(0, end)))
            {
                return;
            }
        }
    }

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        int at = head.IndexOf("Content-Length: "u8);
        return at >= 0 && System.Buffers.Text.Utf8Parser.TryParse(head[(at + "Content-Length: ".Length)..], out int length, out _) ? length : 0;
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
