using System.Collections.Concurrent;

namespace HyperGen.Quic.Simulation;

/// <summary>Thousands of seeds. Run with another first seed (HYPERGEN_SEED) or number of them (HYPERGEN_SEEDS) to look for more.</summary>
public sealed class SeedTests(ITestOutputHelper output)
{
    private static readonly ulong First = Setting("HYPERGEN_SEED", 1);
    private static readonly ulong Count = Setting("HYPERGEN_SEEDS", 2000);

    [Fact]
    public void Every_seed_moves_every_byte_within_every_limit_and_leaves_nothing() => RunAll(Scenario.Draw, Count, static met => met < Met.Retry);

    [Fact]
    public void Every_seed_does_so_with_what_not_every_connection_has() => RunAll(Scenario.DrawWithOptions, Count / 2, static met => met != Met.StatelessReset);

    private void RunAll(Func<ulong, Scenario> draw, ulong count, Func<Met, bool> isExpected)
    {
        var counts = new ConcurrentDictionary<Met, int>();
        var failures = new ConcurrentQueue<string>();
        Parallel.For((long)First, (long)(First + count), new() { MaxDegreeOfParallelism = Environment.ProcessorCount }, (seed, loop) =>
        {
            try
            {
                var (_, met) = Run.Execute(draw((ulong)seed));
                foreach (var what in Enum.GetValues<Met>())
                {
                    if (what != Met.None && met.HasFlag(what)) counts.AddOrUpdate(what, 1, static (_, seeds) => seeds + 1);
                }
            }
            catch (InvalidOperationException exception)
            {
                failures.Enqueue(exception.Message);
                if (failures.Count >= 5) loop.Stop();
            }
        });

        var expected = Enum.GetValues<Met>().Where(met => met != Met.None && isExpected(met)).ToList();
        var report = string.Join('\n', expected.Select(m => $"{m,-22} {counts.GetValueOrDefault(m),6} of {count} seeds"));
        output.WriteLine(report);
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
        Assert.DoesNotContain(expected, m => !counts.ContainsKey(m));
    }

    [Fact]
    public void A_seed_gives_the_same_trace_each_time()
    {
        for (var seed = First; seed < First + 20; seed++)
        {
            Assert.Equal(Run.Execute(Scenario.Draw(seed)), Run.Execute(Scenario.Draw(seed)));
            Assert.Equal(Run.Execute(Scenario.DrawWithOptions(seed)), Run.Execute(Scenario.DrawWithOptions(seed)));
        }
    }

    /// <summary>Seeds that found something. What it was is in each one's first argument.</summary>
    [Theory]
    [InlineData("an acknowledgment that the amplification limit held back left a timer in the past: its owner would have been busy for ever", 168)]
    [InlineData("a challenge of a new path was not sent because a PING paid for too few bytes, and the connection ended", 73)]
    [InlineData("a challenge of a new path waited for a window that packets to the old address filled, and the connection ended", 30)]
    [InlineData("the last good path was forgotten while the new one was not validated, so that nothing was left to fall back to", 257)]
    [InlineData("the server updated its keys before HANDSHAKE_DONE arrived: the client could open nothing any more, that packet included", 579)]
    [InlineData("a path known to carry full datagrams was given up because challenges of that size and their responses were lost", 931)]
    [InlineData("a path that had answered was given up because its answers to larger challenges were lost, and the connection ended", 2428)]
    [InlineData("an acknowledgment was lost and not repeated: the peer's window stayed full and it could not answer challenges any more", 2530)]
    [InlineData("the same as seed 2530, on a link with other delays", 6014)]
    public void What_was_found_once_is_not_found_again(string what, int seed)
    {
        Assert.NotEmpty(what);
        Run.Execute(Scenario.Draw((ulong)seed));
    }

    /// <summary>The same for runs with what not every connection has.</summary>
    [Theory]
    [InlineData("the server acknowledged in version 1 before it had the whole ClientHello: the client then ignored version 2, and the handshake never ended", 438)]
    [InlineData("a client at the preferred address did not listen to the server's first one, where the server stays until it has validated the other", 3333)]
    [InlineData("the same as seed 3333, at heavy loss", 8068)]
    [InlineData("early data filled the window, its acknowledgments were lost, and Finished, without which none can come, waited for room for ever", 10141)]
    [InlineData("a datagram damaged in its Retry token was taken for the client's word, and the client was turned away", 11232)]
    [InlineData("every packet was lost until the Retry's token had expired: the run took the server's answer for a failure", 9401)]
    [InlineData("a burst of losses outlasted two minutes of probes: the run had less patience than the connection", 5260)]
    [InlineData("each attempt to find a client at the preferred address used up a connection ID, and to the client's new address none led that brought more", 19281)]
    public void What_was_found_once_with_options_is_not_found_again(string what, int seed)
    {
        Assert.NotEmpty(what);
        Run.Execute(Scenario.DrawWithOptions((ulong)seed));
    }

    private static ulong Setting(string name, ulong fallback) => ulong.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : fallback;
}
