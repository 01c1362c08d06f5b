namespace HyperGen.Testing;

/// <summary>Lists of real routes, which lie beside the repository where it is developed and may be absent elsewhere.</summary>
internal static class Corpora
{
    private static readonly string? Folder = Find();

    public static bool ArePresent => Folder is not null;

    /// <summary>The routes of a list, parameters written as ASP.NET Core does.</summary>
    public static (string Method, string Template)[] Read(string name) =>
    [
        .. File.ReadLines(Path.Combine(Folder ?? throw new InvalidOperationException("The corpora are absent."), name + ".txt"))
            .Where(static line => line.Length > 0 && line[0] != '#')
            .Select(static line => line.Split(' ', 2))
            .Select(static parts => (parts[0], string.Join('/', parts[1].Trim().Split('/').Select(ToParameter)))),
    ];

    private static string ToParameter(string segment) =>
        segment.StartsWith(':') ? "{" + segment[1..] + "}" : segment.StartsWith('*') ? "{**" + segment[1..] + "}" : segment;

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string corpora = Path.Combine(folder.FullName, "shared", "corpora");
            if (Directory.Exists(corpora))
            {
                return corpora;
            }
        }
        return null;
    }
}
