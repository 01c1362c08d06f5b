using System.Text.Json;

namespace HyperGen.Load;

/// <summary>What the server says it has allocated, less what asking costs.</summary>
internal sealed class ServerStats(LoadRun run)
{
    private long _cost = long.MaxValue;

    /// <summary>Finds out what a question costs: the least of several, because the first ones make what later ones use again.</summary>
    public async Task CalibrateAsync()
    {
        for (int round = 0; round < 10; round++)
        {
            long before = await ReadAsync();
            _cost = Math.Min(_cost, await ReadAsync() - before);
        }
    }

    /// <summary>Bytes allocated since the start of the server.</summary>
    public async Task<long> ReadAsync()
    {
        string text = await run.ReadStatsAsync() ?? throw new InvalidOperationException("The server does not tell its statistics.");
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.GetProperty("allocatedBytes").GetInt64();
    }

    /// <summary>What was allocated between two questions.</summary>
    public long Between(long before, long after) => after - before - _cost;
}
