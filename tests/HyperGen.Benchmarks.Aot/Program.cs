// Times the generated router on one request for each of the 203 routes, as NativeAOT or JIT compiled it: the best of many short rounds, because
// on a busy machine most are interrupted.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using HyperGen.CompilerServices;
using HyperGen.Generated.HyperGen_Benchmarks_Aot;

const int Repeats = 20;
const int RoundsWithoutGain = 8_000;

EndpointDescriptor[] endpoints = [.. new App().Modules.SelectMany(static module => module.Endpoints)];
new Random(42).Shuffle(endpoints);
string[] methods = [.. endpoints.Select(static endpoint => endpoint.Method)];
byte[][] paths = [.. endpoints.Select(static endpoint => Encoding.UTF8.GetBytes(endpoint.Template.Replace("{", "").Replace("}", "")))];
RouteRange[] values = new RouteRange[Router.MaxRouteValues];

// A JIT compiles in the background what has run often; the pauses let it.
for (int i = 0; i < 20; i++)
{
    MatchAll(methods, paths, values);
    Thread.Sleep(RuntimeFeature.IsDynamicCodeCompiled ? 150 : 0);
}
TimeSpan best = TimeSpan.MaxValue;
for (int sinceBest = 0; sinceBest < RoundsWithoutGain; sinceBest++)
{
    long start = Stopwatch.GetTimestamp();
    MatchAll(methods, paths, values);
    TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
    if (elapsed < best * 0.995)
    {
        (best, sinceBest) = (elapsed, 0);
    }
}
Console.WriteLine($"{best.TotalNanoseconds / Repeats / methods.Length:F1}");

static int MatchAll(string[] methods, byte[][] paths, RouteRange[] values)
{
    int sum = 0;
    for (int repeat = 0; repeat < Repeats; repeat++)
    {
        for (int i = 0; i < methods.Length; i++)
        {
            sum = unchecked(sum + Router.Match(methods[i], paths[i], values));
        }
    }
    return sum;
}
