namespace HyperGen.Generator.Routing;

/// <summary>A place in a path where eight bytes are read to tell paths apart.</summary>
/// <param name="FromEnd">Whether the place is counted from the end.</param>
/// <param name="Distance">How far from the beginning, or from the end, the word begins.</param>
internal readonly record struct WordPlace(bool FromEnd, int Distance)
{
    /// <summary>Makes a word's contribution differ from that of the same word elsewhere.</summary>
    private static readonly ulong[] Mix = [1, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3];

    /// <summary>The multiplier of the n-th word.</summary>
    public static ulong MixOf(int index) => unchecked(Mix[index % Mix.Length] * (((ulong)(index / Mix.Length) * 2) + 1));

    public ulong Read(byte[] path) => RouteBytes.Word(path, FromEnd ? Math.Max(0, path.Length - Distance) : Distance);

    /// <summary>What is hashed of a path.</summary>
    public static ulong Key(IReadOnlyList<WordPlace> places, byte[] path)
    {
        ulong key = (ulong)path.Length;
        for (int i = 0; i < places.Count; i++)
        {
            key = unchecked(key + (places[i].Read(path) * MixOf(i)));
        }
        return key;
    }

    /// <summary>Chooses the fewest places, greedily, that give every path a key of its own.</summary>
    public static IReadOnlyList<WordPlace> Choose(IReadOnlyList<byte[]> paths)
    {
        int longest = paths.Max(static path => path.Length);
        List<WordPlace> all = [new WordPlace(true, 8)];
        for (int distance = 1; distance < longest; distance++)
        {
            all.Add(new WordPlace(false, distance));
        }
        for (int distance = 9; distance <= longest; distance++)
        {
            all.Add(new WordPlace(true, distance));
        }

        List<WordPlace> chosen = [];
        int told = Count(chosen, paths);
        while (told < paths.Count)
        {
            (WordPlace best, int most) = (all[0], -1);
            foreach (WordPlace place in all)
            {
                int count = Count([.. chosen, place], paths);
                if (count > most)
                {
                    (best, most) = (place, count);
                }
                if (count == paths.Count)
                {
                    break;
                }
            }
            chosen.Add(best);
            told = most;
        }
        return chosen;
    }

    private static int Count(List<WordPlace> places, IReadOnlyList<byte[]> paths) => new HashSet<ulong>(paths.Select(path => Key(places, path))).Count;
}
