using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.Benchmarks.Routing;

/// <summary>
/// One match on lists of real routes, against ASP.NET Core's UseRouting and UseEndpoints: the mean over one request for each route of a list.
/// The routers are written by the generator's own emitter and compiled by Roslyn when the benchmark starts.
/// </summary>
[MemoryDiagnoser, GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory), CategoriesColumn]
public class RoutingBenchmarks
{
    private RoutingWorkload _workload = null!;
    private RequestDelegate _pipeline = null!;
    private DefaultHttpContext _context = null!;

    [GlobalSetup(Targets = [nameof(AspNetCore203), nameof(HyperGen203)])]
    public void SetUp203() => SetUp("github203");

    [GlobalSetup(Targets = [nameof(AspNetCore26), nameof(HyperGen26)])]
    public void SetUp26() => SetUp("parse26");

    [GlobalSetup(Targets = [nameof(AspNetCore157), nameof(HyperGen157)])]
    public void SetUp157() => SetUp("static157");

    [GlobalSetup(Targets = [nameof(AspNetCore130), nameof(HyperGen130)])]
    public void SetUp130() => SetUp("matchit130");

    [Benchmark(Baseline = true, OperationsPerInvoke = 203), BenchmarkCategory("github203")]
    public void AspNetCore203() => RunPipeline();

    [Benchmark(OperationsPerInvoke = 203), BenchmarkCategory("github203")]
    public int HyperGen203() => _workload.MatchAll();

    [Benchmark(Baseline = true, OperationsPerInvoke = 26), BenchmarkCategory("parse26")]
    public void AspNetCore26() => RunPipeline();

    [Benchmark(OperationsPerInvoke = 26), BenchmarkCategory("parse26")]
    public int HyperGen26() => _workload.MatchAll();

    [Benchmark(Baseline = true, OperationsPerInvoke = 157), BenchmarkCategory("static157")]
    public void AspNetCore157() => RunPipeline();

    [Benchmark(OperationsPerInvoke = 157), BenchmarkCategory("static157")]
    public int HyperGen157() => _workload.MatchAll();

    [Benchmark(Baseline = true, OperationsPerInvoke = 130), BenchmarkCategory("matchit130")]
    public void AspNetCore130() => RunPipeline();

    [Benchmark(OperationsPerInvoke = 130), BenchmarkCategory("matchit130")]
    public int HyperGen130() => _workload.MatchAll();

    private void SetUp(string corpus)
    {
        _workload = new RoutingWorkload(corpus);
        ServiceProvider services = new ServiceCollection().AddLogging().AddRouting()
            .AddSingleton(new System.Diagnostics.DiagnosticListener("benchmark")).BuildServiceProvider();
        var app = new ApplicationBuilder(services);
        app.UseRouting();
        app.UseEndpoints(endpoints =>
        {
            foreach ((string method, string template) in _workload.Routes)
            {
                endpoints.MapMethods(template, [method], static _ => Task.CompletedTask);
            }
        });
        _pipeline = app.Build();
        _context = new DefaultHttpContext { RequestServices = services };
    }

    private void RunPipeline()
    {
        for (int i = 0; i < _workload.Methods.Length; i++)
        {
            _context.Request.Method = _workload.Methods[i];
            _context.Request.Path = _workload.Paths[i];
            _context.SetEndpoint(null);
            _pipeline(_context).GetAwaiter().GetResult();
        }
    }
}
