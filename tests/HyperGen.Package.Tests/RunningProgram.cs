using System.Diagnostics;
using System.Text;

namespace HyperGen.Package.Tests;

/// <summary>A program that goes on until it is disposed of, and what it prints.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly StringBuilder _seen = new();

    private RunningProgram(Process process)
    {
        _process = process;
        // A full pipe would stop the program.
        _errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    public static RunningProgram Start(string directory, string arguments) => new(Tool.Start(directory, "dotnet", arguments));

    /// <summary>Waits until the program listens, and gives a client for it.</summary>
    public async Task<HttpClient> ClientAsync(CancellationToken stop)
    {
        while (await _process.StandardOutput.ReadLineAsync(stop) is { } line)
        {
            _seen.AppendLine(line);
            if (line.Contains("listening on: http://", StringComparison.Ordinal))
            {
                return new HttpClient { BaseAddress = new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..]) };
            }
        }
        throw new InvalidOperationException($"It ended before it listened:\n{_seen}\n{await _errors}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
    }
}
