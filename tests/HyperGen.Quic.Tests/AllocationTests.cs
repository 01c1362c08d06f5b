using HyperGen.Quic.Tests.Support;

namespace HyperGen.Quic.Tests;

/// <summary>A packet, a frame and a stream allocate nothing once a connection has reached its pace.</summary>
public sealed class AllocationTests(ITestOutputHelper output)
{
    private const int Count = 100_000;

    private static readonly byte[] Request = new byte[60];
    private static readonly byte[] Response = new byte[120];

    [Fact]
    public void Requests_in_steady_state_allocate_nothing()
    {
        var pair = new DirectPair();
        Run(pair, 2_000);
        var clock = Environment.CpuUsage.TotalTime;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var packets = pair.Server.Statistics.PacketsSent + pair.Client.Statistics.PacketsSent;
        Run(pair, Count);
        var elapsed = Environment.CpuUsage.TotalTime - clock;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        packets = pair.Server.Statistics.PacketsSent + pair.Client.Statistics.PacketsSent - packets;
        output.WriteLine($"{elapsed.TotalMicroseconds / Count:F2} µs of CPU a request, both ends; {packets / (double)Count:F2} packets a request");

        // A pooled stream may meet a hole for the first time and make room for it once; a request costs nothing.
        Assert.Equal(0, allocated / Count);
    }

    [Fact]
    public void A_download_in_steady_state_allocates_nothing()
    {
        var pair = new DirectPair();
        Download(pair, 32 << 20);
        var clock = Environment.CpuUsage.TotalTime;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Download(pair, 64 << 20);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine($"{(Environment.CpuUsage.TotalTime - clock).TotalSeconds * 16:F2} s of CPU a GiB, both ends");
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Datagrams_priorities_and_lost_packets_allocate_nothing_in_steady_state()
    {
        var pair = new DirectPair(ConnectionLimits.Default with { MaxDatagramFrameSize = 1200 });
        var random = new SeededRandom(3);
        Mixed(pair, random, 4_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Mixed(pair, random, 4_000);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine($"{allocated} B in 4,000 rounds; {pair.Client.Statistics.PacketsLost} packets were lost in all");
        Assert.True(pair.Client.Statistics.PacketsLost > 100);

        // What a new depth of loss makes room for once is divided among the rounds.
        Assert.Equal(0, allocated / 4_000);
    }

    private static void Mixed(DirectPair pair, SeededRandom random, int rounds)
    {
        Span<byte> buffer = stackalloc byte[1200];
        for (var round = 0; round < rounds; round++)
        {
            if (pair.Client.TryOpenStream() is { } stream)
            {
                stream.SetPriority((byte)random.Below(8), incremental: random.Chance(0.5));
                stream.Write(buffer[..(1 + random.Below(1200))]);
                stream.Finish();
            }

            pair.Client.TrySendDatagram(buffer[..random.Below(1000)], out _);
            pair.DropsToServer = random.Chance(0.1);
            pair.ExchangeOnce();
            pair.DropsToServer = false;
            pair.Advance(TimeSpan.FromMilliseconds(1));
            while (pair.Server.TryReceiveDatagram(buffer, out _))
            {
            }

            while (pair.Server.TryGetEvent(out var next))
            {
                if (next.Kind != ConnectionEventKind.StreamReadable) continue;
                while (next.Stream!.Read(buffer) > 0)
                {
                }

                if (!next.Stream.IsReadToEnd) continue;
                next.Stream.Finish();
                next.Stream.Release();
            }

            while (pair.Client.TryGetEvent(out var next))
            {
                if (next is { Kind: ConnectionEventKind.StreamReadable, Stream: { IsReadToEnd: true } answered }) answered.Release();
            }
        }
    }

    [Fact]
    public void Handshakes_and_idle_connections_cost_what_is_printed()
    {
        for (var i = 0; i < 100; i++) _ = new DirectPair();
        const int handshakes = 300;
        var pairs = new DirectPair[handshakes];
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < handshakes; i++) pairs[i] = new();
        var elapsed = Environment.CpuUsage.TotalTime - clock;
        memory = GC.GetTotalMemory(forceFullCollection: true) - memory;
        output.WriteLine($"{elapsed.TotalMicroseconds / handshakes:F0} µs of CPU a handshake, both ends, ECDSA P-256 and X25519");

        // Both ends of a pair, less the two send buffers of 64 KiB and the answer slots of two endpoints, which belong to no connection.
        output.WriteLine($"{(memory / handshakes) - 65_507 - (2 * 16 * 525)} B of managed memory for the two endpoints and their one connection");
        GC.KeepAlive(pairs);
    }

    /// <summary>32 requests at a time, answered when they are complete.</summary>
    private static void Run(DirectPair pair, int count)
    {
        Span<byte> read = stackalloc byte[512];
        var active = 0;
        while (count > 0 || active > 0)
        {
            while (count > 0 && active < 32 && pair.Client.TryOpenStream() is { } stream)
            {
                stream.Write(Request);
                stream.Finish();
                active++;
                count--;
            }

            pair.Exchange();
            while (pair.Server.TryGetEvent(out var next))
            {
                if (next.Kind != ConnectionEventKind.StreamReadable) continue;
                next.Stream!.Read(read);
                next.Stream.Write(Response);
                next.Stream.Finish();
                next.Stream.Release();
            }

            pair.Exchange();
            while (pair.Client.TryGetEvent(out var next))
            {
                if (next.Kind != ConnectionEventKind.StreamReadable) continue;
                if (next.Stream!.Read(read) != Response.Length) Assert.Fail("The answer is not complete.");
                next.Stream.Release();
                active--;
            }
        }
    }

    private static void Download(DirectPair pair, long size)
    {
        var stream = pair.Client.TryOpenStream()!;
        stream.Write(Request);
        stream.Finish();
        pair.Exchange();
        QuicStream? answer = null;
        long written = 0, received = 0;
        while (received < size)
        {
            while (pair.Server.TryGetEvent(out var next))
            {
                if (next.Kind != ConnectionEventKind.StreamReadable) continue;
                answer = next.Stream!;
                answer.Consume(answer.Peek().Length);
            }

            while (answer is not null && written < size && answer.WriteCapacity > 0)
            {
                var span = answer.GetSpan(4096);
                var length = (int)Math.Min(span.Length, size - written);
                answer.Advance(length);
                written += length;
                if (written != size) continue;
                answer.Finish();
                answer.Release();
            }

            pair.Exchange();
            pair.Advance(TimeSpan.FromMicroseconds(100));
            while (pair.Client.TryGetEvent(out _))
            {
            }

            while (stream.Peek() is { IsEmpty: false } bytes)
            {
                received += bytes.Length;
                stream.Consume(bytes.Length);
            }
        }

        stream.Release();
        pair.Exchange();
    }
}
