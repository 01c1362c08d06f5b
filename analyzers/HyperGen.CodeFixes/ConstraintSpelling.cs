namespace HyperGen.CodeFixes;

/// <summary>Guesses which of ASP.NET Core's constraints was meant.</summary>
internal static class ConstraintSpelling
{
    /// <summary>More letters wrong than this, and the word is another one.</summary>
    private const int MaxDistance = 2;

    private static readonly string[] Known =
    [
        "int", "bool", "datetime", "decimal", "double", "float", "guid", "long", "minlength", "maxlength", "length",
        "min", "max", "range", "alpha", "regex", "required", "file", "nonfile",
    ];

    /// <summary>What the same is called elsewhere: in C#, in .NET, in OpenAPI and in other routers.</summary>
    private static readonly Dictionary<string, string> Synonyms = new(StringComparer.OrdinalIgnoreCase)
    {
        ["integer"] = "int",
        ["int32"] = "int",
        ["int64"] = "long",
        ["boolean"] = "bool",
        ["single"] = "float",
        ["number"] = "double",
        ["uuid"] = "guid",
        ["date"] = "datetime",
        ["letters"] = "alpha",
        ["pattern"] = "regex",
        ["between"] = "range",
    };

    /// <summary>The constraint that a word is likely to mean; null where none is near, or two are equally so.</summary>
    public static string? Nearest(string word)
    {
        if (Synonyms.TryGetValue(word, out string? synonym))
        {
            return synonym;
        }
        (string Name, int Distance)[] near =
        [
            .. Known.Select(name => (name, Distance(word.ToLowerInvariant(), name)))
                .Where(c => c.Item2 <= Math.Min(MaxDistance, c.name.Length / 2))
                .OrderBy(static c => c.Item2),
        ];
        return near.Length == 0 || (near.Length > 1 && near[0].Distance == near[1].Distance) ? null : near[0].Name;
    }

    /// <summary>How many letters to insert, remove, replace or swap with their neighbour (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        int[,] cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }
                int replaced = cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(replaced, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }
        return cost[a.Length, b.Length];
    }
}
