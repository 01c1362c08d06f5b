namespace HyperGen.Quic;

/// <summary>Which congestion controller a connection uses.</summary>
internal enum CongestionAlgorithm : byte
{
    /// <summary>CUBIC (RFC 9438) with HyStart++ (RFC 9406).</summary>
    Cubic,

    /// <summary>NewReno, as RFC 9002 appendix B describes it.</summary>
    NewReno,
}
