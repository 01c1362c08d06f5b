using HyperGen.Generator.Routing;

namespace HyperGen.Generator.Emission;

/// <summary>Tells the literals below a node apart: by their length and the first bytes that all of them have, or where that is not enough by all of the first eight, and then the last eight too.</summary>
internal sealed class SegmentHash
{
    private const ulong TailMix = 0xD6E8FEB86659FD93;

    private readonly Reading _reading;
    private readonly int _common;

    private SegmentHash(Reading reading, int common, PerfectHash hash) => (_reading, _common, Hash) = (reading, common, hash);

    /// <summary>What is read of a segment, from the cheapest on.</summary>
    private enum Reading
    {
        Common,
        Head,
        HeadAndTail,
    }

    public PerfectHash Hash { get; }

    /// <summary>Finds the function. Literals of more than sixteen bytes that differ only between keep one slot together.</summary>
    public static SegmentHash Find(IReadOnlyList<byte[]> literals)
    {
        int common = Math.Min(8, literals.Min(static text => text.Length));
        Reading reading = Reading.Common;
        List<ulong> keys = Keys(reading);
        while (keys.Count < literals.Count && reading < Reading.HeadAndTail)
        {
            keys = Keys(++reading);
        }
        return new SegmentHash(reading, common, PerfectHash.Find(keys));

        List<ulong> Keys(Reading read) => literals.Select(text => Key(text, read, common)).Distinct().ToList();
    }

    public int Slot(byte[] literal) => Hash.Slot(Key(literal, _reading, _common));

    /// <summary>The key of a segment, where <c>start</c>, <c>length</c> and <c>head</c> are variables.</summary>
    public string KeyExpression(string depth)
    {
        string head = _reading != Reading.Common ? $"{RouterTypes.RoutePath}.Only(head{depth}, length{depth})"
            : _common == 8 ? $"head{depth}" : $"(head{depth} & {CSharpText.Hex(RouteBytes.FirstBytes(_common))})";
        string tail = _reading == Reading.HeadAndTail ? $" + (path.Tail(start{depth}, length{depth}) * {CSharpText.Hex(TailMix)})" : "";
        return $"{head} + (ulong)length{depth}{tail}";
    }

    private static ulong Key(byte[] text, Reading reading, int common)
    {
        ulong head = RouteBytes.Head(text) & (reading == Reading.Common ? RouteBytes.FirstBytes(common) : ulong.MaxValue);
        return unchecked(head + (ulong)text.Length + (reading == Reading.HeadAndTail ? RouteBytes.Tail(text) * TailMix : 0));
    }
}
