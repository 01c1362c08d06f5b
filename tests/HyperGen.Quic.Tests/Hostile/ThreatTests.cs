using System.Reflection;

namespace HyperGen.Quic.Tests.Hostile;

/// <summary>No threat without a test, and no test of one without the assertions of <see cref="HostileTest" />.</summary>
public sealed class ThreatTests
{
    public static TheoryData<Threat> All => [.. Enum.GetValues<Threat>()];

    [Theory]
    [MemberData(nameof(All))]
    public void There_is_a_test_for(Threat threat)
    {
        var tests = typeof(ThreatTests).Assembly.GetTypes().SelectMany(static type => type.GetMethods())
            .Where(method => method.GetCustomAttributes<AgainstAttribute>().Any(against => against.Threat == threat)).ToList();
        Assert.NotEmpty(tests);
        Assert.All(tests, static test => Assert.True(test.DeclaringType!.IsSubclassOf(typeof(HostileTest)) && test.IsDefined(typeof(FactAttribute))));
    }
}
