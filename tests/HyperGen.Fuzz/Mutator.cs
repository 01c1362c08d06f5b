namespace HyperGen.Fuzz;

/// <summary>Makes new inputs of known ones: a few small damages, the kinds that parsers get wrong, and now and then two inputs in one.</summary>
internal sealed class Mutator(SeededRandom random)
{
    public const int MaxLength = 2048;

    /// <summary>Integers at the edges of their encodings and of the limits.</summary>
    private static readonly byte[][] Integers =
    [
        [0x00], [0x3f], [0x40, 0x40], [0x7f, 0xff], [0x80, 0, 0x40, 0], [0xbf, 0xff, 0xff, 0xff], [0xc0, 0, 0, 0, 0x40, 0, 0, 0],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0xd0, 0, 0, 0, 0, 0, 0, 0], [0xff, 0xff], [0, 0], [0xff, 0xff, 0xff],
    ];

    public byte[] Mutate(IReadOnlyList<byte[]> corpus)
    {
        var bytes = new List<byte>(corpus[random.Below(corpus.Count)]);
        for (var count = 1 << random.Below(4); count > 0; count--) Damage(bytes, corpus);
        if (bytes.Count > MaxLength) bytes.RemoveRange(MaxLength, bytes.Count - MaxLength);
        return [.. bytes];
    }

    private void Damage(List<byte> bytes, IReadOnlyList<byte[]> corpus)
    {
        var at = random.Below(bytes.Count + 1);
        var isInside = at < bytes.Count;
        switch (random.Below(9))
        {
            case 0 when isInside:
                bytes[at] ^= (byte)(1 << random.Below(8));
                break;
            case 1 when isInside:
                bytes[at] = (byte)random.Next();
                break;
            case 2 when isInside:
                bytes[at] += (byte)(random.Chance(0.5) ? 1 : -1);
                break;
            case 3:
                bytes.Insert(at, (byte)random.Next());
                break;
            case 4 when isInside:
                bytes.RemoveRange(at, 1 + random.Below(Math.Min(8, bytes.Count - at)));
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6:
                var integer = Integers[random.Below(Integers.Length)];
                bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Chance(0.5) ? integer.Length : 0));
                bytes.InsertRange(at, integer);
                break;
            case 7 when isInside:
                bytes.InsertRange(at, bytes.GetRange(at, 1 + random.Below(Math.Min(64, bytes.Count - at))));
                break;
            case 8:
                bytes.InsertRange(at, corpus[random.Below(corpus.Count)]);
                break;
        }
    }
}
