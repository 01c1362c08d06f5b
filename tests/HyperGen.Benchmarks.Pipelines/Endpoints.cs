namespace HyperGen.Benchmarks.Pipelines;

[HyperController("/plain")]
internal static class Plain
{
    [Get("/done")] public static void Done() { }

    [Get("/later")] public static async ValueTask Later() => await Pause.Here;
}

[HyperController("/passing"), Use<Pass<byte>>, Use<Pass<short>>, Use<Pass<int>>]
internal static class Passing
{
    [Get("/done")] public static void Done() { }

    [Get("/later")] public static async ValueTask Later() => await Pause.Here;
}

[HyperController("/awaiting"), Use<Await<byte>>, Use<Await<short>>, Use<Await<int>>]
internal static class Awaiting
{
    [Get("/done")] public static void Done() { }

    [Get("/later")] public static async ValueTask Later() => await Pause.Here;
}
