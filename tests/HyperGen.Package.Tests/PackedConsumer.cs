using Xunit;

namespace HyperGen.Package.Tests;

/// <summary>
/// The packages as a user gets them, and a project that installs them: packed once under a version of their own, so that no package cache can
/// answer with an older build.
/// </summary>
public sealed class PackedConsumer : IAsyncLifetime
{
    /// <summary>The version of the packages.</summary>
    public string Version { get; } = "0.1.0-test." + Guid.NewGuid().ToString("N");

    /// <summary>The folder of the consuming project.</summary>
    public string Directory { get; private set; } = "";

    /// <summary>The source folder of the consuming project.</summary>
    private static string Source => Path.Combine(Repository.Root, "tests", "HyperGen.Package.Tests", "Consumer");

    /// <summary>A file of the source folder.</summary>
    public static string Read(string name) => File.ReadAllText(Path.Combine(Source, name));

    private static string Packages => Path.Combine(Repository.Root, "artifacts", "packages");

    public async ValueTask InitializeAsync()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        foreach (string project in System.IO.Directory.EnumerateDirectories(Path.Combine(Repository.Root, "runtime")))
        {
            (int exitCode, string output) = await Tool.RunAsync(
                Repository.Root, "dotnet", $"pack \"{project}\" -c Release -o \"{Packages}\" -p:Version={Version} -nologo", stop);
            Assert.True(exitCode == 0, output);
        }
        Directory = Path.Combine(Repository.Root, "artifacts", "consumer-" + Version);
        System.IO.Directory.CreateDirectory(Directory);
        foreach (string file in System.IO.Directory.EnumerateFiles(Source))
        {
            File.Copy(file, Path.Combine(Directory, Path.GetFileName(file)));
        }
    }

    public Task<(int ExitCode, string Output)> BuildAsync(string options, CancellationToken stop) =>
        Tool.RunAsync(Directory, "dotnet", $"build --no-incremental -nologo -p:HyperGenVersion={Version} {options}", stop);

    public ValueTask DisposeAsync()
    {
        if (Directory.Length > 0)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
        foreach (string package in System.IO.Directory.EnumerateFiles(Packages, $"*{Version}*"))
        {
            File.Delete(package);
        }
        string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (string name in System.IO.Directory.Exists(cache) ? System.IO.Directory.EnumerateDirectories(cache, "hypergen.*") : [])
        {
            string cached = Path.Combine(name, Version);
            if (System.IO.Directory.Exists(cached))
            {
                System.IO.Directory.Delete(cached, recursive: true);
            }
        }
        return ValueTask.CompletedTask;
    }
}
