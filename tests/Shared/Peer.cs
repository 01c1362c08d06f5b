using System.Diagnostics;
using System.Reflection;

namespace HyperGen.Testing;

/// <summary>A program of another project, run beside the test and stopped with it.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process _process;
    private readonly System.Text.StringBuilder _output = new();

    private Peer(string script, string arguments, int seconds)
    {
        // The deadline holds even when the test process dies.
        _process = Process.Start(new ProcessStartInfo("timeout", $"{seconds} bash {script} {arguments}")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += OnLine;
        _process.ErrorDataReceived += OnLine;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    public bool IsRunning => !_process.HasExited;

    /// <summary>The folder with the scripts that install and run peers.</summary>
    public static string Folder { get; } = Path.Combine(
        typeof(Peer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "RepositoryRoot").Value!, "tests", "peers");

    /// <summary>Starts a peer; where the peers are not installed the test is skipped, or fails: see <see cref="Material"/>.</summary>
    /// <param name="arguments">The program and its arguments, as the <c>run</c> script takes them.</param>
    /// <param name="seconds">When it is stopped at the latest.</param>
    public static Peer Start(string arguments, int seconds = 30) => new(Find().Script, arguments, seconds);

    /// <summary>Waits for the peer to end, and returns all it has printed.</summary>
    public string WaitForOutput()
    {
        _process.WaitForExit();
        return Output;
    }

    /// <summary>The folder that peers see as /share.</summary>
    public static string Share => Find().Share;

    private static (string Script, string Share) Find()
    {
        var script = Path.Combine(Folder, "run");
        using var probe = Process.Start(new ProcessStartInfo("bash", $"{script} --share") { RedirectStandardOutput = true, RedirectStandardError = true })!;
        probe.WaitForExit();
        Material.Require(probe.ExitCode == 0, "The programs of other QUIC projects are not installed: see tests/peers/README.md.");
        return (script, probe.StandardOutput.ReadToEnd().Trim());
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void OnLine(object sender, DataReceivedEventArgs e)
    {
        lock (_output) _output.AppendLine(e.Data);
    }
}
