using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Http3;
using HyperGen.Quic;
using HyperGen.Tls;
using HyperGen.Transport.Shards;

namespace HyperGen.Benchmarks.Connections;

/// <summary>What a connection at rest holds at the server: managed memory after a full collection, and native memory as the C library counts it.</summary>
/// <remarks>The clients are another process (this program again), so that only one end is measured. Each makes one request first, as real ones do.</remarks>
internal static class IdleConnections
{
    public static async Task RunAsync(int count)
    {
        NativeHeap.UseOneArena();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var credentials = new ServerCredentials([new Credential([certificate.RawDataMemory], key)]);
        ShardGroup group = ShardGroup.Start(
            new ShardOptions
            {
                EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
                ResetKey = new byte[32],
                Limits = ConnectionLimits.Default with { IdleTimeout = TimeSpan.FromMinutes(10) },
                Answer = credentials.Answer,
                CreateServerHandshake = credentials.CreateHandshake,
                Accept = static _ =>
                {
                    var answers = new EmptyAnswers();
                    return quic => new Http3Connection(quic, new Http3Options(), answers);
                },
            },
            count: 1);

        // The first clients make what all later ones share, the pools of streams and pages among it.
        await MeasureAsync(group, count);
        (long managed, long native) = await MeasureAsync(group, count);
        Console.WriteLine($"{count} connections at rest: {managed / count} bytes managed and {native / count} native each, {(managed + native) / count} in all");
        await group.StopAsync(TimeSpan.Zero);
    }

    /// <summary>The clients' process: connects, tells so, and waits to be killed.</summary>
    public static async Task RunClientsAsync(int port, int count)
    {
        ShardGroup group = ShardGroup.Start(
            new ShardOptions
            {
                EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
                ResetKey = new byte[32],
                Limits = ConnectionLimits.Default with { IdleTimeout = TimeSpan.FromMinutes(10) },
                Answer = static (shard, connection, question) =>
                {
                    connection.Handshake.AnswerChain(question.Id);
                    connection.HandleAnswer(shard.Now);
                },
            },
            count: 1);
        group.Shards[0].TryPost(new Clients(group.Shards[0], port, count));
        await Task.Delay(Timeout.Infinite);
    }

    private static async Task<(long Managed, long Native)> MeasureAsync(ShardGroup group, int count)
    {
        int others = group.Usage.Connections;
        (long managedBefore, long nativeBefore) = Held();
        using Process clients = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, $"idle-clients {group.EndPoint.Port} {count}"))!;
        while (group.Usage is not { Handshakes: 0 } usage || usage.Connections < others + count)
        {
            await Task.Delay(100);
        }

        // Handshakes are confirmed, connection IDs exchanged and acknowledged: then there is rest.
        await Task.Delay(2_000);
        (long managed, long native) = Held();
        clients.Kill();
        await clients.WaitForExitAsync();
        Console.WriteLine($"  {group.Usage}");
        return (managed - managedBefore, native - nativeBefore);
    }

    private static (long Managed, long Native) Held()
    {
        for (int round = 0; round < 3; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        return (GC.GetTotalMemory(forceFullCollection: true), NativeHeap.InUse());
    }
}
