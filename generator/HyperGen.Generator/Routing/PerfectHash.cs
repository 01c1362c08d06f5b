namespace HyperGen.Generator.Routing;

/// <summary>A hash function under which the given keys do not collide: multiply-shift for few keys, hash-and-displace for many.</summary>
/// <remarks>
/// The slot of a key is the top bits of <c>key * Multiplier</c>. Where there are many keys no multiplier keeps all of them apart in a small
/// table, so the top bits select a bucket, and <c>((key ^ Displacements[bucket]) * Multiplier2)</c> gives the slot: the displacements
/// are chosen bucket by bucket, the fullest first, until every key has a slot of its own.
/// </remarks>
internal sealed class PerfectHash
{
    /// <summary>Beyond this many keys a single multiplication would need too large a table.</summary>
    private const int MostForOneMultiplier = 24;

    /// <summary>The multiplier of the second step: the fractional part of the golden ratio, which spreads neighbouring numbers far apart.</summary>
    public const ulong SecondMultiplier = 0x9E3779B97F4A7C15;

    private PerfectHash(ulong multiplier, int bits, int bucketBits, ushort[]? displacements) =>
        (Multiplier, Bits, BucketBits, Displacements) = (multiplier, bits, bucketBits, displacements);

    public ulong Multiplier { get; }

    /// <summary>The number of slots is 2 to the power of this.</summary>
    public int Bits { get; }

    /// <summary>The number of buckets is 2 to the power of this, when there are displacements.</summary>
    public int BucketBits { get; }

    /// <summary>One for each bucket; null when one multiplication is enough.</summary>
    public IReadOnlyList<ushort>? Displacements { get; }

    public int Slots => 1 << Bits;

    public int Slot(ulong key) => unchecked(Displacements is null
        ? (int)((key * Multiplier) >> (64 - Bits))
        : (int)(((key ^ Displacements[(int)((key * Multiplier) >> (64 - BucketBits))]) * SecondMultiplier) >> (64 - Bits)));

    /// <summary>Finds the function. The search is deterministic, so the same program always compiles to the same code.</summary>
    /// <param name="keys">The keys, all different.</param>
    public static PerfectHash Find(IReadOnlyList<ulong> keys)
    {
        var multipliers = new SplitMix64(0x5EED);
        if (keys.Count <= MostForOneMultiplier)
        {
            for (int bits = Math.Max(1, BitsFor(keys.Count)); bits <= 10; bits++)
            {
                for (int attempt = 0; attempt < 4_000; attempt++)
                {
                    var hash = new PerfectHash(multipliers.NextOdd(), bits, 0, null);
                    if (IsPerfect(hash, keys))
                    {
                        return hash;
                    }
                }
            }
        }
        for (int bits = BitsFor((keys.Count * 5) / 4); ; bits++)
        {
            for (int attempt = 0; attempt < 4; attempt++)
            {
                if (Displace(keys, multipliers.NextOdd(), bits) is { } hash)
                {
                    return hash;
                }
            }
        }
    }

    private static bool IsPerfect(PerfectHash hash, IReadOnlyList<ulong> keys)
    {
        if (hash.Bits <= 6)
        {
            // Thousands of multipliers are tried for a node: a word for the slots spares each an array.
            ulong slots = 0;
            foreach (ulong key in keys)
            {
                ulong slot = 1UL << hash.Slot(key);
                if ((slots & slot) != 0)
                {
                    return false;
                }
                slots |= slot;
            }
            return true;
        }
        bool[] taken = new bool[hash.Slots];
        foreach (ulong key in keys)
        {
            int slot = hash.Slot(key);
            if (taken[slot])
            {
                return false;
            }
            taken[slot] = true;
        }
        return true;
    }

    private static PerfectHash? Displace(IReadOnlyList<ulong> keys, ulong multiplier, int bits)
    {
        int bucketBits = Math.Max(1, bits - 2);
        var buckets = keys.GroupBy(key => unchecked((int)((key * multiplier) >> (64 - bucketBits))))
            .OrderByDescending(static bucket => bucket.Count()).ThenBy(static bucket => bucket.Key);
        bool[] taken = new bool[1 << bits];
        ushort[] displacements = new ushort[1 << bucketBits];
        List<int> slots = [];
        foreach (IGrouping<int, ulong> bucket in buckets)
        {
            int displacement = 0;
            do
            {
                if (displacement > ushort.MaxValue)
                {
                    return null;
                }
                slots.Clear();
                foreach (ulong key in bucket)
                {
                    slots.Add(unchecked((int)(((key ^ (ulong)displacement) * SecondMultiplier) >> (64 - bits))));
                }
                displacement++;
            }
            while (slots.Exists(slot => taken[slot]) || slots.Distinct().Count() != slots.Count);

            displacements[bucket.Key] = (ushort)(displacement - 1);
            slots.ForEach(slot => taken[slot] = true);
        }
        return new PerfectHash(multiplier, bits, bucketBits, displacements);
    }

    private static int BitsFor(int count)
    {
        int bits = 0;
        while (1 << bits < count)
        {
            bits++;
        }
        return bits;
    }

    /// <summary>Steele, Lea and Flood's generator: pseudo-random, and the same on every machine.</summary>
    private struct SplitMix64(ulong state)
    {
        private ulong _state = state;

        public ulong NextOdd()
        {
            unchecked
            {
                ulong value = _state += 0x9E3779B97F4A7C15;
                value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
                value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
                return (value ^ (value >> 31)) | 1;
            }
        }
    }
}
