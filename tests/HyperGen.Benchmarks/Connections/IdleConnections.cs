using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Http3;
using HyperGen.Quic;
using HyperGen.Tls;
using HyperGen.Tls.Crypto;
using HyperGen.Transport.Shards;

namespace HyperGen.Benchmarks.Connections;

/// <summary>
/// What a connection holds at the server, just quiet and at rest: managed memory after a full collection, and native memory as the ciphers that are there,
/// each of which takes as much as one of ten thousand made for comparison.
/// </summary>
/// <remarks>The clients are another process (this program again), so that only one end is measured. Each makes one request first, as real ones do.</remarks>
internal static class IdleConnections
{
    public static async Task RunAsync(int count)
    {
        long cipher = NativeHeap.BytesOfCipher();
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
        await MeasureAsync(group, count, cipher);
        await MeasureAsync(group, count, cipher);
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

    private static async Task MeasureAsync(ShardGroup group, int count, long cipher)
    {
        int others = group.Usage.Connections;
        (long managed, long ciphers) before = Held(group);
        using Process clients = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, $"idle-clients {group.EndPoint.Port} {count}"))!;
        while (group.Usage is not { Handshakes: 0 } usage || usage.Connections < others + count)
        {
            await Task.Delay(100);
        }

        // Handshakes are confirmed, connection IDs exchanged and acknowledged; five seconds later there is rest.
        await Task.Delay(2_000);
        Report("quiet", Held(group));
        await Task.Delay(6_000);
        Report("at rest", Held(group));
        clients.Kill();
        await clients.WaitForExitAsync();

        void Report(string state, (long Managed, long Ciphers) now)
        {
            double managed = (now.Managed - before.managed) / (double)count;
            double ciphers = (now.Ciphers - before.ciphers) / (double)count;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{count} connections {state}: {managed:F0} bytes managed and {ciphers:F2} ciphers of {cipher} bytes each, {managed + ciphers * cipher:F0} in all"));
        }
    }

    private static (long Managed, long Ciphers) Held(ShardGroup group)
    {
        long ciphers = HeapWalk.From(group).Held.Where(static kind => kind.Key.IsAssignableTo(typeof(Aead))).Sum(static kind => kind.Value.Count);
        long least = long.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            least = Math.Min(least, GC.GetTotalMemory(forceFullCollection: true));
        }
        return (least, ciphers);
    }
}
