namespace HyperGen.Quic.Frames;

/// <summary>How many packets arrived with each ECN mark in one packet number space (RFC 9000 section 19.3.2).</summary>
internal readonly record struct EcnCounts(long Ect0, long Ect1, long CongestionExperienced)
{
    public bool IsZero => (Ect0 | Ect1 | CongestionExperienced) == 0;

    public EcnCounts Plus(EcnCodepoint mark) => mark switch
    {
        EcnCodepoint.Ect0 => this with { Ect0 = Ect0 + 1 },
        EcnCodepoint.Ect1 => this with { Ect1 = Ect1 + 1 },
        EcnCodepoint.CongestionExperienced => this with { CongestionExperienced = CongestionExperienced + 1 },
        _ => this,
    };
}
