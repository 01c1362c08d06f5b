using System.Diagnostics;

namespace HyperGen.Benchmarks.Routing;

/// <summary>The same workload by a stopwatch, in seconds rather than minutes: for working on the emitted code.</summary>
/// <remarks>
/// The best of many short rounds: a round is a hundred microseconds, so that on a busy machine enough of them are not interrupted. Rounds go on until
/// the best has not improved for a while, which also waits for the JIT's background thread.
/// </remarks>
internal static class QuickRouting
{
    private const int RoundsWithoutGain = 8_000;

    public static void Run(string[] corpora)
    {
        foreach (string corpus in corpora.Length > 0 ? corpora : ["github203", "parse26", "static157", "matchit130", "github-openapi"])
        {
            Report(corpus, new RoutingWorkload(corpus));
        }
    }

    /// <summary>The same hundred requests with ever more routes beside theirs, and then one for each of the most.</summary>
    public static void RunScale()
    {
        foreach (int routes in (int[])[100, 1_000, 10_000])
        {
            Report($"{routes} routes, 100 requested", RoutingWorkload.Synthetic(routes, 100));
        }
        Report("10000 routes, all requested", RoutingWorkload.Synthetic(10_000, 10_000));
    }

    private static void Report(string name, RoutingWorkload workload)
    {
        int repeats = Math.Max(1, 4_000 / workload.Methods.Length);
        (double best, long bytes) = Measure(() =>
        {
            for (int i = 0; i < repeats; i++)
            {
                workload.MatchAll();
            }
        });
        double matches = (double)repeats * workload.Methods.Length;
        Console.WriteLine($"{name,-28} {best / matches:F1} ns and {bytes / matches:F2} B a match");
    }

    private static (double Nanoseconds, long Bytes) Measure(Action round)
    {
        for (int i = 0; i < 20; i++)
        {
            round();
            Thread.Sleep(150);
        }
        double best = double.MaxValue;
        long bytes = long.MaxValue;
        for (int sinceBest = 0; sinceBest < RoundsWithoutGain; sinceBest++)
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            round();
            double elapsed = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            bytes = Math.Min(bytes, GC.GetAllocatedBytesForCurrentThread() - allocated);
            if (elapsed < best * 0.995)
            {
                (best, sinceBest) = (elapsed, 0);
            }
        }
        return (best, bytes);
    }
}
