using System.Diagnostics;
using HyperGen.Quic;

namespace HyperGen.Transport.Shards;

/// <summary>The one clock that the sans-I/O parts are told the time of.</summary>
internal static class ShardClock
{
    private static readonly double s_ticksPerCount = (double)TimeSpan.TicksPerSecond / Stopwatch.Frequency;
    private static readonly long s_origin = Stopwatch.GetTimestamp();

    /// <summary>The time since the process began to look at it.</summary>
    public static Timestamp Now => new((long)((Stopwatch.GetTimestamp() - s_origin) * s_ticksPerCount));
}
