namespace HyperGen.Quic.Spaces;

/// <summary>The integers from <paramref name="Start" /> up to, not including, <paramref name="End" />.</summary>
internal readonly record struct Range64(long Start, long End)
{
    public long Length => End - Start;
}
