using System.Runtime.InteropServices;

namespace HyperGen.Benchmarks.Connections;

/// <summary>What glibc's allocator has handed out: libcrypto's contexts are there.</summary>
internal static class NativeHeap
{
    private const int ArenaMax = -8;

    /// <summary>Has all threads that come later allocate from the one arena that is counted.</summary>
    public static void UseOneArena() => _ = MallOpt(ArenaMax, 1);

    public static long InUse()
    {
        Information information = MallInfo2();
        return (long)(information.InUse + information.Mapped);
    }

    [DllImport("libc", EntryPoint = "mallinfo2")]
    private static extern Information MallInfo2();

    [DllImport("libc", EntryPoint = "mallopt")]
    private static extern int MallOpt(int parameter, int value);

    /// <summary><c>struct mallinfo2</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Information
    {
        public readonly nuint Arena;
        public readonly nuint FreeChunks;
        public readonly nuint FastChunks;
        public readonly nuint MappedRegions;
        public readonly nuint Mapped;
        public readonly nuint Unused;
        public readonly nuint FastFree;
        public readonly nuint InUse;
        public readonly nuint Free;
        public readonly nuint Releasable;
    }
}
