using System.Diagnostics;
using HyperGen.Quic;
using HyperGen.Quic.Tests.Support;
using HyperGen.Quic.Tokens;

namespace HyperGen.Benchmarks.Quic;

/// <summary>What a packet costs, by a stopwatch: those of strangers first, then those of a transfer. The best of many rounds.</summary>
internal static class QuickQuic
{
    private const int Rounds = 200;
    private const int PerRound = 256;

    private static readonly NetworkPath s_path = new(NetworkAddress.FromIPv4(0x0A000001, 50000), NetworkAddress.FromIPv4(0x0A000002, 443));

    public static void Run()
    {
        byte[] hello = FirstDatagram();
        byte[] garbage = [.. hello];
        for (int i = 40; i < garbage.Length; i++)
        {
            garbage[i] ^= 0x5a;
        }
        byte[] token = [.. hello[..18], 0x10, .. new byte[16], .. hello[19..^16]];

        Measure("spoofed Initial, answered with Retry", Server(RetryPolicy.Always), hello);
        Measure("Initial with a foreign token, answered with Retry", Server(RetryPolicy.Always), token);
        Measure("Initial that cannot be opened, no Retry", Server(RetryPolicy.Never), garbage);
        Measure("Initial with a ClientHello, no Retry, up to the certificate", Server(RetryPolicy.Never), hello, forget: true);
        Measure("packet of an unknown connection, answered with a reset", Server(RetryPolicy.Never), [0x40, .. new byte[99]]);

        var pair = new DirectPair();
        byte[] forged = new byte[1200];
        new SeededRandom(3).Fill(forged);
        forged[0] = 0x41;
        pair.Server.FirstLocalId.Span.CopyTo(forged.AsSpan(1));
        Measure("forged 1-RTT packet of a known connection, 1200 B", pair.ServerEndpoint, forged);

        // What opening it costs without what an acknowledgment then does: its tag is only known to be wrong at the end.
        Measure("the same as small as an acknowledgment, 40 B", pair.ServerEndpoint, forged[..40]);
        Transfer();
    }

    private static void Measure(string what, Endpoint endpoint, byte[] datagram, bool forget = false)
    {
        byte[] buffer = new byte[Transmit.MaxLength];
        byte[] copy = new byte[datagram.Length];
        var now = new Timestamp(TimeSpan.TicksPerHour);
        var connections = new List<Connection>();
        double best = double.MaxValue;
        long bytes = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            now += TimeSpan.FromSeconds(1);
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < PerRound; i++)
            {
                datagram.CopyTo(copy, 0);

                // The source port differs, so that a stranger is a stranger each time.
                NetworkPath path = s_path with { Remote = s_path.Remote with { Port = (ushort)i } };
                if (endpoint.HandleDatagram(now, path, EcnCodepoint.NotEct, copy) is { } connection && forget)
                {
                    connection.Abandon(now);
                }
                while (endpoint.TryTransmit(buffer, out _))
                {
                }
            }
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / PerRound);
            bytes = Math.Min(bytes, (GC.GetAllocatedBytesForCurrentThread() - allocated) / PerRound);
        }
        Report(what, best, bytes);
    }

    private static void Transfer()
    {
        var transfer = new TransferWorkload();
        double build = double.MaxValue, process = double.MaxValue;
        long bytes = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            transfer.PrepareBuild();
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            int packets = transfer.Build();
            build = Math.Min(build, Stopwatch.GetElapsedTime(start).TotalNanoseconds / packets);
            start = Stopwatch.GetTimestamp();
            transfer.Process();
            process = Math.Min(process, Stopwatch.GetElapsedTime(start).TotalNanoseconds / packets);
            bytes = Math.Min(bytes, GC.GetAllocatedBytesForCurrentThread() - allocated);
        }
        Report("build and seal a full STREAM packet", build, bytes);
        Report("open and process a full STREAM packet", process, bytes);
        Acknowledgments(transfer, 2);
        Acknowledgments(transfer, 16);
    }

    private static void Acknowledgments(TransferWorkload transfer, int together)
    {
        double best = double.MaxValue;
        long bytes = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            transfer.PrepareBuild();
            transfer.Build();
            transfer.PrepareAcknowledge(together);
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            transfer.Acknowledge();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / (TransferWorkload.Packets / together));
            bytes = Math.Min(bytes, GC.GetAllocatedBytesForCurrentThread() - allocated);
        }
        Report($"open and process an acknowledgment of {together} packets", best, bytes);
    }

    private static void Report(string what, double nanoseconds, long bytes) => Console.WriteLine($"{what,-62} {nanoseconds,8:F0} ns {bytes,7} B");

    private static Endpoint Server(RetryPolicy retry)
    {
        var random = new SeededRandom(1);
        return new(new()
        {
            Random = random.Fill,
            ResetKey = new byte[32],
            Retry = retry,
            MaxHandshakesPerSource = int.MaxValue,
            CreateServerHandshake = parameters => TestTls.Server(parameters, random),
        });
    }

    private static byte[] FirstDatagram()
    {
        var random = new SeededRandom(2);
        var endpoint = new Endpoint(new() { Random = random.Fill, ResetKey = new byte[32] });
        Connection client = endpoint.Connect(new(1), s_path, parameters => TestTls.Client(parameters, random));
        byte[] buffer = new byte[Transmit.MaxLength];
        client.TryTransmit(new(1), buffer, out Transmit transmit);
        return buffer[..Math.Min(transmit.Length, transmit.SegmentSize)];
    }
}
