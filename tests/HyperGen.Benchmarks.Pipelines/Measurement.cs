using System.Diagnostics;
using System.Text;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Mvc;

namespace HyperGen.Benchmarks.Pipelines;

[HyperController("/measure")]
internal static class Measurement
{
    private const int Calls = 1_000;
    private const int Rounds = 3_000;

    /// <summary>What the endpoints cost on the request that asks, the least of many rounds.</summary>
    [Get]
    public static async Task<string> All(RequestContext context, [FromServices] GeneratedApp app)
    {
        var report = new StringBuilder();
        foreach (string path in (string[])["/plain/done", "/passing/done", "/awaiting/done", "/plain/later", "/passing/later", "/awaiting/later"])
        {
            (double nanoseconds, double bytes) = await MeasureAsync(app, app.Match("GET", Encoding.UTF8.GetBytes(path), new RouteRange[app.MaxRouteValues]), context);
            report.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"{path,-16} {nanoseconds,7:F1} ns {bytes,6:F0} B");
        }
        return report.ToString();
    }

    private static async Task<(double Nanoseconds, double Bytes)> MeasureAsync(GeneratedApp app, int endpoint, RequestContext context)
    {
        double least = double.MaxValue;
        long bytes = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            (double nanoseconds, long allocated) = Round(app, endpoint, context);
            least = Math.Min(least, nanoseconds);
            bytes = Math.Min(bytes, allocated);
            if (round < 30)
            {
                // The JIT compiles in the background what has run often.
                await Task.Delay(20);
            }
        }
        return (least / Calls, (double)bytes / Calls);
    }

    private static (double Nanoseconds, long Bytes) Round(GeneratedApp app, int endpoint, RequestContext context)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Calls; i++)
        {
            ValueTask call = app.InvokeAsync(endpoint, context);
            Pause.Here.End();
            if (!call.IsCompletedSuccessfully)
            {
                throw new InvalidOperationException("The endpoint waits for something else.");
            }
            call.GetAwaiter().GetResult();
        }
        return (Stopwatch.GetElapsedTime(start).TotalNanoseconds, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }
}
