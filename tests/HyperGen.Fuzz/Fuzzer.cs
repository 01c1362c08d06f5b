using System.Diagnostics;
using System.Globalization;

namespace HyperGen.Fuzz;

/// <summary>Runs one target over mutated inputs. The seed decides all of them.</summary>
internal sealed class Fuzzer(Target target, ulong seed, string? corpusFolder = null)
{
    private const int MaxCorpus = 4096;

    private readonly Dictionary<string, long> _outcomes = [];
    private readonly List<byte[]> _corpus = [];

    public long Inputs { get; private set; }

    /// <summary>Each kind of outcome and how often it was met.</summary>
    public IReadOnlyDictionary<string, long> Outcomes => _outcomes;

    /// <summary>Inputs that led to an outcome for the first time in this run.</summary>
    public List<(string Outcome, byte[] Input)> Found { get; } = [];

    /// <exception cref="InvalidOperationException">The target threw: the message holds the input.</exception>
    public void Run(long inputs)
    {
        foreach (var input in target.Seeds) Try(input, isSeed: true);
        if (corpusFolder is not null && Directory.Exists(corpusFolder))
        {
            foreach (var file in Directory.EnumerateFiles(corpusFolder).Order(StringComparer.Ordinal)) Try(File.ReadAllBytes(file), isSeed: true);
        }

        var mutator = new Mutator(new(seed));
        while (Inputs < inputs) Try(mutator.Mutate(_corpus), isSeed: false);
    }

    public string Summary(TimeSpan elapsed)
    {
        var lines = _outcomes.OrderByDescending(static o => o.Value).Select(static o => $"  {o.Value,10}  {o.Key}");
        return string.Create(CultureInfo.InvariantCulture, $"{target.Name}: {Inputs} inputs, seed {seed}, {elapsed.TotalSeconds:F0} s, {_outcomes.Count} outcomes, {_corpus.Count} inputs kept, no exception\n{string.Join('\n', lines)}");
    }

    private void Try(byte[] input, bool isSeed)
    {
        string outcome;
        try
        {
            outcome = target.Run(input);
        }
        catch (Exception exception) when (exception is not UnreachableException)
        {
            throw new InvalidOperationException($"{target.Name}, seed {seed}, input {Inputs}: {exception.Message}\n{Convert.ToHexStringLower(input)}", exception);
        }

        Inputs++;
        var isNew = !_outcomes.TryGetValue(outcome, out var count);
        _outcomes[outcome] = count + 1;
        if (isNew && !isSeed) Found.Add((outcome, input));
        if ((isNew || isSeed) && _corpus.Count < MaxCorpus) _corpus.Add(input);
    }
}
