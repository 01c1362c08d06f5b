using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using HyperGen.Testing;

namespace HyperGen.Interop.Tests;

/// <summary>The hybrid of X25519 and ML-KEM-768, in the peers' tree: its OpenSSL has ML-KEM, that of the system may not.</summary>
public sealed class MlKemTests : IDisposable
{
    private readonly string _name = $"hypergen-{Guid.NewGuid():N}";
    private readonly string _folder;

    public MlKemTests()
    {
        _folder = Path.Combine(Peer.Share, _name);
        Directory.CreateDirectory(_folder);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_client_that_knows_no_other_group_is_answered()
    {
        // Runtime and server come from here: the tree has no .NET.
        var root = new DirectoryInfo(RuntimeEnvironment.GetRuntimeDirectory()).Parent!.Parent!.Parent!;
        Copy(Path.Combine(root.FullName, "dotnet"), Path.Combine(root.FullName, "host"), Path.Combine(root.FullName, "shared"));
        Copy(Path.GetDirectoryName(BenchServer.Program)!);
        string folder = $"/share/{_name}";
        string bench = $"{folder}/{Path.GetFileName(Path.GetDirectoryName(BenchServer.Program))}/Bench.dll";
        using Peer server = Peer.Start(
            $"env DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 XDG_DATA_HOME={folder} {folder}/dotnet {bench} --server:httpPort=off --server:port=0", seconds: 60);
        Match port = Match.Empty;
        while (!port.Success)
        {
            Assert.True(server.IsRunning, server.Output);
            await Task.Delay(50, TestContext.Current.CancellationToken);
            port = Regex.Match(server.Output, @"listening on: https://\S+:(\d+)");
        }

        using Peer client = Peer.Start(string.Create(
            CultureInfo.InvariantCulture, $"env GODEBUG=tlsmlkem=1 quic-go-client -group mlkem https://127.0.0.1:{port.Groups[1].Value}/users/42"));

        Assert.Contains("""{"id":42,"name":"user-42"}""", client.WaitForOutput(), StringComparison.Ordinal);
    }

    private void Copy(params string[] sources)
    {
        using Process copy = Process.Start("cp", ["-r", .. sources, _folder]);
        copy.WaitForExit();
        Assert.Equal(0, copy.ExitCode);
    }
}
