namespace HyperGen.Fuzz;

/// <summary>Something that takes bytes of anybody's making.</summary>
internal abstract class Target
{
    public abstract string Name { get; }

    /// <summary>Inputs to begin with: valid ones, one of each kind.</summary>
    public abstract IEnumerable<byte[]> Seeds { get; }

    /// <summary>
    /// Handles one input. It answers with what became of it, in a few words: an outcome not seen before is worth keeping its input for. It must not throw,
    /// and takes a bounded number of steps.
    /// </summary>
    public abstract string Run(ReadOnlySpan<byte> input);

    public static IReadOnlyList<Target> All() =>
    [
        new Targets.PacketTarget(), new Targets.FrameTarget(), new Targets.ParametersTarget(), new Targets.TokenTarget(), new Targets.TlsMessageTarget(),
        new Targets.ServerHelloTarget(), new Targets.ClientFlightTarget(), new Targets.ConnectionTarget(Quic.Role.Server),
        new Targets.ConnectionTarget(Quic.Role.Client), new Targets.HandshakeTarget(), new Targets.Http3Target(), new Targets.QpackTarget(),
    ];
}
