namespace HyperGen.Server.Tests;

/// <summary>The collection of tests that weigh what the whole process holds: no other test runs beside them.</summary>
[CollectionDefinition(nameof(WholeProcess), DisableParallelization = true)]
public sealed class WholeProcess;
