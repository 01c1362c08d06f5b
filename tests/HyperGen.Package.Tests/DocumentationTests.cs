using System.Text.RegularExpressions;
using Xunit;

namespace HyperGen.Package.Tests;

/// <summary>What the documents say is so: their code is code of the samples, and their links lead somewhere.</summary>
public sealed partial class DocumentationTests
{
    public static TheoryData<string> Documents =>
    [
        .. Directory.EnumerateFiles(Repository.Root, "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "analyzers"), "*.md"))
            .Select(static file => Path.GetRelativePath(Repository.Root, file)),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Code_that_names_its_file_stands_in_that_file(string document)
    {
        foreach (Match snippet in Snippet().Matches(Read(document)))
        {
            string file = snippet.Groups["file"].Value;
            Assert.True(Read(file).Contains(snippet.Groups["code"].Value.TrimEnd(), StringComparison.Ordinal),
                $"{document} shows code of {file} that does not stand there:\n{snippet.Groups["code"].Value}");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_lead_to_files_that_exist(string document)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document))!;
        foreach (Match link in Link().Matches(Read(document)))
        {
            string target = Path.Combine(folder, link.Groups["path"].Value);
            Assert.True(File.Exists(target) || Directory.Exists(target), $"{document} links to '{link.Groups["path"].Value}', which does not exist.");
        }
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    [GeneratedRegex(@"<!-- (?<file>[\w./-]+\.\w+) -->\n```\w*\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"\]\((?!https?:|#)(?<path>[^)#\s]+)(#[^)]*)?\)")]
    private static partial Regex Link();
}
