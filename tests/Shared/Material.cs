namespace HyperGen.Testing;

/// <summary>
/// What a test needs and the repository does not carry: programs of others, test vectors, tools. Where it is absent the test is skipped and says so; with
/// <c>HYPERGEN_REQUIRE=1</c>, as in CI, it fails, so that nothing is left out unseen.
/// </summary>
internal static class Material
{
    /// <summary>Goes on when the material is present, and otherwise skips or fails the calling test.</summary>
    public static void Require(bool isPresent, string otherwise)
    {
        if (isPresent) return;
        Assert.False(Environment.GetEnvironmentVariable("HYPERGEN_REQUIRE") == "1", $"HYPERGEN_REQUIRE=1, but: {otherwise}");
        Assert.Skip(otherwise);
    }

    /// <summary>The path of something in the folder <c>shared</c> beside the repository.</summary>
    public static string Find(string relative)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", relative);
            if (Path.Exists(path)) return path;
        }

        Require(false, $"../shared/{relative} is not beside the repository.");
        return "";
    }
}
