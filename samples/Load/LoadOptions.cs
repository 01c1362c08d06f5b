using System.Globalization;
using System.Net;

namespace HyperGen.Load;

/// <summary>What to send, where, and how much of it at a time.</summary>
internal sealed record LoadOptions
{
    private const string Usage = "Load --url URL [--connections 1] [--streams 1] [--count 1000] [--warmup 0] [--server-pid PID] [--timeout SECONDS]; the host is an IP address";

    public required Uri Url { get; init; }

    public int Connections { get; init; } = 1;

    /// <summary>Requests under way on each connection.</summary>
    public int Streams { get; init; } = 1;

    /// <summary>Requests in all.</summary>
    public int Count { get; init; } = 1000;

    /// <summary>Requests before that, which are not counted.</summary>
    public int Warmup { get; init; }

    /// <summary>The process whose CPU time is read; 0 for none.</summary>
    public int ServerPid { get; init; }

    /// <summary>When to give up.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    public IPEndPoint Server => new(IPAddress.Parse(Url.Host), Url.Port);

    public static LoadOptions Parse(string[] args)
    {
        var values = new Dictionary<string, string>();
        for (int index = 0; index + 1 < args.Length; index += 2)
        {
            values[args[index]] = args[index + 1];
        }
        if (args.Length % 2 != 0 || !values.Remove("--url", out string? url) || !IPAddress.TryParse(new Uri(url).Host, out _))
        {
            throw new ArgumentException(Usage);
        }
        var options = new LoadOptions
        {
            Url = new Uri(url),
            Connections = Take("--connections", 1),
            Streams = Take("--streams", 1),
            Count = Take("--count", 1000),
            Warmup = Take("--warmup", 0),
            ServerPid = Take("--server-pid", 0),
            Timeout = TimeSpan.FromSeconds(Take("--timeout", 60)),
        };
        return values.Count == 0 ? options : throw new ArgumentException(Usage);

        int Take(string name, int otherwise) => values.Remove(name, out string? text) ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;
    }
}
