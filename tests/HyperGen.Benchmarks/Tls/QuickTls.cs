using System.Globalization;

namespace HyperGen.Benchmarks.Tls;

/// <summary>The ratios that matter, in seconds rather than minutes: rounds of each are taken in turn, and the least of each is kept.</summary>
internal static class QuickTls
{
    private const int Rounds = 40;

    public static void Run()
    {
        using var packets = new PacketWorkload();
        var handshakes = new HandshakeWorkload();
        Report("seal 1350 B", 20_000, packets.Seal, packets.SealBare);
        Report("open 1350 B", 20_000, packets.Open, packets.OpenBare);
        Report("seal 1350 B of immutable memory from where it lies", 20_000, packets.SealReferred, packets.SealCopied, "copied first");
        Report("full handshake, both sides", 100, handshakes.Run, null);
    }

    private static void Report(string name, int count, Action ours, Action? bare, string other = "bare libcrypto")
    {
        double best = double.MaxValue;
        double bestBare = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            best = Math.Min(best, Measure(count, ours));
            bestBare = bare is null ? 0 : Math.Min(bestBare, Measure(count, bare));
        }
        string ratio = bare is null ? "" : string.Create(CultureInfo.InvariantCulture, $", {other} {bestBare:F0} ns, ratio {best / bestBare:F2}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {best:F0} ns{ratio}"));
    }

    private static double Measure(int count, Action action)
    {
        // The process's CPU time: what others do on the machine at the same time is not in it.
        TimeSpan start = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < count; i++)
        {
            action();
        }
        return (Environment.CpuUsage.TotalTime - start).TotalNanoseconds / count;
    }
}
