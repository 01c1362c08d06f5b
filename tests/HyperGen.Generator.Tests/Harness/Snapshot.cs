#if USE_VERIFY
using System.Runtime.CompilerServices;
using VerifyXunit;
using VerifyTests;

namespace HyperGen.Generator.Tests;

/// <summary>The same comparison by Verify itself, where it can be restored: <c>-p:UseVerify=true</c>.</summary>
/// <remarks>The targets are given as Verify.SourceGenerators would make them of a driver, but for its first line that names the hint: the name of the file does.</remarks>
internal static class Snapshot
{
    public static Task Match(GeneratedProgram program, [CallerMemberName] string test = "", [CallerFilePath] string file = "")
    {
        VerifySettings settings = new();
        settings.UseDirectory(References.Metadata("Snapshots"));
        settings.UseFileName(Path.GetFileNameWithoutExtension(file) + "." + test);
        IEnumerable<Target> targets = program.Sources.Select(static s => new Target("cs", s.Value, Path.GetFileNameWithoutExtension(s.Key)));
        return Verifier.Verify(targets, settings, sourceFile: file).ToTask();
    }
}
#else
using System.Runtime.CompilerServices;
using System.Text;

namespace HyperGen.Generator.Tests;

/// <summary>Compares generated files with those that a person has looked at and accepted: <c>snapshots/&lt;Test&gt;#&lt;hint&gt;.verified.cs</c>.</summary>
/// <remarks>
/// It keeps to the file convention of Verify.SourceGenerators. A file that differs is written beside the verified one as <c>.received.cs</c>; with HYPERGEN_ACCEPT=1 it takes its place
/// instead, except where CI=true: nobody looks there.
/// </remarks>
internal static class Snapshot
{
    private static readonly string Folder = References.Metadata("Snapshots");

    public static Task Match(GeneratedProgram program, [CallerMemberName] string test = "", [CallerFilePath] string file = "")
    {
        string prefix = Path.GetFileNameWithoutExtension(file) + "." + test + "#";
        List<string> mismatches = [];
        HashSet<string> expected = [.. Directory.CreateDirectory(Folder).EnumerateFiles(prefix + "*.verified.cs").Select(static f => f.Name)];
        foreach ((string hint, string text) in program.Sources.OrderBy(static s => s.Key, StringComparer.Ordinal))
        {
            string name = prefix + Path.GetFileNameWithoutExtension(hint);
            expected.Remove(name + ".verified.cs");
            if (Compare(Path.Combine(Folder, name), text) is { } mismatch)
            {
                mismatches.Add(mismatch);
            }
        }
        foreach (string stale in expected)
        {
            if (IsAccepting)
            {
                File.Delete(Path.Combine(Folder, stale));
            }
            else
            {
                mismatches.Add(stale + " was verified, and is not generated any more.");
            }
        }
        Assert.True(mismatches.Count == 0, string.Join("\n\n", mismatches) + "\n\nLook at the .received.cs files; HYPERGEN_ACCEPT=1 accepts them.");
        return Task.CompletedTask;
    }

    private static bool IsAccepting => Environment.GetEnvironmentVariable("HYPERGEN_ACCEPT") == "1" && Environment.GetEnvironmentVariable("CI") != "true";

    private static string? Compare(string path, string text)
    {
        string verified = path + ".verified.cs";
        string received = path + ".received.cs";
        string accepted = File.Exists(verified) ? File.ReadAllText(verified).ReplaceLineEndings("\n") : "";
        if (accepted == text)
        {
            File.Delete(received);
            return null;
        }
        File.WriteAllText(IsAccepting ? verified : received, text);
        return IsAccepting ? null : Path.GetFileName(verified) + ":\n" + Difference(accepted.Split('\n'), text.Split('\n'));
    }

    /// <summary>The lines that differ, between those that both texts begin and end with.</summary>
    private static string Difference(string[] accepted, string[] received)
    {
        const int Shown = 12;
        int start = accepted.Zip(received).TakeWhile(static p => p.First == p.Second).Count();
        int tail = accepted.Skip(start).Reverse().Zip(received.Skip(start).Reverse()).TakeWhile(static p => p.First == p.Second).Count();
        StringBuilder text = new($"  at line {start + 1}:\n");
        Append('-', accepted[start..^tail]);
        Append('+', received[start..^tail]);
        return text.ToString();

        void Append(char sign, string[] lines)
        {
            foreach (string line in lines.Take(Shown))
            {
                text.Append("  ").Append(sign).Append(' ').Append(line).Append('\n');
            }
            if (lines.Length > Shown)
            {
                text.Append($"  {sign} … {lines.Length - Shown} more lines\n");
            }
        }
    }
}
#endif
