using BenchmarkDotNet.Running;
using HyperGen.Benchmarks.Generation;
using HyperGen.Benchmarks.Quic;
using HyperGen.Benchmarks.Routing;

switch (args)
{
    case ["quick-routing", .. string[] corpora]:
        QuickRouting.Run(corpora);
        break;
    case ["quick-quic"]:
        QuickQuic.Run();
        break;
    case ["quick-generation"]:
        QuickGeneration.Run();
        break;
    case ["router", string corpus]:
        Console.WriteLine(new RoutingWorkload(corpus).Router.Source);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}
