using System.Diagnostics;
using System.Reflection;

namespace HyperGen.Testing;

/// <summary><c>samples/Load</c> in a process of its own: clients that can be killed.</summary>
internal sealed class LoadProcess : IDisposable
{
    private readonly Process _process;

    private LoadProcess(string arguments)
    {
        string path = typeof(LoadProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "LoadPath").Value!;
        _process = Process.Start(new ProcessStartInfo("dotnet", $"\"{path}\" {arguments}") { RedirectStandardOutput = true })!;
    }

    public static LoadProcess Start(string arguments) => new(arguments);

    /// <summary>Runs it to its end, and asserts that every request was answered.</summary>
    /// <returns>What it prints.</returns>
    public static async Task<string> RunAsync(string arguments)
    {
        using LoadProcess load = Start(arguments);
        string output = await load._process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await load._process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(load._process.ExitCode == 0, output);
        return output;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
    }
}
