using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;

[assembly: AssemblyFixture(typeof(HyperGen.Hosting.Tests.TestDataFolder))]

namespace HyperGen.Hosting.Tests;

/// <summary>Keeps what the tests write out of the user's own data folder.</summary>
internal static class TestData
{
    public static string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("hypergen-tests-").FullName;

    [ModuleInitializer]
    internal static void Redirect() => Environment.SetEnvironmentVariable("XDG_DATA_HOME", Directory);

    /// <summary>Trusts the certificate that an application without another has made on its first run.</summary>
    public static X509ChainPolicy? TrustDevelopmentCertificate() =>
        System.IO.Directory.GetFiles(Directory, "localhost.pem", SearchOption.AllDirectories) is [{ } path] ? Trust(X509Certificate2.CreateFromPemFile(path)) : null;

    public static X509ChainPolicy Trust(X509Certificate2 certificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(certificate);
        return policy;
    }
}

/// <summary>Leaves nothing behind when all tests are over.</summary>
public sealed class TestDataFolder : IDisposable
{
    public void Dispose() => Directory.Delete(TestData.Directory, recursive: true);
}
