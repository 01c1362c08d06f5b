namespace HyperGen.Quic.Simulation;

/// <summary>One run, drawn from its seed: what the link does, what the ends send, and what happens on the way.</summary>
internal sealed record Scenario
{
    public required ulong Seed { get; init; }

    public required LinkConditions Conditions { get; init; }

    public required Plan Plan { get; init; }

    public required ConnectionLimits Limits { get; init; }

    /// <summary>When the client's address changes, counted from the start.</summary>
    public IReadOnlyList<TimeSpan> Rebindings { get; init; } = [];

    /// <summary>When the client, or else the server, is asked to update its keys.</summary>
    public IReadOnlyList<(TimeSpan At, bool AtClient)> KeyUpdates { get; init; } = [];

    /// <summary>Between these times nothing passes.</summary>
    public (TimeSpan From, TimeSpan To)? BlackHole { get; init; }

    /// <summary>When the path's MTU becomes smaller, and how small.</summary>
    public (TimeSpan At, int Mtu)? MtuChange { get; init; }

    /// <summary>When the server's process is killed and another takes its place.</summary>
    public TimeSpan? Restart { get; init; }

    /// <summary>Whether every client has to prove its address first.</summary>
    public bool Retries { get; init; }

    /// <summary>Whether the client prefers version 2, and begins with version 1.</summary>
    public bool PrefersVersion2 { get; init; }

    /// <summary>Whether the client resumes a session and sends at once; and whether the server reads that.</summary>
    public (bool IsSent, bool IsRead) EarlyData { get; init; }

    /// <summary>Whether the server asks to be reached at another address.</summary>
    public bool PrefersAddress { get; init; }

    /// <summary>When the client moves to another address of its own.</summary>
    public TimeSpan? ActiveMigration { get; init; }

    /// <summary>When each end sends a DATAGRAM frame.</summary>
    public IReadOnlyList<TimeSpan> Datagrams { get; init; } = [];

    private const double HeavyLoss = 0.3;

    public static Scenario Draw(ulong seed)
    {
        var random = new SeededRandom(seed * 0x2545_F491_4F6C_DD1D);
        var plan = new Plan
        {
            Seed = random.Next(),
            Bidirectional = 1 + random.Below(random.Chance(0.1) ? 120 : 12),
            Unidirectional = random.Below(6),
            Concurrency = 1 + random.Below(12),
            MaxSize = 1 << (4 + random.Below(13)),
            Aborts = random.Chance(0.3) ? 0.2 : 0,
            ReadInterval = random.Chance(0.2) ? TimeSpan.FromMilliseconds(1 + random.Below(20)) : TimeSpan.Zero,
        };
        var conditions = DrawConditions(random);
        return new()
        {
            Seed = seed,
            Conditions = conditions.Loss == HeavyLoss ? conditions with { BurstStart = 0 } : conditions,
            Plan = plan,
            Limits = DrawLimits(random),
            Rebindings = [.. Enumerable.Range(0, random.Chance(0.25) ? 1 + random.Below(3) : 0).Select(_ => TimeSpan.FromMilliseconds(random.Below(600)))],
            KeyUpdates = [.. Enumerable.Range(0, random.Chance(0.25) ? 1 + random.Below(4) : 0).Select(_ => (TimeSpan.FromMilliseconds(random.Below(800)), random.Chance(0.5)))],
            BlackHole = DrawBlackHole(random),
            MtuChange = random.Chance(0.1) ? (TimeSpan.FromMilliseconds(random.Below(500)), 1200 + random.Below(252)) : null,
            Restart = random.Chance(0.04) ? TimeSpan.FromMilliseconds(20 + random.Below(400)) : null,
        };
    }

    /// <summary>The same seed's run with what not every connection has. The first drawing stays as it is, for the seeds that once found something.</summary>
    public static Scenario DrawWithOptions(ulong seed)
    {
        var scenario = Draw(seed);
        var random = new SeededRandom(seed ^ 0x6A09_E667_F3BC_C908);
        var conditions = scenario.Conditions;
        if (random.Chance(0.3)) conditions = conditions with { Rate = 50_000 << random.Below(8), MarkAbove = 2_000 << random.Below(3) };
        return scenario with
        {
            Conditions = conditions,
            Limits = scenario.Limits with { MaxDatagramFrameSize = 1200 },
            Restart = null,
            Retries = random.Chance(0.3),
            PrefersVersion2 = random.Chance(0.3),
            EarlyData = (random.Chance(0.4), random.Chance(0.6)),
            PrefersAddress = random.Chance(0.2),
            ActiveMigration = random.Chance(0.3) ? TimeSpan.FromMilliseconds(random.Below(600)) : null,
            Datagrams = [.. Enumerable.Range(0, random.Chance(0.4) ? 1 + random.Below(40) : 0).Select(_ => TimeSpan.FromMilliseconds(random.Below(600)))],
        };
    }

    private static LinkConditions DrawConditions(SeededRandom random) => new()
    {
        Loss = random.Chance(0.05) ? HeavyLoss : random.Chance(0.3) ? 0 : random.Below(15) / 100.0,
        BurstStart = random.Chance(0.3) ? random.Below(5) / 100.0 : 0,
        Duplication = random.Chance(0.5) ? random.Below(10) / 100.0 : 0,
        Reordering = random.Chance(0.5) ? random.Below(30) / 100.0 : 0,
        Corruption = random.Chance(0.3) ? random.Below(5) / 100.0 : 0,
        Delay = TimeSpan.FromMilliseconds(random.Chance(0.2) ? 0.05 : 1 + random.Below(100)),
        Jitter = TimeSpan.FromMilliseconds(random.Chance(0.3) ? random.Below(20) : 0),
        Rate = random.Chance(0.4) ? 20_000 << random.Below(10) : 0,
        QueueLimit = 8_000 << random.Below(5),
    };

    /// <summary>Windows from far too small, with a round trip for every few packets, to the defaults.</summary>
    private static ConnectionLimits DrawLimits(SeededRandom random)
    {

        // A silent client whose address changed can be found by nobody: only its own packets tell the server where it is.
        var patient = ConnectionLimits.Default with
        {

            // A burst of losses ends with the number of datagrams, and probes come ever more seldom.
            HandshakeTimeout = TimeSpan.FromHours(1),
            IdleTimeout = TimeSpan.FromHours(1),
            KeepAliveInterval = TimeSpan.FromSeconds(1),
        };
        if (!random.Chance(0.3)) return patient;
        var window = 4_000L << random.Below(5);
        return patient with
        {
            StreamWindow = window,
            MaxStreamWindow = 2 * window,
            ConnectionWindow = 2 * window,
            MaxConnectionWindow = 4 * window,
            BidirectionalStreams = 1 + random.Below(5),
            UnidirectionalStreams = 1 + random.Below(3),
        };
    }

    private static (TimeSpan From, TimeSpan To)? DrawBlackHole(SeededRandom random)
    {
        if (!random.Chance(0.1)) return null;
        var from = TimeSpan.FromMilliseconds(random.Below(500));
        return (from, from + TimeSpan.FromMilliseconds(100 << random.Below(7)));
    }
}
