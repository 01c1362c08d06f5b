using System.Reflection;

namespace HyperGen.Quic.Tests.Requirements;

/// <summary>
/// <c>snapshots/rfc*.requirements.txt</c> says of every MUST and SHOULD where it is met and tested. Losing a citation fails here;
/// <c>HYPERGEN_ACCEPT=1</c> accepts what changed.
/// </summary>
public sealed class RequirementTests
{
    private static readonly string Root =
        typeof(RequirementTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "RepositoryRoot").Value!;

    private static readonly Citation[] Citations = [.. Citation.ReadAll(Root)];

    [Theory]
    [InlineData("9000")]
    [InlineData("9001")]
    [InlineData("9002")]
    [InlineData("9218")]
    public void Every_requirement_is_accounted_for(string rfc)
    {
        var path = Path.Combine(Root, "snapshots", $"rfc{rfc}.requirements.txt");
        var verified = File.ReadAllText(path);
        var list = new RequirementList(rfc, verified);
        Assert.Empty(list.Misquotations(Citations));
        var received = list.Render(Citations);
        if (received == verified) return;
        if (Environment.GetEnvironmentVariable("HYPERGEN_ACCEPT") == "1" && Environment.GetEnvironmentVariable("CI") is null)
        {
            File.WriteAllText(path, received);
            return;
        }

        Assert.Equal(verified.Split('\n'), received.Split('\n'));
    }
}
