using System.Diagnostics;
using HyperGen.Quic;

namespace HyperGen.Transport.Shards;

/// <summary>The one clock that the sans-I/O parts are told the time of.</summary>
internal static class ShardClock
{
    private static readonly double s_ticksPerCount = (double)TimeSpan.TicksPerSecond / Stopwatch.Frequency;
    private static readonly long s_origin = Stopwatch.GetTimestamp();

    /// <summary>The wall-clock time at which <see cref="Now"/> was 0. It is read once: the clock of connections does not jump when the system's does.</summary>
    public static DateTimeOffset Epoch { get; } = DateTimeOffset.UtcNow - TimeSpan.FromTicks(Now.Ticks);

    /// <summary>The time since the process began to look at it.</summary>
    public static Timestamp Now => new((long)((Stopwatch.GetTimestamp() - s_origin) * s_ticksPerCount));
}
