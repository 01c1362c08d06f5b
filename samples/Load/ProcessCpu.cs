using System.Diagnostics;

namespace HyperGen.Load;

/// <summary>The CPU time that a process has used.</summary>
internal static class ProcessCpu
{
    /// <param name="processId">The process; 0 for none, whose time is zero.</param>
    public static TimeSpan Of(int processId)
    {
        if (processId == 0)
        {
            return TimeSpan.Zero;
        }
        using var process = Process.GetProcessById(processId);
        return process.TotalProcessorTime;
    }
}
