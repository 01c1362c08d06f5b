// Sends requests over HTTP/3 in a closed loop: so many connections, so many requests under way on each, until so many have been answered.
//   Load --url https://127.0.0.1:8443/plaintext --connections 16 --streams 32 --count 100000 --server-pid 1234
using System.Diagnostics;
using System.Globalization;
using HyperGen.Load;

var options = LoadOptions.Parse(args);
using var run = new LoadRun(options);
if (options.Warmup > 0)
{
    run.Start(options.Warmup);
    if (!await run.CompletesWithin(options.Timeout))
    {
        Console.Error.WriteLine("The warm-up did not end in time.");
        return 1;
    }
}
TimeSpan before = ProcessCpu.Of(options.ServerPid);
long began = Stopwatch.GetTimestamp();
run.Start(options.Count);
bool isComplete = await run.CompletesWithin(options.Timeout);
TimeSpan took = Stopwatch.GetElapsedTime(began);
TimeSpan spent = ProcessCpu.Of(options.ServerPid) - before;
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"answers {run.Answers}, failures {run.Failures}, in {took.TotalSeconds:F2} s: {run.Answers / took.TotalSeconds:F0} a second"));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"latency: 50% {run.Latency(0.5):F3} ms, 99% {run.Latency(0.99):F3} ms, longest {run.Latency(1):F3} ms"));
if (options.ServerPid > 0)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"server CPU: {spent.TotalMicroseconds / Math.Max(run.Answers, 1):F2} µs a request"));
}
await run.StopAsync();
return isComplete && run.Failures == 0 ? 0 : 1;
