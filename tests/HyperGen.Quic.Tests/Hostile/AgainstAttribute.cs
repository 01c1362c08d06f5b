namespace HyperGen.Quic.Tests.Hostile;

/// <summary>Names what a test tries.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AgainstAttribute(Threat threat) : Attribute
{
    public Threat Threat { get; } = threat;
}
