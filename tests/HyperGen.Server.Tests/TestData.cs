using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using HyperGen.Server.Certificates;

[assembly: AssemblyFixture(typeof(HyperGen.Server.Tests.TestDataFolder))]

namespace HyperGen.Server.Tests;

/// <summary>Keeps what the tests write out of the user's own data folder.</summary>
internal static class TestData
{
    public static string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("hypergen-tests-").FullName;

    [ModuleInitializer]
    internal static void Redirect() => Environment.SetEnvironmentVariable("XDG_DATA_HOME", Directory);

    public static X509ChainPolicy TrustDevelopmentCertificate()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(DevelopmentCertificate.LoadOrCreate(PrivateFile.DefaultDirectory!, DateTimeOffset.UtcNow));
        return policy;
    }
}

/// <summary>Leaves nothing behind when all tests are over.</summary>
public sealed class TestDataFolder : IDisposable
{
    public void Dispose() => Directory.Delete(TestData.Directory, recursive: true);
}
