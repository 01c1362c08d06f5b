using HyperGen.Generator.Routing;

namespace HyperGen.Generator.Emission;

/// <summary>Tells the literals below a node apart by their length and their first eight bytes, or the last eight too where it takes them.</summary>
internal sealed class SegmentHash
{
    private const ulong TailMix = 0xD6E8FEB86659FD93;

    private readonly bool _usesTail;

    private SegmentHash(bool usesTail, PerfectHash hash) => (_usesTail, Hash) = (usesTail, hash);

    public PerfectHash Hash { get; }

    /// <summary>Finds the function. Literals of more than sixteen bytes that differ only between keep one slot together.</summary>
    public static SegmentHash Find(IReadOnlyList<byte[]> literals)
    {
        bool usesTail = literals.Select(static text => Key(text, usesTail: false)).Distinct().Count() < literals.Count;
        return new SegmentHash(usesTail, PerfectHash.Find(literals.Select(text => Key(text, usesTail)).Distinct().ToList()));
    }

    public int Slot(byte[] literal) => Hash.Slot(Key(literal, _usesTail));

    /// <summary>The key of a segment, where <c>head</c> and <c>length</c> are variables.</summary>
    public string KeyExpression(string depth) =>
        $"head{depth} + (ulong)length{depth}{(_usesTail ? $" + (path.Tail(start{depth}, length{depth}) * {CSharpText.Hex(TailMix)})" : "")}";

    private static ulong Key(byte[] text, bool usesTail) =>
        unchecked(RouteBytes.Head(text) + (ulong)text.Length + (usesTail ? RouteBytes.Tail(text) * TailMix : 0));
}
