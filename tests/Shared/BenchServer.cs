using System.Diagnostics;
using System.Reflection;

namespace HyperGen.Testing;

/// <summary><c>samples/Bench</c> in a process of its own, on a free port, with a home of its own for its certificate.</summary>
public sealed class BenchServer : IAsyncLifetime
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("hypergen-");
    private Process? _process;
    private Task _output = Task.CompletedTask;

    /// <summary>Settings beside those that every test has.</summary>
    public string Settings { get; init; } = "";

    /// <summary>The port of https, on TCP and UDP.</summary>
    public int Port { get; private set; }

    /// <summary>The file of the certificate the server made for itself.</summary>
    public string Certificate => Directory.EnumerateFiles(_home.FullName, "localhost.pem", SearchOption.AllDirectories).Single();

    /// <summary>The server's assembly.</summary>
    public static string Program { get; } = typeof(BenchServer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "BenchPath").Value!;

    public async ValueTask InitializeAsync()
    {
        ProcessStartInfo start = new("dotnet", $"\"{Program}\" --server:httpPort=0 --server:port=0 {Settings}") { RedirectStandardOutput = true };
        start.Environment["XDG_DATA_HOME"] = _home.FullName;
        _process = Process.Start(start)!;
        string? line;
        do
        {
            line = await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.True(line is not null, "The server ended before it listened.");
        }
        while (!line.Contains("listening on: https://", StringComparison.Ordinal));
        Port = new Uri(line[line.IndexOf("https://", StringComparison.Ordinal)..].Trim()).Port;
        // A full pipe would stop the server.
        _output = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        await _output;
        _process?.Dispose();
        _home.Delete(recursive: true);
    }
}
