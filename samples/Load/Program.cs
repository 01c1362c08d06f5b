// Sends requests over HTTP/3 in a closed loop: so many connections, so many requests under way on each, until so many have been answered.
//   Load --url https://127.0.0.1:8443/plaintext --connections 16 --streams 32 --count 100000 --server-pid 1234
using System.Diagnostics;
using System.Globalization;
using HyperGen.Load;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Length == 0 || args.Contains("--help") || args.Contains("-h"))
{
    Console.WriteLine(LoadOptions.Help);
    return 0;
}
LoadOptions options;
try
{
    options = LoadOptions.Parse(args);
}
catch (FormatException wrong)
{
    Console.Error.WriteLine($"{wrong.Message} See Load --help.");
    return 2;
}
using var run = new LoadRun(options);
bool isWhole = true;
if (options.Warmup > 0)
{
    run.Start(options.Warmup);
    isWhole = await run.CompletesAsync() && run.Failures == 0;
    if (!isWhole)
    {
        Console.WriteLine("The warm-up failed:");
        PrintFailures(options.Warmup);
    }
}
var stats = new ServerStats(run);
if (options.Stats is not null && isWhole)
{
    await stats.CalibrateAsync();
}
for (int round = 0; round < options.Rounds && isWhole; round++)
{
    isWhole = await RunAsync();
}
if (options.Hold > TimeSpan.Zero)
{
    Console.WriteLine("holding");
    await Task.Delay(options.Hold);
}
await run.StopAsync();
return isWhole ? 0 : 1;

async Task<bool> RunAsync()
{
    long allocated = options.Stats is null ? 0 : await stats.ReadAsync();
    TimeSpan before = ProcessCpu.Of(options.ServerPid);
    long began = Stopwatch.GetTimestamp();
    run.Start(options.Count);
    bool isComplete = await run.CompletesAsync();
    TimeSpan took = Stopwatch.GetElapsedTime(began);
    TimeSpan spent = ProcessCpu.Of(options.ServerPid) - before;
    Console.WriteLine($"answers {run.Answers} of {options.Count} in {took.TotalSeconds:F2} s: {run.Answers / took.TotalSeconds:F0} a second, {run.Handshakes} handshakes");
    Console.WriteLine($"latency: 50% {run.Latency(0.5):F3} ms, 90% {run.Latency(0.9):F3} ms, 99% {run.Latency(0.99):F3} ms, 99.9% {run.Latency(0.999):F3} ms, longest {run.Latency(1):F3} ms");
    if (options.ServerPid > 0)
    {
        Console.WriteLine($"server CPU: {spent.TotalMicroseconds / Math.Max(run.Answers, 1):F2} µs a request");
    }
    PrintFailures(options.Count);
    bool isAnswered = isComplete && run.Failures == 0 && run.Answers == options.Count;
    if (options.Stats is not null && isAnswered)
    {
        Console.WriteLine($"allocated: {stats.Between(allocated, await stats.ReadAsync())} bytes");
    }
    return isAnswered;
}

void PrintFailures(int count)
{
    foreach ((string kind, int failures) in run.FailureKinds)
    {
        Console.WriteLine($"failed {failures}: {kind}");
    }
    if (count > run.Answers + run.Failures)
    {
        Console.WriteLine($"failed {count - run.Answers - run.Failures}: no answer within {options.Timeout.TotalSeconds:F0} s");
    }
}
