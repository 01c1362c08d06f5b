using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using HyperGen.Testing;

namespace HyperGen.Interop.Tests;

/// <summary><c>samples/Bench</c> in the peers' tree: its OpenSSL has ML-KEM, that of the system may not.</summary>
public sealed class MlKemServer : IDisposable
{
    private const string Established = @"established: \w+, (\w+),";

    private readonly string _name = $"hypergen-{Guid.NewGuid():N}";
    private string _folder = "";
    private Peer? _server;
    private Task? _start;

    public int Port { get; private set; }

    /// <summary>The file of the certificate the server made for itself.</summary>
    public string Certificate => Directory.EnumerateFiles(_folder, "localhost.pem", SearchOption.AllDirectories).Single();

    /// <summary>Starts the server if no test has yet. Where there are no peers, it is the tests that say so, each of them.</summary>
    public Task StartAsync() => _start ??= RunAsync();

    /// <summary>Has a client connect, and returns the group that the server says its connection has come to.</summary>
    /// <param name="connect">Runs the client to its end.</param>
    public async Task<string> GroupOfAsync(Func<Task> connect)
    {
        int before = Regex.Count(_server!.Output, Established);
        await connect();
        return (await FindAsync(Established, skip: before)).Groups[1].Value;
    }

    public void Dispose()
    {
        _server?.Dispose();
        if (_folder.Length > 0)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task RunAsync()
    {
        _folder = Path.Combine(Peer.Share, _name);
        Directory.CreateDirectory(_folder);

        // Runtime and server come from here: the tree has no .NET.
        var root = new DirectoryInfo(RuntimeEnvironment.GetRuntimeDirectory()).Parent!.Parent!.Parent!;
        Copy(Path.Combine(root.FullName, "dotnet"), Path.Combine(root.FullName, "host"), Path.Combine(root.FullName, "shared"));
        Copy(Path.GetDirectoryName(BenchServer.Program)!);
        string folder = $"/share/{_name}";
        string bench = $"{folder}/{Path.GetFileName(Path.GetDirectoryName(BenchServer.Program))}/Bench.dll";
        _server = Peer.Start(
            $"env DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 XDG_DATA_HOME={folder} {folder}/dotnet {bench} --server:httpPort=off --server:port=0 --Logging:LogLevel:HyperGen=Debug",
            seconds: 300);
        Match port = await FindAsync(@"listening on: https://\S+:(\d+)", skip: 0);
        Port = int.Parse(port.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private async Task<Match> FindAsync(string pattern, int skip)
    {
        while (true)
        {
            string output = _server!.Output;
            if (Regex.Matches(output, pattern) is { } found && found.Count > skip)
            {
                return found[skip];
            }

            Assert.True(_server.IsRunning, output);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private void Copy(params string[] sources)
    {
        using Process copy = Process.Start("cp", ["-r", .. sources, _folder]);
        copy.WaitForExit();
        Assert.Equal(0, copy.ExitCode);
    }
}
