namespace HyperGen.Quic.Tests.Requirements;

/// <summary>What a citation stands above.</summary>
internal enum CitationKind
{
    /// <summary>The code that does what is demanded.</summary>
    Code,

    /// <summary>The test that it does.</summary>
    Test,

    /// <summary>Code that deliberately does something else.</summary>
    Exception,
}
