namespace HyperGen.Testing;

/// <summary>What code allocates once it is warm.</summary>
internal static class Allocations
{
    /// <summary>
    /// The least bytes that one of several calls allocates on this thread, after one that warms up. What allocates each time does so in every call; the
    /// runtime's own doings (compiling a hot loop anew, a collection in between) fall into one and not into all.
    /// </summary>
    public static long LeastOf(Action run, int calls = 5)
    {
        run();
        var least = long.MaxValue;
        for (var call = 0; call < calls; call++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            run();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
