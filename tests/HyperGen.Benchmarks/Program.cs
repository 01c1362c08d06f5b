using System.Globalization;
using BenchmarkDotNet.Running;
using HyperGen.Benchmarks.Connections;
using HyperGen.Benchmarks.Generation;
using HyperGen.Benchmarks.Quic;
using HyperGen.Benchmarks.Routing;
using HyperGen.Benchmarks.Tls;

switch (args)
{
    case ["quick-routing", .. string[] corpora]:
        QuickRouting.Run(corpora);
        break;
    case ["quick-quic"]:
        QuickQuic.Run();
        break;
    case ["quick-scale"]:
        QuickRouting.RunScale();
        break;
    case ["quick-tls"]:
        QuickTls.Run();
        break;
    case ["quick-generation"]:
        QuickGeneration.Run();
        break;
    case ["idle-connections", .. string[] count]:
        await IdleConnections.RunAsync(count.Length > 0 ? int.Parse(count[0], CultureInfo.InvariantCulture) : 1_000);
        break;
    case ["idle-clients", string port, string count]:
        await IdleConnections.RunClientsAsync(int.Parse(port, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture));
        break;
    case ["router", string corpus]:
        Console.WriteLine(new RoutingWorkload(corpus).Router.Source);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}
