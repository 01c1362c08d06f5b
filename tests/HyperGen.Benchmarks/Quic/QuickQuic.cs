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
        Transfer(new DirectPair());
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
        Console.WriteLine($"{what,-62} {best,8:F0} ns {bytes,7} B");
    }

    /// <summary>A download in memory: the server builds full packets, the client takes them and acknowledges, the server takes the acknowledgments.</summary>
    private static void Transfer(DirectPair pair)
    {
        byte[] buffer = new byte[Transmit.MaxLength];
        byte[] content = new byte[1 << 20];
        QuicStream stream = pair.Server.TryOpenStream(unidirectional: true)!;
        double build = double.MaxValue, take = double.MaxValue, acknowledge = double.MaxValue;
        long bytes = long.MaxValue;
        QuicStream? reading = null;
        for (int round = 0; round < Rounds * 10; round++)
        {
            if (stream.Buffered < 256 << 10)
            {
                stream.WriteImmutable(content);
            }
            pair.Pass(TimeSpan.FromMilliseconds(1));
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            int packets = 0;
            long start = Stopwatch.GetTimestamp();
            if (!pair.Server.TryTransmit(pair.Now, buffer, out Transmit transmit))
            {
                pair.Exchange();
                continue;
            }
            long built = Stopwatch.GetTimestamp();
            for (int offset = 0; offset < transmit.Length; offset += transmit.SegmentSize)
            {
                packets++;
                pair.ClientEndpoint.HandleDatagram(
                    pair.Now, pair.ToServer, EcnCodepoint.NotEct, buffer.AsSpan(offset, Math.Min(transmit.SegmentSize, transmit.Length - offset)));
            }
            long taken = Stopwatch.GetTimestamp();
            while (pair.Client.TryGetEvent(out ConnectionEvent next))
            {
                reading = next.Stream ?? reading;
            }
            while (reading is not null && reading.Peek() is { IsEmpty: false } read)
            {
                reading.Consume(read.Length);
            }
            if (!pair.Client.TryTransmit(pair.Now, buffer, out Transmit answer))
            {
                continue;
            }
            long before = Stopwatch.GetTimestamp();
            pair.ServerEndpoint.HandleDatagram(pair.Now, pair.ToClient, EcnCodepoint.NotEct, buffer.AsSpan(0, answer.SegmentSize));
            long end = Stopwatch.GetTimestamp();
            if (packets < 10)
            {
                continue;
            }
            build = Math.Min(build, Stopwatch.GetElapsedTime(start, built).TotalNanoseconds / packets);
            take = Math.Min(take, Stopwatch.GetElapsedTime(built, taken).TotalNanoseconds / packets);
            acknowledge = Math.Min(acknowledge, Stopwatch.GetElapsedTime(before, end).TotalNanoseconds);
            bytes = Math.Min(bytes, GC.GetAllocatedBytesForCurrentThread() - allocated);
        }
        Console.WriteLine($"{"build and seal a full STREAM packet",-62} {build,8:F0} ns");
        Console.WriteLine($"{"open and process a full STREAM packet",-62} {take,8:F0} ns");
        Console.WriteLine($"{"open and process an acknowledgment of many packets",-62} {acknowledge,8:F0} ns {bytes,7} B in all three");
    }

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
