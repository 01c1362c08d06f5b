using System.Diagnostics;

namespace HyperGen.Benchmarks.Routing;

/// <summary>The same workload by a stopwatch, in seconds rather than minutes: for working on the emitted code.</summary>
internal static class QuickRouting
{
    public static void Run()
    {
        foreach (string corpus in new[] { "github203", "parse26", "static157", "matchit130", "github-openapi" })
        {
            var workload = new RoutingWorkload(corpus);
            for (int i = 0; i < 2_000; i++)
            {
                workload.MatchAll();
                if (i % 200 == 0)
                {
                    Thread.Sleep(60);
                }
            }
            double best = double.MaxValue;
            for (int round = 0; round < 400; round++)
            {
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < 20; i++)
                {
                    workload.MatchAll();
                }
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / 20 / workload.Methods.Length);
            }
            Console.WriteLine($"{corpus,-16} {best:F1} ns a match");
        }
    }
}
