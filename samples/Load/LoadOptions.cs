using System.Globalization;
using System.Net;

namespace HyperGen.Load;

/// <summary>What to send, where, and how much of it at a time.</summary>
internal sealed record LoadOptions
{
    public const string Help = """
        Sends GET requests over HTTP/3 in a closed loop: as soon as one is answered the next begins.

        Load --url https://127.0.0.1:8443/plaintext [options]

          --url URL            what to ask for; the host is an IP address
          --connections N      connections at a time; default 1
          --streams N          requests under way on each; default 1
          --count N            requests in all; default 1000
          --warmup N           requests before those, which are not counted; default 0
          --per-connection N   requests on a connection before it is closed and another takes its place; default: any number.
                               With 1, each request costs a handshake
          --rounds N           how often the count is sent, over the same connections; default 1
          --hold SECONDS       how long the connections stay open afterwards, at rest; default 0
          --timeout SECONDS    when to give up on a round; default 60
          --drop SHARE         the share of datagrams to lose, each way, e.g. 0.02; default 0
          --seed N             says which datagrams are lost; default 1
          --server-pid PID     prints the CPU time that this process, the server, spends on a request
          --server-name NAME   the name to ask for (SNI) and the authority of requests; default: the URL's
          --stats PATH         asks the server for its allocatedBytes before and after each round, as samples/Bench tells it, and prints the difference
                               less what the question itself costs

        Prints answers, latency and failures by their kind. The exit code is 0 when every request was answered with 200, otherwise 1; 2 for wrong options.
        """;

    public required Uri Url { get; init; }

    public int Connections { get; init; } = 1;

    /// <summary>Requests under way on each connection.</summary>
    public int Streams { get; init; } = 1;

    /// <summary>Requests in all.</summary>
    public int Count { get; init; } = 1000;

    /// <summary>Requests before that, which are not counted.</summary>
    public int Warmup { get; init; }

    /// <summary>Requests on a connection before it is closed.</summary>
    public int PerConnection { get; init; } = int.MaxValue;

    /// <summary>How often the count is sent.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>How long the connections stay open afterwards.</summary>
    public TimeSpan Hold { get; init; }

    /// <summary>When to give up.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The share of datagrams to lose, each way.</summary>
    public double Drop { get; init; }

    /// <summary>Says which datagrams are lost.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The process whose CPU time is read; 0 for none.</summary>
    public int ServerPid { get; init; }

    /// <summary>The name to ask for; null for the URL's host.</summary>
    public string? ServerName { get; init; }

    /// <summary>Where the server tells what it has allocated; null when it is not asked.</summary>
    public string? Stats { get; init; }

    public IPEndPoint Server => new(IPAddress.Parse(Url.Host), Url.Port);

    /// <exception cref="FormatException">The options are wrong; the message says how.</exception>
    public static LoadOptions Parse(string[] args)
    {
        var values = new Dictionary<string, string>();
        for (int index = 0; index < args.Length; index += 2)
        {
            values[args[index]] = index + 1 < args.Length ? args[index + 1] : throw new FormatException($"{args[index]} needs a value.");
        }
        if (!values.Remove("--url", out string? url) || !Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) || !IPAddress.TryParse(parsed.Host, out _))
        {
            throw new FormatException("--url is needed, and its host is an IP address: https://127.0.0.1:8443/plaintext");
        }
        var options = new LoadOptions
        {
            Url = parsed,
            Connections = Number("--connections", 1),
            Streams = Number("--streams", 1),
            Count = Number("--count", 1000),
            Warmup = Number("--warmup", 0),
            PerConnection = Number("--per-connection", int.MaxValue),
            Rounds = Number("--rounds", 1),
            Hold = TimeSpan.FromSeconds(Number("--hold", 0)),
            Timeout = TimeSpan.FromSeconds(Number("--timeout", 60)),
            Drop = Share("--drop"),
            Seed = Number("--seed", 1),
            ServerPid = Number("--server-pid", 0),
            ServerName = values.Remove("--server-name", out string? name) ? name : null,
            Stats = values.Remove("--stats", out string? stats) ? stats : null,
        };
        return values.Count == 0 ? options : throw new FormatException($"{values.Keys.First()} is no option.");

        int Number(string name, int otherwise) => !values.Remove(name, out string? text) ? otherwise
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
            : throw new FormatException($"{name} needs a number, not '{text}'.");

        double Share(string name) => !values.Remove(name, out string? text) ? 0
            : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share) && share < 1 ? share
            : throw new FormatException($"{name} needs a share below 1, such as 0.02, not '{text}'.");
    }
}
