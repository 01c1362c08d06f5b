using BenchmarkDotNet.Running;
using HyperGen.Benchmarks.Routing;

if (args is ["quick-routing"])
{
    QuickRouting.Run();
    return;
}
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
