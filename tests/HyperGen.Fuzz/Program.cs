using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using HyperGen.Fuzz;

// The tests' host starts this program too, with arguments of its own.
if (!args.Contains("--inputs")) return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);

var inputs = long.Parse(Value("--inputs")!, CultureInfo.InvariantCulture);
var seed = ulong.Parse(Value("--seed") ?? "1", CultureInfo.InvariantCulture);
var save = Value("--save");
foreach (var target in Target.All().Where(t => Value("--target") is not { } name || t.Name == name))
{
    using var owner = target as IDisposable;
    var fuzzer = new Fuzzer(target, seed, FuzzTests.CorpusFolder(target));
    var clock = Stopwatch.StartNew();
    fuzzer.Run(inputs);
    Console.WriteLine(fuzzer.Summary(clock.Elapsed));
    if (save is null) continue;
    var folder = Directory.CreateDirectory(Path.Combine(save, target.Name)).FullName;
    foreach (var (_, input) in fuzzer.Found) File.WriteAllBytes(Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(input))[..16]), input);
}

return 0;

string? Value(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
