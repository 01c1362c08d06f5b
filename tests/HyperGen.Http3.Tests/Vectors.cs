namespace HyperGen.Http3.Tests;

/// <summary>The test vectors that lie beside the repository. Tests that need them skip where they are absent.</summary>
internal static class Vectors
{
    public static string Path(string relative)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = System.IO.Path.Combine(folder.FullName, "shared", "vectors", relative);
            if (System.IO.Path.Exists(candidate))
            {
                return candidate;
            }
        }
        Assert.Skip($"../shared/vectors/{relative} is not here.");
        return string.Empty;
    }
}
