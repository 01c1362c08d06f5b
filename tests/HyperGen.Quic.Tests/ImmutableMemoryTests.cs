using System.Buffers;
using System.Text;
using HyperGen.Quic.Tests.Support;

namespace HyperGen.Quic.Tests;

/// <summary>Memory that never changes is sealed from where it lies: it arrives as it is, whatever lies around it and whatever is lost.</summary>
public sealed class ImmutableMemoryTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void What_is_written_in_pieces_of_both_kinds_arrives_whole(ulong seed, bool traced)
    {
        var traces = new List<ArrayBufferWriter<byte>>();
        var pair = new DirectPair(qlog: traced ? Trace : null);
        var random = new SeededRandom(seed);
        QuicStream[] sending = [pair.Client.TryOpenStream(unidirectional: true)!, pair.Client.TryOpenStream(unidirectional: true)!];
        var expected = sending.Select(static _ => new MemoryStream()).ToArray();
        for (var piece = 0; piece < 400; piece++)
        {
            var bytes = new byte[1 + random.Below(random.Chance(0.2) ? 20_000 : 1_600)];
            random.Fill(bytes);
            var index = random.Below(2);
            if (random.Chance(0.7)) sending[index].WriteImmutable(bytes);
            else sending[index].Write(bytes);
            expected[index].Write(bytes);
        }

        foreach (var stream in sending) stream.Finish();
        var arrived = new Dictionary<long, MemoryStream>();
        var read = new byte[4096];
        for (var round = 0; round < 100_000 && (arrived.Count < 2 || expected.Sum(static all => all.Length) > arrived.Values.Sum(static all => all.Length)); round++)
        {
            pair.DropsToServer = random.Chance(0.1);
            pair.ExchangeOnce();
            while (pair.Server.TryGetEvent(out var next))
            {
                if (next.Kind != ConnectionEventKind.StreamReadable) continue;
                var all = arrived.TryGetValue(next.Stream!.Id.Value, out var known) ? known : arrived[next.Stream.Id.Value] = new();
                for (var length = next.Stream.Read(read); length > 0; length = next.Stream.Read(read)) all.Write(read, 0, length);
            }
        }

        Assert.True(pair.Client.Statistics.PacketsLost > 0);
        for (var i = 0; i < 2; i++) Assert.Equal(expected[i].ToArray(), arrived[sending[i].Id.Value].ToArray());

        // The trace tells of frames, of which only the heads are in the packet when it is written.
        if (traced) Assert.Contains(traces, static trace => Encoding.UTF8.GetString(trace.WrittenSpan).Split("\"frame_type\":\"stream\"").Length > 400);

        IBufferWriter<byte> Trace(Role role, ConnectionId id)
        {
            traces.Add(new());
            return traces[^1];
        }
    }
}
