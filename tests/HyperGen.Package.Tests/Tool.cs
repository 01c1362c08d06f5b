using System.Diagnostics;
using System.Text;

namespace HyperGen.Package.Tests;

/// <summary>Runs a command line program and keeps what it prints.</summary>
internal static class Tool
{
    public static async Task<(int ExitCode, string Output)> RunAsync(string directory, string program, string arguments, CancellationToken stop)
    {
        using Process process = Start(directory, program, arguments);
        StringBuilder output = new();
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return (process.ExitCode, output.ToString());

        void Append(string? line)
        {
            lock (output)
            {
                output.AppendLine(line);
            }
        }
    }

    public static Process Start(string directory, string program, string arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A build server that outlives the test would hold its files; and these variables of the outer build would steer the inner one.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment.Remove("MSBuildSDKsPath");
        start.Environment.Remove("MSBUILD_EXE_PATH");
        start.Environment.Remove("MSBuildExtensionsPath");
        return Process.Start(start) ?? throw new InvalidOperationException($"'{program}' did not start.");
    }
}
